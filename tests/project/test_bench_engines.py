"""The bench of engines measures a published world, and stops where figures differ."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror import databases, published
from analytics.mirror.bounds import Bounds, bound, bounds
from analytics.mirror.fold import fold
from project.bench_engines import check_same, measured
from project.bench_published import Size, publish_world
from project.bench_world import AT_ONCE, START, log_of, parts_of
from project.bench_yardsticks import check_figures


@pytest.mark.parametrize(
    ("many", "chosen"),
    [(1, ("both", "modality")), (10**9, ("whole", "both", "requester_and_quarter"))],
)
def test_a_published_world_is_measured_by_every_engine(
    many: int, chosen: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "MANY", many)  # compressed, or not
    before = bounds()
    made = publish_world(tmp_path, Size(requests=150))
    try:
        found = measured(tmp_path, made["name"], "1GiB", turns=1, names=chosen)
        assert bounds() == Bounds(memory="1GiB", folder=str(tmp_path / "spill"))
    finally:
        bound(before)
    assert (made["requests"], found["measures"]) == (150, len(METRICS))
    assert found["parquet_to_answers"]["s"] > 0
    assert set(found["selections"]) == set(chosen)
    both = found["selections"]["both"]
    assert {"counted", "duckdb", "pandas", "plain_duckdb_over_parquet"} <= set(both)
    assert "counted" not in found["selections"][chosen[-1]]


def test_parts_hold_every_request_of_a_world_once_and_no_month_of_a_facility_twice() -> None:
    parts = list(parts_of(1_000_003, facilities=7, days=400))
    assert sum(one.requests for one in parts) == 1_000_003
    assert [one.first for one in parts[1:]] == [one.first + one.requests for one in parts[:-1]]
    assert max(one.requests for one in parts) <= AT_ONCE
    cells = [(one.since, site) for one in parts for site in one.facilities]
    assert len(cells) == len(set(cells)) == 14 * 7
    some = log_of(replace(parts[3], requests=40), START + 400 * 86400).requests
    received = some["received"].to_pylist()
    assert parts[3].since <= min(received) <= max(received) < parts[3].until


def test_a_figure_or_cell_that_differs_stops_the_bench(tmp_path: Path) -> None:
    made = publish_world(tmp_path, Size(requests=60))
    found = published.read(tmp_path, made["name"])
    assert found is not None
    mirror = found.snapshot(found.facts.as_of).mirror
    ours = compute(mirror, Selection())
    check_same(ours, ours)
    other = ours | {"requests_received": replace(ours["requests_received"], n=61)}
    with pytest.raises(ValueError, match="requests_received, n"):
        check_same(ours, other)
    with pytest.raises(ValueError, match="open_requests"):
        check_figures(ours, {"open_requests": -1.0})


def test_a_world_in_parts_is_that_world_when_they_are_put_together(tmp_path: Path) -> None:
    made = publish_world(tmp_path, Size(requests=300, facilities=2))
    found = published.read(tmp_path, made["name"])
    assert found is not None
    parts = [log_of(one, found.facts.as_of) for one in parts_of(300, facilities=2, days=365)]
    requests, events = (
        pa.concat_tables([getattr(one, name) for one in parts], promote_options="permissive")
        for name in ("requests", "events")
    )
    whole = fold(replace(parts[0], requests=requests, events=events))
    assert compute(whole, Selection()) == compute(
        found.snapshot(found.facts.as_of).mirror, Selection()
    )
