"""Any log: what its columns may hold, drawn as small as will do, or many rows dealt at random."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from requests_app.sla.rules import KINDS

AS_OF = 1_700_000_000
DAY, WEEK = 86400, 7 * 86400
Row = dict[str, Any]
Drawn = list[tuple[Row, list[Row]]]
"""Requests with their stories."""


@dataclass(frozen=True)
class Span:
    """Whole numbers between two, or none at all where that is said."""

    first: int
    last: int
    or_none: bool = True

    def strategy(self) -> st.SearchStrategy[Any]:
        """Draw one."""
        numbers = st.integers(self.first, self.last)
        return st.none() | numbers if self.or_none else numbers

    def dealt(self, chance: random.Random) -> int | None:
        """Deal one; of three one is none."""
        if self.or_none and chance.random() < 1 / 3:
            return None
        return chance.randint(self.first, self.last)


TIMES = Span(AS_OF - 60 * DAY, AS_OF, or_none=False)
MAYBE = Span(AS_OF - 60 * DAY, AS_OF)
DUE = Span(AS_OF - 60 * DAY, AS_OF + 30 * DAY)
AROUND = Span(AS_OF - 2, AS_OF + 2)
ENDS = ("denied", "withdrawn", "duplicate", "not_found", "not_our_patient", "ended_undated")
OF_REQUESTS: dict[str, Span | Sequence[Any]] = {
    "facility": ["north", "south"],
    "direction": ["inbound", "outbound", "inbound", "outbound", "unknown"],
    "received": TIMES,
    "available": MAYBE,
    "outcome": [None, None, None, *ENDS],
    "contract_due": DUE,
    "contract_stop": MAYBE,
    "contract_seconds": Span(0, 30 * DAY),
    "contract_from": MAYBE,
    "contract_off": replace(DUE, or_none=False),
    "legal_due": DUE,
    **{f"{kind}_due": DUE for kind in KINDS},
    **{f"{kind}_stop": MAYBE for kind in KINDS},
    "need_by": DUE,
    "modality": [None, "CT", "MG", "MG"],
    "held_since": MAYBE,
    "held_for": [None, "AU01", "LO03"],
    "ended": MAYBE,
    "at_risk_from": AROUND,
    "late_from": AROUND,
    "very_late_from": AROUND,
    "is_held": [None, False, False, True],
    "usable": [None, "immediate", "after_rework", "not_usable", "untested"],
    "partner": [None, "Lake", "Hill"],
    "requester_type": ["patient", "patient", "representative", "attorney"],
    "priority": [None, "routine", "urgent"],
    "legal_basis": [None, "patient_access", "treatment"],
    "intake": ["portal", "portal", "walk_in", "fax", None],
    "wanted": ["link", "physical", "unknown", None],
    "is_charged": [False, False, True, None],
    "first_opened": MAYBE,
    "attempts": [None, None, None, 0, 1, 2],
}
REASONS = (
    *("LO05", "TR06", "TR09", "TR03", "US05", "US06", "US08", "US09", "US02", "AU01", "RV03"),
    *("TR10", "IN05", "FU01", "FU02", "FU03", "FU04", "a word of nobody"),
)
OF_EVENTS: dict[str, Span | Sequence[Any]] = {
    "activity": [
        *("available", "manual_touch", "hold_started", "hold_ended", "delivery_failed"),
        *("images_received", "images_unusable", "images_usable", "failure_noted"),
        *("failure_recovered", "logged", "confirmed_usable"),
    ],
    "after": Span(-600, 2000, or_none=False),  # some are written down late
    "reason": [*[None] * len(REASONS), *REASONS],
    "actor": ["a", "b", "requester", None],
    "staff_group": ["release_staff", "supervisor", None],
    "by_person": [False, True],
    "state_to": [None, None, "received", "approved", "retrieved", "closed"],
    "touch": ["call", "burn", "chase"],
    "medium": ["physical", "link", "unknown", None],
    "channel": ["physical_cd", "physical_paper", "p2p_sftp", "link_secure", "unknown", None],
    "studies": Span(0, 3),
}


def _strategy(columns: dict[str, Span | Sequence[Any]]) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            name: one.strategy() if isinstance(one, Span) else st.sampled_from(one)
            for name, one in columns.items()
        }
    )


LOGS: st.SearchStrategy[Drawn] = st.lists(
    st.tuples(_strategy(OF_REQUESTS), st.lists(_strategy(OF_EVENTS), max_size=5)), max_size=12
)


def log_of(drawn: Drawn) -> EventLog:
    """Return the log of some requests with their stories."""
    requests: list[Row] = []
    events: list[Row] = []
    for number, (said, story) in enumerate(drawn):
        row = {"request_id": str(number), **said}
        if row["available"] is not None:
            row["outcome"] = "delivered"
        row["contract_stop"] = row.get("contract_stop") or row["available"]
        requests.append({name: row.get(name) for name in REQUESTS.names})
        at = row["received"]
        for seq, event in enumerate(story, start=1):
            at += event["after"]
            told = {**row, **event, "seq": seq, "occurred": at}
            events.append({name: told.get(name) for name in EVENTS.names})
    return EventLog(
        name="drawn",
        as_of=AS_OF,
        requests=table_of(requests, REQUESTS),
        events=table_of(events, EVENTS),
    )


def dealt_log(seed: int, *, requests: int = 60) -> EventLog:
    """Return a log of many requests, the same for the same seed.

    In two of three logs moments lie whole weeks apart and steps five minutes, so that many meet.
    """
    chance = random.Random(seed)
    end = (None, AS_OF, AS_OF // DAY * DAY)[seed % 3]

    def dealt(columns: dict[str, Span | Sequence[Any]]) -> Row:
        return {
            name: _meeting(
                name, one.dealt(chance) if isinstance(one, Span) else chance.choice(one), end
            )
            for name, one in columns.items()
        }

    log = log_of(
        [
            (dealt(OF_REQUESTS), [dealt(OF_EVENTS) for _ in range(chance.randint(0, 6))])
            for _ in range(requests)
        ]
    )
    return undated(log, {place for place in range(requests) if chance.random() < 1 / 8})


def _meeting(name: str, value: Any, end: int | None) -> Any:
    if end is None or not isinstance(value, int):
        return value
    if name == "after":
        return value // 300 * 300
    is_moment = value > end // 2 and not name.endswith("_from")
    return end - (end - value) // WEEK * WEEK if is_moment else value


def undated(log: EventLog, places: set[int]) -> EventLog:
    """Return a log of which some requests tell their story and not when they came."""
    rows = [
        row | ({"received": None} if place in places else {})
        for place, row in enumerate(log.requests.to_pylist())
    ]
    return replace(log, requests=table_of(rows, REQUESTS))
