"""Who did not look at each snapshot is told what changed since the one that was looked at last."""

import gc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from weakref import ref

import pytest

from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror import lineage, published
from analytics.mirror.arranged import replaced, split
from analytics.mirror.fold import Change, fold
from analytics.mirror.lineage import Line, change_since, changed_since, steps_after
from analytics.mirror.once import Once
from analytics.mirror.partition import nothing
from analytics.mirror.published import Facts, Published
from project.bench_world import world


def begun(root: Path) -> Published:
    mirror = fold(world(300))
    facts = Facts(source="live", as_of=mirror.log.as_of, watermark="1", zone="UTC")
    return published.publish(root, facts, split(mirror), last=None)


def without(root: Path, last: Published, ids: Sequence[int]) -> Published:
    """Publish what is left when some requests went."""
    facts = replace(last.facts, steps=steps_after(last, tuple(ids)))
    return published.publish(root, facts, replaced(last.pieces, ids, nothing()), last=last)


def test_another_process_follows_all_that_was_published_meanwhile(tmp_path: Path) -> None:
    first = published.read(tmp_path, begun(tmp_path).name)
    assert first is not None
    line = Line()
    shot = line.next(first, first.facts.as_of)
    compute(shot.mirror, Selection())
    ids = [int(one) for one in shot.mirror.cases["request_id"].to_pylist()[:6]]
    last = first
    for some in (ids[:2], ids[2:3], ids[3:]):
        last = without(tmp_path, last, some)
    now = published.read(tmp_path, last.name, known=first)
    assert now is not None
    later = line.next(now, now.facts.as_of)
    (change,) = later.mirror.changes
    assert change.before is shot.mirror
    went = {int(one) for one in change.gone.cases["request_id"].to_pylist()}
    assert went == set(ids)
    assert change.come.cases.num_rows == 0
    found = compute(later.mirror, Selection())
    anew = compute(now.snapshot(now.facts.as_of).mirror, Selection())
    assert found["requests_received"].value == anew["requests_received"].value == 294


def test_what_was_made_of_an_earlier_one_follows_where_nothing_was_made_of_the_last(
    tmp_path: Path,
) -> None:
    line, last = Line(), begun(tmp_path)
    shots = [line.next(last, last.facts.as_of)]
    ids = [int(one) for one in shots[0].mirror.cases["request_id"].to_pylist()[:6]]
    for place in range(5):
        last = without(tmp_path, last, ids[place : place + 1])
        shots.append(line.next(last, last.facts.as_of))
    once, names = Once[str](), {id(shot.mirror): str(i) for i, shot in enumerate(shots)}
    once.of(shots[3].mirror, lambda: "3")

    def follow(made: str, change: Change) -> str:
        went = change.gone.cases.num_rows
        return f"{made}-{names[id(change.before)]}-{went}"

    assert once.of(shots[5].mirror, lambda: "anew", follow) == "3-3-2"
    assert once.of(shots[4].mirror, lambda: "anew", follow) == "anew"
    assert [change.before for change in shots[5].mirror.changes] == [
        shots[place].mirror for place in (4, 3, 2)
    ]


def test_nothing_is_told_of_what_was_folded_whole(tmp_path: Path) -> None:
    first = begun(tmp_path)
    assert changed_since(first.facts, "") is None
    line = Line()
    shot, anew = line.next(first, first.facts.as_of), begun(tmp_path)
    assert change_since(first, shot, anew) is None
    assert line.next(anew, anew.facts.as_of).mirror.changes == ()
    gone = ref(shot)
    del shot
    gc.collect()
    assert gone() is None


def test_a_manifest_tells_of_so_many_snapshots_and_requests_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "MOST_STEPS", 3)
    monkeypatch.setattr(lineage, "MOST_TOLD", 6)
    one = replace(begun(tmp_path), name="1")
    two = replace(one, name="2", facts=replace(one.facts, steps=steps_after(one, (1, 2))))
    three = replace(two, name="3", facts=replace(two.facts, steps=steps_after(two, (3,))))
    four = replace(three, name="4", facts=replace(three.facts, steps=steps_after(three, (4,))))
    assert four.facts.steps == (("3", (4,)), ("2", (3,)), ("1", (1, 2)))
    assert changed_since(four.facts, "1") == {1, 2, 3, 4}
    assert steps_after(four, (5,)) == (("4", (5,)), ("3", (4,)), ("2", (3,)))
    assert steps_after(four, (5, 6, 7, 8)) == (("4", (5, 6, 7, 8)), ("3", (4,)), ("2", (3,)))
    assert steps_after(four, (5, 6, 7, 8, 9)) == (("4", (5, 6, 7, 8, 9)), ("3", (4,)))
    assert steps_after(four, tuple(range(7))) == ()
