"""Many requests with their journals, as the rows of cases: what `CaseReader` says of each.

Everything is counted by columns; stories that columns would not tell apart are read one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from analytics.eventlog import REQUESTS
from analytics.sources.filed import Read
from analytics.sources.grouped import groups_of
from analytics.sources.journal import stories
from analytics.sources.moved import Moves, moves_of
from analytics.sources.standing import SECOND, UNITS, Many, Standing, stand
from analytics.sources.story import CaseReader, needed_until
from analytics.sources.words import coded, worded
from requests_app.sla.day_table import NONE, Integers, Truths, day_named, micros
from requests_app.sla.moments import next_turn
from requests_app.sla.rules import KINDS
from requests_app.sla.timelines import Timelines, timelines_of
from requests_app.vocabulary import MEDIUM_OF, Channel, Direction

_MOMENTS = ("received", "complete", "available", "first_opened", "closed")
MEDIA = {channel.value: MEDIUM_OF[channel].value for channel in Channel}
_INBOUND = (Direction.INBOUND.value,)
_NO_DAY = np.iinfo(np.int32).min
_SAID = ("direction", "requester_type", "legal_basis", "modality", "partner", "priority", "intake")


def cases_of(read: Read, reader: CaseReader) -> pa.Table:
    """Return the rows of all requests, ordered by facility, receipt and number."""
    told = read.told
    lines, is_inbound = timelines_of(told), coded(read.filed["direction"], _INBOUND) == 0
    moves = moves_of(told, read.journal, is_inbound)
    groups, is_odd = groups_of(read.filed, lines, reader, read.one)
    many = Many(lines=lines, moves=moves, is_inbound=is_inbound, needs=reader.needs)
    standing = Standing.nothing(told.requests)
    for group in groups:
        stand(group, many, standing)
    cases = _table(read.filed, lines, moves, standing, reader)
    cases = _with_odd(cases, read, np.flatnonzero(is_odd).tolist(), reader)
    order = pa.table(
        {
            "facility": cases["facility"].cast(pa.string()),
            "received": pc.fill_null(cases["received"], 0),
            "request_id": cases["request_id"],
        }
    )
    by = [(name, "ascending") for name in order.column_names]
    return cases.take(pc.sort_indices(order, sort_keys=by))


def _table(
    filed: pa.Table, lines: Timelines, moves: Moves, standing: Standing, reader: CaseReader
) -> pa.Table:
    places = {pk: one.facility.slug for pk, one in reader.places.items()}
    facility = coded(filed["facility_id"], tuple(places))
    is_open = moves.outcome < 0
    ended = np.where(lines.ended_at != NONE, lines.ended_at, lines.at["available"])
    columns: dict[str, Any] = {
        "request_id": filed["pk"].cast(pa.string()),
        "number": filed["number"],
        "facility": worded(facility, tuple(places.values())),
        "state": worded(moves.state, moves.states),
        "outcome": worded(moves.outcome, moves.outcomes),
        "ended": whens(ended),
        "contract_due": whens(standing.contract_due),
        "contract_stop": whens(standing.contract_stop),
        "contract_seconds": _numbers(standing.contract_seconds, standing.contract_seconds != NONE),
        "contract_from": whens(standing.contract_from),
        "contract_off": whens(standing.contract_off),
        "legal_due": whens(standing.legal_due),
        **_other_clocks(standing),
        "due": whens(standing.due),
        "due_unit": worded(standing.due_unit, UNITS),
        "at_risk_from": _reached(standing.at_risk, is_open),
        "late_from": _reached(standing.late, is_open),
        "very_late_from": _reached(standing.very_late, is_open),
        "is_held": pa.array(lines.waits, mask=~is_open),
        "held_since": whens(lines.held_since),
        "held_for": worded(lines.held_for, lines.reasons),
        "stale_from": _stale_from(facility, lines.waits, standing, reader),
        "usable": worded(moves.usable, moves.grades),
        "wanted": worded(coded(filed["preferred_channel"], tuple(MEDIA)), tuple(MEDIA.values())),
        "is_charged": pc.fill_null(pc.not_equal(filed["fee_cents"], 0), False),
        "attempts": pa.nulls(filed.num_rows, pa.int32()),
        "need_by": _needed(filed["need_by"], facility, reader),
    }
    columns |= {name: whens(lines.at[name]) for name in _MOMENTS}
    columns |= {name: filed[name] for name in _SAID}
    return pa.table({name: columns[name] for name in REQUESTS.names})


def _with_odd(cases: pa.Table, read: Read, places: Sequence[int], reader: CaseReader) -> pa.Table:
    """Read the stories of some places one by one, in the place of their rows."""
    if not places:
        return cases
    filed = [read.one(place) for place in places]
    ids = pa.array([one.pk for one in filed], pa.int64())
    told = stories(read.journal.filter(pc.is_in(read.journal["request"], value_set=ids)))
    rows = [reader.row(one, told[one.pk]) for one in filed]
    alone = pa.table(
        {name: [row.get(name) for row in rows] for name in REQUESTS.names}, schema=REQUESTS
    )
    stays = np.ones(cases.num_rows, bool)
    stays[places] = False
    cases = cases.filter(pa.array(stays))
    alone = pa.table({field.name: alone[field.name].cast(field.type) for field in cases.schema})
    return pa.concat_tables([cases, alone]).unify_dictionaries()


def whens(moments: Integers) -> pa.Array:
    """Return the whole second in which each moment lies."""
    return _numbers(moments // SECOND, moments != NONE)


def _reached(moments: Integers, is_open: Truths) -> pa.Array:
    """Return the first whole second at which each moment is reached, of open requests."""
    return _numbers(-(-moments // SECOND), (moments != NONE) & is_open)


def _numbers(values: Integers, known: Truths) -> pa.Array:
    return pa.array(values, pa.int64(), mask=~known)


def _other_clocks(standing: Standing) -> dict[str, pa.Array]:
    names = [f"{kind}_{what}" for kind in KINDS for what in ("due", "stop")]
    return {name: whens(getattr(standing, name)) for name in names}


def _needed(days: pa.ChunkedArray, facility: NDArray[np.int32], reader: CaseReader) -> pa.Array:
    """Return the end of each day of need, where its facility is; each day of a place once."""
    calendars = [place.calendar for place in reader.places.values()]
    number = pc.fill_null(days.cast(pa.int32()), _NO_DAY).to_numpy()
    at = np.flatnonzero(number != _NO_DAY)
    pairs, back = np.unique(np.stack([facility[at], number[at]]), axis=1, return_inverse=True)
    ends = [needed_until(day_named(day), calendars[place]) for place, day in pairs.T.tolist()]
    found = np.full(len(number), NONE)
    found[at] = np.array([NONE if end is None else micros(end) for end in ends], np.int64)[
        back.reshape(-1)
    ]
    return whens(found)


def _stale_from(
    facility: NDArray[np.int32], waits: Truths, standing: Standing, reader: CaseReader
) -> pa.Array:
    """Return when each row is to be read anew: a wait's next day, or the next business time."""
    calendars = [one.calendar for one in reader.places.values()]
    turns = [micros(next_turn(one, reader.as_of)) for one in calendars]
    begins = [micros(one.stretch(reader.as_of)[1]) for one in calendars]
    of_wait, of_clock = (np.array([*many, 0], np.int64)[facility] for many in (turns, begins))
    found = np.where(waits, of_wait, of_clock)
    return _numbers(-(-found // SECOND), waits | (standing.contract_from != NONE))
