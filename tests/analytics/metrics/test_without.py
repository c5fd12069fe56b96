"""P90 without a code equals taking that code's waits off, request by request."""

from typing import Any

import pytest
from hypothesis import given, settings

from analytics.eventlog import EventLog
from analytics.metrics.selection import Selection
from analytics.metrics.without import without_each_code
from analytics.mirror.fold import fold
from tests.analytics import synthetic
from tests.analytics.metrics.oracle import DAY, MENDED_BY, Row
from tests.analytics.metrics.oracle_media import linear_quantile
from tests.analytics.metrics.test_measures import LOGS, log_of
from tests.depth import examples


def waits_of(events: list[Row], request: str, code: str) -> set[int]:
    """Every second of a request that lies between a failure of a code and its recovery."""
    mine = sorted(
        (one for one in events if one["request_id"] == request), key=lambda one: one["seq"]
    )
    found: set[int] = set()
    for place, event in enumerate(mine):
        if event["reason"] != code or event["activity"] not in MENDED_BY:
            continue
        later = [
            other["occurred"]
            for other in mine[place + 1 :]
            if other["activity"] in MENDED_BY[event["activity"]]
            and (event["activity"] != "failure_noted" or other["reason"] == code)
        ]
        if later:
            found |= set(range(event["occurred"], min(later)))
    return found


@settings(max_examples=examples(8), deadline=None)
@given(LOGS)
def test_the_quantile_without_a_code_equals_the_slow_way(drawn: list[Any]) -> None:
    log = log_of(drawn)
    requests, events = log.requests.to_pylist(), log.events.to_pylist()
    done = {
        row["request_id"]: row["available"] - row["received"]
        for row in requests
        if row["available"] is not None and row["available"] >= row["received"]
    }
    for one in without_each_code(fold(log), Selection()):
        lost = {key: len(waits_of(events, key, one.code)) for key in done}
        left = [took - min(lost[key], took) for key, took in done.items()]
        expected = linear_quantile([seconds / DAY for seconds in left], 0.9)
        assert one.days_without == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert one.hours * 3600 == pytest.approx(sum(min(lost[key], done[key]) for key in done))
        assert one.days_without <= one.days + 1e-9


def test_a_log_without_codes_says_nothing() -> None:
    log = synthetic.log()
    lacking = EventLog(**{**log.__dict__, "missing": {"reason": "no column says why"}})
    assert without_each_code(fold(lacking), Selection()) == ()
    assert without_each_code(fold(log), Selection(facilities=())) == ()


def test_the_code_that_costs_most_comes_first() -> None:
    found = without_each_code(synthetic.mirror(), Selection())
    assert {one.code for one in found} == {"AU02", "RV01", "LO01", "TR06"}
    assert [one.days_without for one in found] == sorted(one.days_without for one in found)
