"""What is read from a published mirror is what was published, type by type and cell by cell."""

from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror import published
from analytics.mirror.arranged import replaced, split
from analytics.mirror.fold import fold
from analytics.mirror.kept import remove_old
from analytics.mirror.lists import words_in_all
from analytics.mirror.partition import nothing
from analytics.mirror.pieces import Pieces
from analytics.mirror.published import Facts, mirror_of
from project.bench_world import WORDS, world
from tests.analytics import synthetic
from tests.analytics.mirror.windows import plain
from tests.depth import examples


def test_what_is_read_is_what_was_published(tmp_path: Path) -> None:
    for place, mirror in enumerate((fold(world(300)), synthetic.mirror())):
        root = tmp_path / str(place)
        root.mkdir()
        facts = Facts(source="live", as_of=mirror.log.as_of, watermark="1", zone="UTC")
        made = published.publish(root, facts, split(mirror), last=None)
        found = published.read(root, made.name)
        assert found is not None
        assert plain(found.rows.cases).equals(plain(mirror.cases))
        assert plain(found.rows.steps).equals(plain(mirror.steps))
        assert found.content == made.content


@pytest.mark.parametrize("step", ["_write", "_linked", "_write_manifest"])
def test_what_cannot_be_written_leaves_nothing_and_nobody_sees_it(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = fold(world(300))
    facts = Facts(source="live", as_of=mirror.log.as_of, watermark="1", zone="UTC")
    first = published.publish(tmp_path, facts, split(mirror), last=None)
    before = sorted(tmp_path.iterdir())
    number = int(mirror.cases["request_id"][0].as_py())

    def fails(*given: object) -> None:
        raise OSError(ENOSPC, "no space left")

    monkeypatch.setattr(published, step, fails)
    with pytest.raises(OSError, match="no space left"):
        published.publish(tmp_path, facts, replaced(first.pieces, [number], nothing()), last=first)
    assert sorted(tmp_path.iterdir()) == before
    assert published.current(tmp_path) == first.name


def test_what_its_writer_left_half_is_removed_and_takes_no_ones_place(tmp_path: Path) -> None:
    mirror = fold(world(300))
    facts = Facts(source="live", as_of=mirror.log.as_of, watermark="1", zone="UTC")
    made = [published.publish(tmp_path, facts, split(mirror), last=None).name for _ in range(3)]
    (tmp_path / "half" / "cases").mkdir(parents=True)
    remove_old(tmp_path, at=datetime(2026, 11, 24, tzinfo=UTC))
    folders = {one.name for one in tmp_path.iterdir() if not one.is_symlink()}
    assert folders == set(made[1:])


def test_few_rows_and_many_are_written_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = fold(world(300))
    facts = Facts(source="live", as_of=mirror.log.as_of, watermark="1", zone="UTC")
    few = published.publish(tmp_path, facts, split(mirror), last=None)
    monkeypatch.setattr(published, "BRIEF", 0)
    many = published.publish(tmp_path, facts, split(mirror), last=None)
    assert (few.files, few.content) == (many.files, many.content)


def test_a_mirror_without_any_request_is_opened_and_measured() -> None:
    facts = Facts(source="live", as_of=0, watermark="0", zone="UTC")
    mirror = mirror_of(Pieces({}), facts, 0)
    found = compute(mirror, Selection(), ["requests_received", "sla_compliance"])
    assert (found["requests_received"].value, found["sla_compliance"].n) == (0, 0)


def test_words_of_requests_that_went_are_told_nowhere(tmp_path: Path) -> None:
    mirror = fold(world(300))
    facts = Facts(source="live", as_of=mirror.log.as_of, watermark="1", zone="UTC")
    first = published.publish(tmp_path, facts, split(mirror), last=None)
    ids = [int(one) for one in mirror.cases["request_id"].to_pylist()]
    stays = mirror.cases["partner"].to_pylist()[0]
    gone = [
        one
        for one, row in zip(ids, mirror.cases["partner"].to_pylist(), strict=True)
        if row != stays
    ]
    pieces = replaced(first.pieces, gone, nothing())
    made = published.publish(tmp_path, facts, pieces, last=first)
    said = (tmp_path / made.name / "manifest.json").read_text()
    assert stays in said
    assert not [word for word in WORDS["partner"] if word != stays and f'"{word}"' in said]
    again = published.read(tmp_path, made.name)
    assert again is not None
    assert again.rows.words("cases")["partner"] == [stays]


@settings(max_examples=examples(15), deadline=None)
@given(st.lists(st.lists(st.integers(0, 39), max_size=12, unique=True), min_size=1, max_size=4))
def test_words_kept_from_before_are_those_of_all_pieces(steps: list[list[int]]) -> None:
    first, other = (fold(world(40, facilities=2, first=number)) for number in (0, 40))
    ids = [int(one) for one in first.cases["request_id"].to_pylist()]
    pieces = split(first)
    known = words_in_all(pieces, (), {}, None)
    for turn, places in enumerate(steps):
        after = replaced(pieces, [ids[place] for place in places], other if turn % 2 else nothing())
        kept = {key for key in after if pieces.get(key) is after[key]}
        known = words_in_all(after, kept, pieces, known)
        assert known == words_in_all(after, (), {}, None)
        pieces = after
