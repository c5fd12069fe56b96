"""The benches measure what they say: as many events, entries and the same figures."""

import math

import pytest

from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from project.bench_promises import bench_import, bench_verify
from project.bench_yardsticks import by_pandas, frames_of
from tests.analytics import synthetic


def test_the_import_bench_reads_as_many_events_as_the_promise_names() -> None:
    answer = bench_import()
    assert answer["events"] == 8577
    assert 0 < answer["min_s"] <= answer["median_s"] <= answer["max_s"] < 5


def test_the_verify_bench_checks_a_hundred_thousand_entries() -> None:
    answer = bench_verify()
    assert answer["entries"] == 100_000
    assert 0 < answer["cpu_s"] < 2


def test_the_yardstick_of_pandas_gives_our_figures() -> None:
    mirror = synthetic.mirror()
    said = by_pandas(*frames_of(mirror.cases, mirror.steps), mirror.log.as_of)
    ours = compute(mirror, Selection(), list(said))
    for key, value in said.items():
        found = ours[key].value
        assert found == pytest.approx(value, rel=1e-9) or (found is None and math.isnan(value)), key
