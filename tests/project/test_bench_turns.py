"""The bench of turns follows changes of a published world, and stops where figures differ."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from analytics.metrics.definition import Result
from analytics.mirror import published
from project import bench_turns
from project.bench_published import Size, publish_world
from project.bench_turns import CHANGED, turned

SIZE = Size(requests=3 * CHANGED, facilities=2, days=40)


@pytest.mark.parametrize("kind", ["newest", "month", "any"])
def test_turns_are_timed_and_end_at_what_the_rows_say(kind: str, tmp_path: Path) -> None:
    made = publish_world(tmp_path, SIZE)
    found = turned(tmp_path, made["name"], SIZE, kind, 4)
    assert found["turns"] == 4
    parts = {"folded_s", "published_s", "shown_s", "cpu_s", "in_all_s"}
    assert set(found["first"]) == set(found["last"]) == parts
    assert 0 < found["median_s"] <= found["p95_s"] <= found["longest_s"]
    assert os.readlink(tmp_path / "current") != made["name"]
    last = published.read(tmp_path, os.readlink(tmp_path / "current"))
    assert last is not None
    assert [len(ids) for _, ids in last.facts.steps] == [CHANGED] * 4


def test_a_figure_that_did_not_follow_stops_the_bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = publish_world(tmp_path, SIZE)

    def checked(one: Mapping[str, Result], other: Mapping[str, Result]) -> None:
        raise ValueError(f"{len(one)} and {len(other)}")

    monkeypatch.setattr(bench_turns, "check_same", checked)
    with pytest.raises(ValueError, match=r"\d+ and \d+"):
        turned(tmp_path, made["name"], SIZE, "newest", 1)
