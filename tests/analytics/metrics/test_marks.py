"""What is counted by marks and landmarks is what a look at every row counts."""

import pyarrow as pa
import pytest

from analytics.metrics import marks
from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import compute
from analytics.metrics.engines.answers import coded
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.text import by_table, sums_text
from analytics.metrics.grouping import Grouping, grouping_of
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.metrics.statements import Sum, groups_of, sums_of
from analytics.mirror import opened as opening
from analytics.mirror.fold import Mirror, fold
from project.bench_world import world
from tests.analytics import synthetic

DECLARED = list(
    dict.fromkeys(one for metric in METRICS for one in (*sums_of(metric), *groups_of(metric)))
)
CT = Selection(slices=(("modality", ("CT",)),))


def by_a_look(mirror: Mirror, selection: Selection, by: Grouping | None) -> dict[str, object]:
    """Return every declared sum by one statement a table over all its rows."""
    found: dict[str, dict[Sum, object]] = {}
    with asking(mirror, selection) as question:
        for table, sums in by_table(DECLARED):
            for word, *values in question.rows(sums_text(table, sums, by)):
                name = by.name(word) if by is not None else ""
                found.setdefault(name, {}).update(zip(sums, values, strict=True))
    return found


@pytest.mark.parametrize("by", [None, "partner", "facility"])
@pytest.mark.parametrize("selection", [Selection(), CT, Selection(facilities=())])
def test_sums_by_marks_are_sums_by_a_look(by: str | None, selection: Selection) -> None:
    mirror, group = fold(world(400)), grouping_of(by) if by else None
    with asking(mirror, selection) as question:
        found = Duck(question).sums(DECLARED, group)
    expected = by_a_look(mirror, selection, group)
    assert found.keys() == expected.keys()
    for name, sums in found.items():
        assert sums == pytest.approx(expected[name])


def test_every_declared_sum_of_steps_counts_landmarks_alone() -> None:
    of_steps = [one for one in DECLARED if one.table == "steps"]
    assert of_steps
    assert [one for one in of_steps if not marks.is_of_landmarks(one)] == []


@pytest.mark.parametrize(
    "predicate",
    [
        "activity = 'received'",
        "NOT is_failure",
        "activity = 'available' OR flows",
        "activity <> 'available'",
        "is_failure AND waited > 60",
    ],
)
def test_a_sum_that_may_count_other_steps_is_asked_of_all(predicate: str) -> None:
    one = Sum(table="steps", predicate=predicate)
    assert not marks.is_of_landmarks(one)
    mirror = fold(world(100))
    with asking(mirror, Selection()) as question:
        found = Duck(question).sums([one])[""][one]
        assert [(found,)] == question.rows(f"SELECT count(*) FROM steps WHERE {predicate}")


def test_measures_need_no_other_steps_and_who_names_them_gets_them_once() -> None:
    mirror = synthetic.mirror()
    compute(mirror, Selection())
    shared = opening._OPEN._made[mirror]
    assert shared.tables == ["cases", "landmarks"]
    for _ in range(2):
        with asking(mirror, Selection()) as question:
            assert question.rows("SELECT count(*) FROM steps") == [(mirror.steps.num_rows,)]
    assert shared.tables == ["cases", "landmarks", "steps"]


@pytest.mark.parametrize("is_coded", [False, True])
def test_words_in_several_chunks_are_numbered_and_none_is_one_of_them(*, is_coded: bool) -> None:
    chunks = [pa.array(words, pa.string()) for words in (["a", None], ["b", "a"], [None])]
    column = pa.chunked_array([one.dictionary_encode() if is_coded else one for one in chunks])
    words, places = coded(column)
    assert [words[place] for place in places] == ["a", None, "b", "a", None]
    assert sorted(words, key=str) == [None, "a", "b"]
