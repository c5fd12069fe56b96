"""A result that is published gives no small count away; the door of the house neither."""

import json
from dataclasses import asdict

import pytest
import synthetic
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Group, Result
from analytics.metrics.selection import Selection
from analytics.metrics.slices import GROUPINGS
from tests.analytics.metrics.oracle_answers import linear_quantile
from tests.analytics.metrics.suppression.printed import (
    HIDDEN,
    numbers,
    result,
    suppressed,
    suppressed_together,
)
from tests.analytics.statistics.plain_curve import kaplan_meier, time_when
from tests.depth import examples


def test_a_result_of_large_counts_is_published_as_it_is() -> None:
    said = result("sla_compliance", 200, 150, low=68.6, high=80.5, excluded={"not due yet": 12})
    assert asdict(suppressed(said)) == asdict(said)


def test_a_share_with_a_small_numerator_hides_all_that_tells_it() -> None:
    found = suppressed(result("sla_compliance", 200, 5, low=1.1, high=5.7))
    assert (found.value, found.numerator, found.low, found.high) == (None, None, None, None)
    assert found.n == 200
    assert found.why == HIDDEN


def test_a_share_that_leaves_a_small_rest_is_hidden() -> None:
    found = suppressed(result("sla_compliance", 200, 195))
    assert found.value is None
    assert found.why == HIDDEN


def test_ten_requests_have_no_median_and_eleven_have_one() -> None:
    few, enough = (suppressed(result("turnaround_median", n)) for n in (10, 11))
    assert (few.value, few.n, few.why) == (None, None, HIDDEN)
    assert (enough.value, enough.n, enough.why) == (4.2, 11, None)


def test_nothing_and_its_reason_stand() -> None:
    nothing = Result(key="sla_compliance", label="x", unit="%", value=None, why="no request")
    found = suppressed(nothing)
    assert (found.n, found.value, found.why) == (0, None, "no request")


def test_a_small_number_of_unknown_hides_the_range_that_they_make() -> None:
    said = result("physical_media_share_out", 200, 50, unknown=4, low=25.0, high=27.0)
    found = suppressed(said)
    assert (found.value, found.n, found.unknown) == (25.0, 200, None)
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize(("again", "shows"), [(0, True), (1, False), (10, False), (11, True)])
def test_a_mean_of_counts_tells_their_total_and_hides_with_it(again: int, *, shows: bool) -> None:
    """0.015 further deliveries a request, of 200, are three."""
    said = result("rework_rate", 200, again, value=again / 200, low=0.0, high=0.2)
    found = suppressed(said)
    assert (found.value, found.numerator) == ((again / 200, again) if shows else (None, None))
    assert (found.n, found.why) == (200, None if shows else HIDDEN)


def test_a_few_touches_of_one_facility_do_not_follow_from_those_of_the_rest() -> None:
    groups = [
        Group(group=f"f{i}", value=n / 50, n=50, numerator=n) for i, n in enumerate((4, 60, 90))
    ]
    said = result("manual_touches_mean", 150, 154, value=154 / 150, by=tuple(groups))
    found = suppressed(said, by="facility")
    assert [group.numerator for group in found.by] == [None, None, 90]
    assert [group.value for group in found.by] == [None, None, 1.8]
    assert (found.numerator, found.value) == (154, 154 / 150)


def test_the_interval_of_a_mean_of_counts_is_not_shown() -> None:
    """It tells the squares: 11 touches whose squares add up to 13 are of ten requests."""
    touches = suppressed(result("manual_touches_mean", 200, 11, low=0.02, high=0.09))
    days = suppressed(result("turnaround_mean", 200, low=4.0, high=4.4))
    assert (touches.value, touches.low, touches.high) == (5.5, None, None)
    assert (days.low, days.high) == (4.0, 4.4)


def test_a_group_that_is_small_hides_a_second_one() -> None:
    groups = [Group(group=name, value=4.0, n=n) for name, n in (("a", 5), ("b", 20), ("c", 300))]
    found = suppressed(result("turnaround_mean", 325, by=tuple(groups)), by="facility")
    assert [group.n for group in found.by] == [None, None, 300]
    assert [group.value for group in found.by] == [None, None, 4.0]
    assert [group.why for group in found.by] == [HIDDEN, HIDDEN, None]
    assert found.n == 325


def test_groups_spelled_alike_are_told_apart() -> None:
    groups = tuple(Group(group="None", value=4.0, n=n) for n in (20, 30))
    found = suppressed(result("turnaround_mean", 50, by=groups), by="facility")
    assert [(group.group, group.n) for group in found.by] == [("None", 20), ("None", 30)]


@pytest.mark.parametrize(
    ("key", "fewest"), [("turnaround_median", 11), ("turnaround_p90", 11), ("turnaround_p95", 21)]
)
def test_a_quantile_between_the_greatest_value_and_the_one_before_is_not_shown(
    key: str, fewest: int
) -> None:
    """Of eleven values twice P95 less P90 is the greatest."""
    for n in range(1, 40):
        found = suppressed(result(key, n))
        assert (found.value is not None) is (n >= fewest), n
        assert found.why == (None if n >= fewest else HIDDEN)
        values = [float(i) for i in range(n - 1)]
        wild = (linear_quantile([*values, end], BY_KEY[key].quantile) for end in (n, 9 * n))
        assert found.value is None or len(set(wild)) == 1, n


def test_an_interval_that_ends_at_the_least_or_greatest_value_is_not_shown() -> None:
    times = [float(i) for i in range(40)]
    for key, shows in (("turnaround_median", True), ("turnaround_p95", False)):
        found = suppressed(result(key, len(times), low=13.0, high=39.0))
        assert (found.low is not None) is shows, key


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=11, max_size=40))
def test_a_censored_quantile_is_never_the_last_release_nor_the_first(
    drawn: list[tuple[int, bool]],
) -> None:
    times = [one + i / 1000 for i, (one, _) in enumerate(drawn)]
    released = [out for _, out in drawn]
    ends = [time for time, out in zip(times, released, strict=True) if out]
    for key, q in (("turnaround_censored_median", 0.5), ("turnaround_censored_p90", 0.9)):
        value = time_when(kaplan_meier(times, released), q)
        said = result(key, len(times), sum(released), value=value)
        found = suppressed(said).value
        assert found in (None, value)
        assert found is None or min(ends) < found < max(ends)


def test_few_ways_to_partners_are_hidden_and_many_are_not() -> None:
    few, many = (
        suppressed(result("channel_fanout", 400, n, value=float(n), denominator=None))
        for n in (4, 40)
    )
    assert (few.value, few.numerator, few.n) == (None, None, 400)
    assert (many.value, many.numerator) == (40.0, 40)


def test_ways_that_two_facilities_share_do_not_have_to_add_up() -> None:
    groups = [Group(group=f, value=n, n=300, numerator=n) for f, n in (("a", 40), ("b", 30))]
    few = Group(group="c", value=4, n=300, numerator=4)
    ways = result("channel_fanout", 900, 55, value=55.0, denominator=None, by=(*groups, few))
    found = suppressed(ways, by="facility")
    assert [one.value for one in found.by] == [40, 30, None]
    assert (found.value, found.by[2].n, found.by[2].numerator) == (55, 300, None)


@pytest.mark.parametrize("by", [None, *GROUPINGS])
def test_no_small_count_of_any_measure_is_published(by: str | None) -> None:
    results = compute(synthetic.mirror(), Selection(), by=by)
    found = suppressed_together(results.values(), by=by)
    assert set(found) == set(BY_KEY)
    for key, one in found.items():
        assert not numbers(one) & set(range(1, 11)), key
        assert (one.value is None) <= (one.why is not None), key
        for group in one.by:
            assert (group.n is None) <= (group.why == HIDDEN)
            assert group.n is not None or group.value is None
        for name in ("value", "numerator", "denominator", "n", "unknown", "low", "high"):
            said = getattr(results[key], name)
            assert getattr(one, name) in (None, said if said is None else pytest.approx(said)), key
    assert any(one.why == HIDDEN for one in found.values()), "nothing was small: no test"
    assert any(one.why is None for one in found.values())


@pytest.mark.usefixtures("small_source")
def test_the_command_publishes_nothing_small(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("metrics", "--json")
    whole = {one["key"]: one for one in json.loads(capsys.readouterr().out)["metrics"]}
    call_command("metrics", "--publish", "--json")
    printed, beside = capsys.readouterr()
    told_of = {one["key"]: one for one in json.loads(printed)["metrics"]}
    numbers = ("value", "n", "numerator")
    hidden = [
        one
        for one in told_of.values()
        if one["why"] == HIDDEN
        and all(one[name] is None for name in numbers)
        and all(group["n"] is None for group in one["by"])
    ]
    assert 0 < len(hidden) < sum(one["why"] == HIDDEN for one in told_of.values())
    assert f"{len(hidden)} of {len(told_of)} measures show nothing" in beside
    assert {key: list(one) for key, one in told_of.items()} == {
        key: list(one) for key, one in whole.items()
    }
    assert 0 < whole["late_requests"]["n"] < 11
    late = told_of["late_requests"]
    assert (late["n"], late["value"], late["why"]) == (None, None, HIDDEN)
    assert told_of["requests_received"]["n"] == whole["requests_received"]["n"]


@pytest.mark.usefixtures("small_source")
def test_the_command_says_in_words_what_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("metrics", "--publish", "--key", "late_requests", "--key", "at_risk_requests")
    said = capsys.readouterr().out
    assert f"Late requests: - ({HIDDEN})" in said
    call_command("metrics", "--publish", "--key", "late_requests")
    assert "hidden whole" not in capsys.readouterr().err
