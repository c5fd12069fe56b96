"""What changed since the period before: the difference, and how sure of it one can be."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.metrics.catalogue import METRICS
from analytics.metrics.change import NOT_OVER, OF_NOW, change, changes
from analytics.metrics.compute import compute
from analytics.metrics.definition import Kind, Result
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.statistics.intervals import newcombe, of_difference, wilson, wilson_within
from tests.analytics import synthetic


def result(
    value: float | None, low: float | None, high: float | None, unknown: int = 0, n: int = 0
) -> Result:
    return Result(
        key="sla_compliance",
        label="",
        unit="%",
        value=value,
        low=low,
        high=high,
        unknown=unknown,
        n=n,
        why=None if value is not None else "nobody asked",
    )


def test_shares_change_by_newcombes_interval() -> None:
    """Newcombe's own example: 56 of 70 against 48 of 80 gives 0.0524 to 0.3339."""
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    now, before = ([100 * x for x in (a / n, *wilson(a, n))] for a, n in ((56, 70), (48, 80)))
    found = change(result(*now), result(*before))
    assert (found.low, found.high) == pytest.approx((5.24, 33.39), abs=5e-3)


def test_what_is_unknown_in_either_period_widens_the_change_to_all_that_is_possible() -> None:
    """Of 100 each: 40 and 10 unknown against 60 and 5 unknown may be 40 to 50 against 60 to 65."""
    pairs = [newcombe(40 + a, 100, 60 + b, 100) for a in range(11) for b in range(6)]
    now, before = (
        result(float(hits), *(100 * end for end in wilson_within(hits, unknown, 100)), unknown, 100)
        for hits, unknown in ((40, 10), (60, 5))
    )
    found = change(now, before)
    assert found.difference == -20.0
    assert found.low == pytest.approx(100 * min(low for low, _ in pairs))
    assert found.high == pytest.approx(100 * max(high for _, high in pairs))


def test_no_value_in_a_period_gives_no_change_and_says_which() -> None:
    assert change(result(None, None, None), result(1.0, 0.0, 2.0)).why == "nobody asked"
    found = change(result(1.0, 0.0, 2.0), result(None, None, None))
    assert (found.difference, found.why) == (None, "in the period before: nobody asked")


def test_the_interval_holds_the_true_difference_of_means_about_95_times_in_100() -> None:
    chance, held = np.random.default_rng(7), 0
    for _ in range(400):
        estimates = []
        for centre in (3.0, 5.0):
            drawn = chance.exponential(centre, 200)
            half = 1.959963984540054 * drawn.std(ddof=1) / np.sqrt(200)
            estimates.append((drawn.mean(), drawn.mean() - half, drawn.mean() + half))
        low, high = of_difference(*estimates)
        held += low <= -2.0 <= high
    assert 0.92 <= held / 400 <= 0.98


def test_every_single_number_of_a_period_is_compared_with_as_many_days_just_before() -> None:
    mirror = synthetic.mirror()
    chosen = Selection(since=date(2026, 9, 1), until=date(2026, 10, 31))
    now = compute(mirror, chosen)
    found = changes(mirror, chosen, now.values())
    before = compute(mirror, Selection(since=date(2026, 7, 2), until=date(2026, 8, 31)))
    assert set(now) - set(found) == {one.key for one in METRICS if one.kind is Kind.GROUPS}
    assert found["turnaround_censored_median"].difference is not None
    for key, one in found.items():
        assert one.before == before[key]
        if key.startswith(
            ("open_", "late_", "very_late_", "held_", "hold_", "at_risk_", "on_track_")
        ):
            assert (one.difference, one.why) == (None, OF_NOW)
        if one.difference is not None:
            assert one.difference == pytest.approx(now[key].value - before[key].value)  # type: ignore[operator]
    assert changes(mirror, Selection(), now.values()) == {}


@pytest.mark.parametrize(
    ("granularity", "last", "why"),
    [("second", 24, NOT_OVER), ("second", 23, None), ("day", 24, None), ("day", 25, NOT_OVER)],
)
def test_the_day_of_the_figures_is_over_only_where_a_log_knows_whole_days(
    granularity: str, last: int, why: str | None
) -> None:
    mirror = fold(replace(synthetic.log(), granularity=granularity))
    chosen = Selection(since=date(2026, 11, 1), until=date(2026, 11, last))
    found = changes(mirror, chosen, compute(mirror, chosen, ["requests_received"]).values())
    assert found["requests_received"].why == why


def test_a_period_that_is_not_over_is_not_compared_with_a_whole_one() -> None:
    mirror = synthetic.mirror()
    ahead = Selection(since=date(2026, 9, 1), until=date(2028, 1, 1))
    found = changes(mirror, ahead, compute(mirror, ahead, ["sla_compliance"]).values())
    assert found["sla_compliance"].why == NOT_OVER
