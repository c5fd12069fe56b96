"""P90 without codes equals taking their waits off, request by request, the open ones censored."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.metrics.without import MEASURE, strange, told, why_untold
from analytics.mirror.fold import fold
from tests.analytics import synthetic
from tests.analytics.metrics.drawn_logs import LOGS, log_of
from tests.analytics.metrics.oracle_answers import DAY
from tests.analytics.metrics.oracle_rows import MENDED_BY, Row
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


def left_waiting(times: list[tuple[int, bool]], share: float) -> float | None:
    """When a share had left, by Kaplan-Meier as in a textbook; None where it is not reached."""
    waiting, at_risk = 1.0, len(times)
    for time in sorted({time for time, _ in times}):
        out = sum(is_out for at, is_out in times if at == time)
        waiting *= 1 - out / at_risk
        at_risk -= sum(at == time for at, _ in times)
        if waiting <= 1 - share + 1e-12:
            return time / DAY
    return None


@settings(max_examples=examples(8), deadline=None)
@given(LOGS, st.sets(st.sampled_from(["AU02", "RV01", "LO01", "TR06", "US05"]), min_size=1))
def test_the_quantile_without_codes_equals_the_slow_way(drawn: list[Any], codes: set[str]) -> None:
    log = log_of(drawn)
    requests, events = log.requests.to_pylist(), log.events.to_pylist()
    looked_at = {
        row["request_id"]: (row["received"], row["available"] or log.as_of, bool(row["available"]))
        for row in requests
        if row["received"] is not None
        and (row["available"] >= row["received"] if row["available"] else row["outcome"] is None)
    }
    found = told(fold(log), Selection())
    assert found is not None
    all_of_them = [(code,) for code in found.waits]
    for some in [*all_of_them, tuple(sorted(codes))]:
        left, lost = [], 0
        for key, (begun, over, is_out) in looked_at.items():
            waits = set().union(*(waits_of(events, key, code) for code in some))
            inside = len(waits & set(range(begun, over)))
            left.append((over - begun - inside, is_out))
            lost += inside
        one = found.without(some)
        assert one.hours * 3600 == pytest.approx(lost)
        assert one.n == len(looked_at)
        assert one.still_open == sum(not is_out for *_, is_out in looked_at.values())
        assert one.without.days == pytest.approx(left_waiting(left, 0.9))


def test_what_is_now_is_the_headline_measure() -> None:
    mirror = synthetic.mirror()
    for chosen in (Selection(), Selection(facilities=("riverside",), direction="inbound")):
        headline = compute(mirror, chosen, [MEASURE])[MEASURE]
        found = told(mirror, chosen)
        assert found is not None
        for one in found.each():
            assert (one.now.days, one.now.low, one.now.high) == pytest.approx(
                (headline.value, headline.low, headline.high)
            )
            assert one.n == headline.n
            assert one.without.days <= one.now.days


def test_a_slice_by_a_word_of_steps_chooses_requests_and_not_their_failures() -> None:
    mirror = synthetic.mirror()
    chosen = Selection(slices=(("medium", ("link", "push")),))
    found = told(mirror, chosen)
    assert found is not None
    assert found.waits  # a failure has no medium of its own
    assert len(found.took) == compute(mirror, chosen, [MEASURE])[MEASURE].n


def test_codes_together_take_no_second_off_twice() -> None:
    found = told(synthetic.mirror(), Selection())
    assert found is not None
    both, one, other = (found.without(codes) for codes in (("AU02", "LO01"), ("AU02",), ("LO01",)))
    assert both.codes == ("AU02", "LO01")
    assert both.hours == pytest.approx(one.hours + other.hours)  # here no request has both
    assert both.requests == one.requests + other.requests
    assert found.without(()).without == found.without(()).now


def test_a_wait_after_release_or_after_the_end_of_the_log_delays_nothing() -> None:
    story = [
        ("received", 0, None),
        ("available", DAY, None),
        ("failure_noted", 2 * DAY, "US05"),
        ("failure_recovered", 5 * DAY, "US05"),
    ]
    rows = [{"request_id": "a", "facility": "f", "direction": "outbound"}]
    facts = {"received": 0, "available": DAY, "outcome": "delivered"}
    log = synthetic.log()
    events = [
        rows[0] | {"seq": seq, "activity": activity, "occurred": at, "reason": reason}
        for seq, (activity, at, reason) in enumerate(story)
    ]
    tables = {
        "requests": table_of([rows[0] | facts], REQUESTS),
        "events": table_of(events, EVENTS),
    }
    found = told(fold(EventLog(**{**log.__dict__, **tables})), Selection())
    assert found is not None
    assert found.waits == {}


def test_a_log_without_codes_says_nothing() -> None:
    log = synthetic.log()
    lacking = EventLog(**{**log.__dict__, "missing": {"reason": "no column says why"}})
    assert told(fold(lacking), Selection()) is None
    assert why_untold(lacking.missing) == "no column says why"
    assert why_untold(log.missing) == ""


def test_where_no_code_can_be_taken_away_the_reason_is_said() -> None:
    mirror, events = synthetic.mirror(), synthetic.log().events
    no_failures = [row | {"reason": None} for row in events.to_pylist()]
    found = {
        "": told(mirror, Selection()),
        "no request here counts": told(mirror, Selection(facilities=())),
        "no failure here delayed a request for a known time": told(
            synthetic.mirror(events=events.from_pylist(no_failures, events.schema)), Selection()
        ),
    }
    for why, one in found.items():
        assert one is not None
        assert one.why_none == why
        assert bool(one.each()) is (why == "")


def test_a_strange_word_is_named_and_a_code_that_cost_nothing_is_none() -> None:
    found = told(synthetic.mirror(), Selection())
    assert strange(("AU02", "US05"), found) is None
    assert strange(("AU02", "XX99", "YY99"), found) == "XX99"
    assert strange(("XX99",), None) == "XX99"


def test_the_code_that_costs_most_comes_first() -> None:
    told_here = told(synthetic.mirror(), Selection())
    assert told_here is not None
    found = told_here.each()
    assert {one.codes[0] for one in found} == {"AU02", "RV01", "LO01", "TR06"}
    days = [one.without.days for one in found]
    assert days == sorted(days)
