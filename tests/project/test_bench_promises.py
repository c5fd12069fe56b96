"""The benches measure what they say: as many events, entries and the same figures."""

import pytest

from project.bench_promises import bench_import, bench_verify, by_duckdb, by_pandas
from tests.analytics import synthetic


def test_the_import_bench_reads_as_many_events_as_the_promise_names() -> None:
    answer = bench_import()
    assert answer["events"] == 8577
    assert 0 < answer["min_s"] <= answer["median_s"] <= answer["max_s"] < 5


def test_the_verify_bench_checks_a_hundred_thousand_entries() -> None:
    answer = bench_verify()
    assert answer["entries"] == 100_000
    assert 0 < answer["cpu_s"] < 2


def test_both_baselines_give_the_same_figures() -> None:
    mirror = synthetic.mirror()
    tables = {"cases": mirror.cases, "steps": mirror.steps}
    said = by_pandas(mirror.cases.to_pandas(), mirror.steps.to_pandas(), mirror.log.as_of)
    assert list(said.values()) == pytest.approx(list(by_duckdb(tables, mirror.log.as_of)))
