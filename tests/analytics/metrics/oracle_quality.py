"""How smoothly requests run, what fails, and what should not happen: again, request by request."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

from requests_app.lifecycle.states import TRANSITIONS
from requests_app.vocabulary import State
from tests.analytics.metrics.oracle_answers import (
    HOUR,
    UNSURE,
    Left,
    Measure,
    Row,
    mean_of,
    share_of,
    words_of,
)
from tests.analytics.metrics.oracle_rows import acts, is_failure

NOT_DELIVERED = Left("not delivered")
RELEASED_WRONGLY = ("TR09", "TR10")


def codes(row: Row) -> set[str]:
    """The codes of all that failed of a request."""
    return {one["reason"] for one in row["story"] if is_failure(one)}


def first(row: Row, activity: str) -> int | None:
    """When something first happened to a request."""
    moments = [one["occurred"] for one in row["story"] if one["activity"] == activity]
    return min(moments, default=None)


def touches(row: Row) -> list[Row]:
    """What was done by hand; the same by the same person within five minutes of it is one."""
    last: dict[tuple[str | None, str | None], int] = {}
    found = []
    for event in sorted(row["story"], key=lambda one: one["occurred"]):
        if event["activity"] != "manual_touch":
            continue
        key = (event["actor"], event["touch"])
        if key not in last or event["occurred"] - last[key] > 300:
            found.append(event)
        last[key] = event["occurred"]
    return found


def times_sent(row: Row) -> int | None:
    """How often a request was sent: as its log says itself, else by its events."""
    ways = sum(one["activity"] == "available" for one in row["story"])
    if row["attempts"] is None or not ways:
        return ways
    return row["attempts"] or None


def of_delivered(row: Row, ask: Any) -> Any:
    """What is asked of a delivered request."""
    return NOT_DELIVERED if row["available"] is None else ask(row)


def handoffs(row: Row) -> int:
    """Changes of person from one step by staff to the next."""
    return sum(one["actor"] != two["actor"] for one, two in pairwise(filter(acts, row["story"])))


def further(row: Row) -> Any:
    """How often a request was sent beyond the first time."""
    sent = times_sent(row)
    return Left("delivered an unknown number of times") if sent is None else max(sent - 1, 0)


def first_pass(row: Row) -> Any:
    """Whether a request was delivered once and without a failure."""
    if any(map(is_failure, row["story"])):
        return False
    sent = times_sent(row)
    return UNSURE if sent is None else sent == 1


def conforms(row: Row) -> Any:
    """Whether all moves of a request stand in the table, the first from a draft."""
    reached = [one["state_to"] for one in row["story"] if one["state_to"]]
    if not reached:
        return Left("no move recorded")
    moves = pairwise([State.DRAFT, *reached])
    return all(State(two) in TRANSITIONS[State(one)] for one, two in moves)


def erred(row: Row, *wrong: str) -> Any:
    """Whether a release went wrong."""
    if row["direction"] != "outbound":
        return None
    bears = codes(row)
    if first(row, "available") is None and not bears & set(RELEASED_WRONGLY):
        return Left("not released")
    return bool(bears & set(wrong))


def imaged_again(row: Row) -> Any:
    """Whether somebody was imaged again."""
    if row["direction"] != "inbound":
        return None
    return Left("no moment of receipt") if row["received"] is None else "FU01" in codes(row)


def logged_late(row: Row) -> Any:
    """Whether a request lay about."""
    return Left("logging not noted") if first(row, "logged") is None else "IN05" in codes(row)


def failure(event: Row) -> Any:
    """The code of a failure."""
    return (event["reason"], 1) if is_failure(event) else None


def lost(event: Row) -> Any:
    """The code of a failure with the hours that it cost."""
    if not is_failure(event):
        return None
    if event["lost"] is None:
        return Left("not mended, or not said when")
    return event["reason"], event["lost"] / HOUR


def _delivered(ask: Any, read: Any = mean_of) -> Measure:
    return Measure(tell=partial(of_delivered, ask=ask), read=read)


MEASURES = {
    "zero_touch_share": _delivered(lambda row: not touches(row), share_of),
    "rework_rate": _delivered(further),
    "handoffs_mean": _delivered(handoffs),
    "conforming_share": Measure(tell=conforms, read=share_of),
    "first_pass_yield": _delivered(first_pass, share_of),
    "manual_touches_mean": _delivered(lambda row: len(touches(row))),
    "failures_by_code": Measure(tell=failure, read=words_of, of="events"),
    "failure_hours_by_code": Measure(tell=lost, read=words_of, of="events", if_any=True),
    "disclosure_error_rate": Measure(tell=lambda row: erred(row, "TR09", "TR10"), read=share_of),
    "misdirected_share": Measure(tell=lambda row: erred(row, "TR09"), read=share_of),
    "over_scoped_share": Measure(tell=lambda row: erred(row, "TR10"), read=share_of),
    "repeat_imaging_share": Measure(tell=imaged_again, read=share_of, noted="FU01"),
    "logged_late_share": Measure(tell=logged_late, read=share_of),
}
