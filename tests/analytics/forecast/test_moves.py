"""The forecast reads states from events as the state machine wrote them."""

import pytest

from analytics.forecast.moves import ENDS, HOLDS, MOVES, RECEIVED, state_after, waits_on_requester
from requests_app.lifecycle.states import EVENT_FOR, SPECIAL_EVENTS, TRANSITIONS, event_of
from requests_app.vocabulary import EventKind, State

BEFORE_OR_AFTER = {State.DRAFT, State.CLOSED}


def test_every_move_of_the_state_machine_is_understood() -> None:
    for origin, targets in TRANSITIONS.items():
        for target in targets - BEFORE_OR_AFTER:
            kind = event_of(origin, target)
            if kind not in HOLDS | ENDS:
                assert MOVES[kind] == target
    assert set(MOVES) <= {*EVENT_FOR.values(), *SPECIAL_EVENTS.values()}


def test_events_that_move_nothing_leave_the_state() -> None:
    for kind in set(EventKind) - set(MOVES) - {EventKind.COMPLETE}:
        assert state_after("locating", kind) == "locating"


def test_complete_is_a_move_only_for_what_was_just_received() -> None:
    assert state_after(RECEIVED, "complete") == "complete"
    assert state_after("retrieved", "complete") == "retrieved"


def test_an_imported_activity_is_a_state_of_its_own() -> None:
    assert state_after(RECEIVED, "log: sent to archive") == "sent to archive"


@pytest.mark.parametrize(
    ("reason", "waits"), [("AU01", True), ("RV01", False), ("no reply", True), (None, True)]
)
def test_only_the_requesters_holds_are_waits(reason: str | None, waits: bool) -> None:
    assert waits_on_requester(reason) is waits
