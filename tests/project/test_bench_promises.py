"""The benches measure what they say: as many events, entries and the same figures."""

from analytics.metrics.compute import compute
from analytics.mirror.arranged import split
from analytics.mirror.published import Facts, Published
from project.bench_promises import bench_import, bench_verify
from project.bench_selections import SELECTIONS
from project.bench_yardsticks import by_frames, check_figures, frames_of
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
    facts = Facts(source="synthetic", as_of=mirror.log.as_of, watermark="", zone="UTC")
    found = Published("0", facts, split(mirror), {})
    frames = frames_of(found, None)
    for chosen in SELECTIONS.values():
        said = by_frames(frames, chosen, mirror.log.as_of)
        check_figures(compute(mirror, chosen, list(said)), said)
