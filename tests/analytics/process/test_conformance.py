"""Moves are held against the table as they were observed; what cannot be judged says so."""

from typing import Any

from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.process.conformance import is_allowed
from analytics.process.whole import process
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.vocabulary import State

USUAL = ("received", "approved", "retrieved", "ready", "delivering", "delivered", "closed")


def conformance_of(*stories: tuple[str | None, ...], **changes: Any) -> Any:
    requests, events = [], []
    for number, story in enumerate(stories, start=1):
        row = {"request_id": str(number), "number": f"R-{number}", "facility": "north"}
        requests.append(row | {"direction": "outbound", "received": 0})
        for seq, state in enumerate(story, start=1):
            said = {"seq": seq, "occurred": seq * 60, "activity": "step", "by_person": True}
            events.append(row | said | {"direction": "outbound", "state_to": state})
    tables = {"requests": table_of(requests, REQUESTS), "events": table_of(events, EVENTS)}
    log = EventLog(**{"name": "made", "as_of": 9000, **tables, **changes})
    view = process(fold(log), Selection())
    return view.conformance, view.measures["conforming_share"]


def test_the_usual_course_conforms() -> None:
    found, share = conformance_of(USUAL, ("received", "clarifying", "received", "denied"))
    assert (found.fitness, found.breaches, found.strays) == (100.0, (), ())
    assert (share.value, share.n) == (100.0, 2)


def test_a_move_outside_the_table_is_named_with_its_request() -> None:
    found, share = conformance_of(USUAL, ("received", "delivered"), USUAL)
    (breach,) = found.breaches
    assert (breach.origin, breach.target, breach.n, breach.requests) == (
        "received",
        "delivered",
        1,
        1,
    )
    (stray,) = found.strays
    assert (stray.number, stray.facility) == ("R-2", "north")
    assert stray.moves == (("received", "delivered"),)
    assert (found.moves, found.outside, found.astray) == (16, 1, 1)
    assert (share.numerator, share.n) == (2, 3)


def test_steps_that_move_nothing_lie_between_two_moves() -> None:
    found, _ = conformance_of(("received", None, None, "approved", None, "retrieved"))
    assert (found.moves, found.outside) == (3, 0)


def test_a_first_move_from_anywhere_but_a_draft_is_outside() -> None:
    found, _ = conformance_of(("ready", "delivering"))
    assert [(one.origin, one.target) for one in found.breaches] == [("draft", "ready")]


def test_nothing_leaves_an_end() -> None:
    ends = [state for state, targets in TRANSITIONS.items() if not targets]
    assert ends
    assert not any(is_allowed(end, target) for end in ends for target in State)


def test_a_word_that_is_no_state_is_outside() -> None:
    assert not is_allowed("received", "on the pile")
    assert not is_allowed("on the pile", "received")


def test_requests_without_a_move_are_counted_apart() -> None:
    found, share = conformance_of(USUAL, (None, None))
    assert (found.requests, found.silent) == (1, 1)
    assert (share.n, share.excluded) == (1, {"no move recorded": 1})


def test_a_log_in_other_words_cannot_be_judged_and_says_why() -> None:
    found, share = conformance_of((None,), missing={"state_to": "its steps are its own"})
    assert (found.why, found.fitness) == ("its steps are its own", None)
    assert (share.value, share.why) == (None, "its steps are its own")
