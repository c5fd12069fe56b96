"""Which requests are counted together: those of one calendar and the same rules."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analytics.sources.story import CaseReader, Filed
from analytics.sources.words import coded
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.day_table import (
    NONE,
    Integers,
    Truths,
    day_number,
    day_table,
    key_of,
    micros,
    moment,
)
from requests_app.sla.deadlines import Counter
from requests_app.sla.rules import BINDINGS, Rule
from requests_app.sla.timelines import EARLIEST, LATEST, Timelines
from requests_app.vocabulary import Direction, LegalBasis

MORE_YEARS = 11  # a count runs for ten years at most
_BINDING = {
    "legal_basis": tuple(basis.value for basis in LegalBasis),
    "modality": tuple(sorted({one.modality for one in BINDINGS.values()})),
    "direction": tuple(way.value for way in Direction),
}
"""What decides which rules bind a request, each with the words that are told apart."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """The places of requests that one counter and the same rules serve."""

    places: Integers
    rules: tuple[Rule, ...]
    counter: Counter


def groups_of(
    filed: pa.Table, lines: Timelines, reader: CaseReader, one: Callable[[int], Filed]
) -> tuple[list[Group], Truths]:
    """Return the groups, and which requests are in none: those to be read one by one."""
    received = filed["received_at"].fill_null(NONE).to_numpy()
    far = (received != NONE) & ((received < EARLIEST) | (received >= LATEST))
    is_odd = lines.odd | far
    kept = np.flatnonzero(~is_odd)
    facility = coded(filed["facility_id"], tuple(reader.places))[kept].astype(np.int64)
    counters, calendar = _counters(reader, _years(received[kept], lines, kept, reader))
    turn = _turns(reader, counters, calendar[facility], received[kept])
    ways = facility * (len(reader.turns) + 2) + turn
    for name, words in _BINDING.items():
        ways = ways * (len(words) + 1) + coded(filed[name], words)[kept] + 1
    _, first, back = np.unique(ways, return_index=True, return_inverse=True)
    known: dict[tuple[int, tuple[Rule, ...]], int] = {}
    group = np.zeros(len(first), np.int64)
    for way, at in enumerate(first.tolist()):
        key = (int(calendar[facility[at]]), reader.rules(one(int(kept[at]))))
        group[way] = known.setdefault(key, len(known))
    order = np.argsort(group[back], kind="stable")
    ends = np.searchsorted(group[back][order], np.arange(len(known) + 1))
    return [
        Group(places=kept[order[a:b]], rules=rules, counter=counters[number])
        for (number, rules), a, b in zip(known, ends, ends[1:], strict=False)
    ], is_odd


def _years(
    received: Integers, lines: Timelines, kept: Integers, reader: CaseReader
) -> tuple[int, int]:
    now = np.array([micros(reader.as_of)])
    moments = np.concatenate([received, lines.at["received"][kept], lines.at["complete"][kept]])
    moments = np.concatenate([moments[moments != NONE], now])
    return moment(moments.min()).year - 1, moment(moments.max()).year + MORE_YEARS


def _counters(reader: CaseReader, years: tuple[int, int]) -> tuple[list[Counter], Integers]:
    """Return a counter for each calendar, and which one each facility has."""
    found: dict[Hashable, BusinessCalendar] = {}
    for place in reader.places.values():
        found.setdefault(key_of(place.calendar), place.calendar)
    numbers = {key: number for number, key in enumerate(found)}
    counters = [
        Counter(calendar=one, table=day_table(one, *years), as_of=reader.as_of)
        for one in found.values()
    ]
    return counters, np.array(
        [numbers[key_of(one.calendar)] for one in reader.places.values()], int
    )


def _turns(
    reader: CaseReader, counters: list[Counter], calendar: Integers, received: Integers
) -> Integers:
    """Return how many turns of the rules were before each receipt, and one; 0 without one."""
    turns = np.array([day_number(day) for day in reader.turns], np.int64)
    found = np.zeros(len(received), np.int64)
    for number, counter in enumerate(counters):
        at = np.flatnonzero((calendar == number) & (received != NONE))
        days = counter.table.day_of(received[at])
        found[at] = 1 + np.searchsorted(turns, days, side="right")
    return found
