"""Sums read from groups of marks are exact, whatever their size."""

import duckdb
import pytest

from analytics.metrics import marks
from analytics.metrics.engines import marked
from analytics.metrics.engines.marked import Marked, _numbers
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.metrics.statements import Sum
from analytics.mirror.fold import fold
from project.bench_world import world


def summed(sql: str) -> list[object]:
    with duckdb.connect() as database:
        table = database.sql(
            f"SELECT sum(a) AS s FROM (VALUES {sql}) t(b, a) GROUP BY b ORDER BY b"
        )
        return list(_numbers(table.to_arrow_table()["s"]))


def test_whole_sums_past_64_bits_stay_whole() -> None:
    most = 2**63 - 1
    assert summed(f"(1, {most}), (1, {most}), (2, 1)") == [2 * most, 1]
    assert summed("(1, 3::BIGINT), (1, 4), (2, NULL)") == [7, 0]


def test_a_fraction_with_a_fixed_point_is_refused_and_never_cut() -> None:
    assert summed("(1, 1.5e0), (1, 1e0)") == [2.5]
    with pytest.raises(ValueError, match="floating"):
        summed("(1, 1.5), (1, 1.0)")


def test_more_questions_of_the_clock_than_bits_go_into_further_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = [
        one
        for metric in marks.METRICS
        for one in marks.sums_of(metric)
        if one.table == "cases" and marks.is_marked_but_for_the_clock(one)
    ]
    mirror = fold(world(150, facilities=2))
    with asking(mirror, Selection()) as question:
        expected = Marked.read(question, "cases", wanted, "'' AS word").by_word(wanted)
        monkeypatch.setattr(marked, "BITS", 3)
        found = Marked.read(question, "cases", wanted, "'' AS word")
    assert {"clock_0", "clock_1", "clock_2"} <= set(found.rows.column_names)
    assert found.by_word(wanted) == expected
    assert any(
        isinstance(one, Sum) and value for _, sums in expected for one, value in sums.items()
    )
