"""Whatever the tables, a reader who puts everything together learns no small count."""

import random
from itertools import combinations, product
from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import OptimizeResult, milp

from analytics.metrics.suppression import moves
from analytics.metrics.suppression.cells import Cell, CountTable, Figure
from analytics.metrics.suppression.moves import System
from analytics.metrics.suppression.pack import Pack, Why, suppress
from tests.analytics.metrics.suppression.attacker import Attacker, less
from tests.analytics.metrics.suppression.made import NAMES, share, table
from tests.depth import examples

COUNTS = st.sampled_from([0, 0, 1, 2, 3, 5, 8, 10, 11, 12, 14, 20, 27, 40, 100])
THRESHOLDS = st.sampled_from([3, 5, 11, 11, 11])
slowly = settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)


@st.composite
def arrays(draw: st.DrawFn, most: int = 24) -> np.ndarray:
    shapes = [(n,) for n in range(1, 7)] + [(2, 3), (3, 3), (3, 4), (4, 4), (2, 2, 2), (3, 2, 3)]
    shape = draw(st.sampled_from([one for one in shapes if np.prod(one) <= most]))
    size = int(np.prod(shape))
    return np.array(draw(st.lists(COUNTS, min_size=size, max_size=size))).reshape(shape)


@st.composite
def linked_tables(draw: st.DrawFn) -> list[CountTable]:
    """Some views of one array: by each of several choices of dimensions, with and without margins."""
    array = draw(arrays())
    choices = [
        axes for k in range(1, array.ndim + 1) for axes in combinations(range(array.ndim), k)
    ]
    chosen = draw(st.lists(st.sampled_from(choices), min_size=1, max_size=3, unique=True))
    return [
        table(
            array.sum(axis=tuple(i for i in range(array.ndim) if i not in axes)),
            *(NAMES[i] for i in axes),
            margins=draw(st.booleans()),
        )
        for axes in chosen
    ]


def both(packs: list[Pack], *, knows_implied: bool) -> tuple[Attacker, Attacker]:
    """A reader of all, and one who has not seen the last pack."""
    first, second = (
        Attacker(packs, sees_last=sees, knows_implied=knows_implied) for sees in (True, False)
    )
    return first, second


def assert_withstands(packs: list[Pack], *, knows_implied: bool = False) -> None:
    """No hidden cell is exact; each small one may be all that it may be without the last pack."""
    pack, number = packs[-1], len(packs) - 1
    reader, outsider = both(packs, knows_implied=knows_implied)
    top = pack.threshold - 1
    was_hidden = {cell for one in packs[:-1] for cell in one.hidden}
    for cell, shown in pack.cells.items():
        count = reader.truth[number, cell]
        assert shown.value in (None, count), "what is shown is true"
        assert (shown.value is None) or count == 0 or count > top, "no small count is shown"
        assert shown.value == 0 or count != 0, "zeros stand"
        if shown.value is not None:
            continue
        low, high = reader.of(cell)
        assert low <= count <= high
        if shown.why is Why.PRIMARY:
            widest = outsider.of(cell)
            assert low <= max(1, widest[0]), (cell, low, high, widest)
            assert high >= min(top, widest[1]), (cell, low, high, widest)
        elif cell not in was_hidden:
            assert low < high, (cell, low)


@slowly
@given(linked_tables(), THRESHOLDS)
def test_no_count_follows_from_totals_and_other_tables(
    tables: list[CountTable], threshold: int
) -> None:
    assert_withstands([suppress(tables, threshold=threshold)])


@st.composite
def shares(draw: st.DrawFn) -> tuple[list[CountTable], list[Figure]]:
    whole = draw(arrays(most=9))
    parts = np.array([draw(st.integers(0, int(n))) for n in whole.flat]).reshape(whole.shape)
    tables = [table(whole), table(parts, counted="on disc")]
    figures = [
        share(str(place), tables[1].at(place), tables[0].at(place), (tables[1].cells[place], n))
        for place, n in tables[0].cells.items()
        if n
    ]
    return tables, figures


@slowly
@given(shares())
def test_no_count_follows_from_percentages(drawn: tuple[list[CountTable], list[Figure]]) -> None:
    tables, figures = drawn
    pack = suppress(tables, figures=figures)
    assert_withstands([pack])
    reader, outsider = Attacker([pack]), Attacker([pack], sees_last=False)
    for figure in figures:
        rest = less(reader.cells[0, figure.n], reader.cells[0, figure.parts[0]])
        size = reader.truth[0, figure.n] - reader.truth[0, figure.parts[0]]
        if 0 < size < 11:
            low, high = reader.bounds(rest)
            widest = outsider.bounds(rest)
            assert low <= max(1, widest[0]) and high >= min(10, widest[1])
            assert pack.figures[figure.name] is None
        if 0 < reader.truth[0, figure.parts[0]] < 11:
            assert pack.figures[figure.name] is None


@st.composite
def histories(draw: st.DrawFn) -> list[list[CountTable]]:
    """The tables of one pack, and of one or two later ones in which some counts changed."""
    array = draw(arrays(most=9))
    packs = [[table(array, margins=draw(st.booleans()))]]
    for _ in range(draw(st.integers(1, 2))):
        steps = st.sampled_from([0, 0, 0, 1, 3, 9, 12, 30, -2, -15])
        change = np.array([draw(steps) for _ in array.flat]).reshape(array.shape)
        array = np.maximum(array + change, 0)
        packs.append([table(array, margins=draw(st.booleans()))])
    return packs


@settings(slowly, max_examples=examples(5))
@given(histories())
def test_no_count_and_no_change_follows_from_earlier_packs(history: list[list[CountTable]]) -> None:
    packs: list[Pack] = []
    for tables in history:
        packs.append(suppress(tables, earlier=packs))
    last = len(packs) - 1
    for knows_implied in (True, False):
        assert_withstands(packs, knows_implied=knows_implied)
        reader, outsider = both(packs, knows_implied=knows_implied)
        for cell, before in product(packs[-1].cells, range(last)):
            if cell in packs[before].cells:
                assert_change_is_hidden(reader, outsider, before, last, cell)


def assert_change_is_hidden(
    reader: Attacker, outsider: Attacker, before: int, last: int, cell: Cell
) -> None:
    grown = reader.truth[last, cell] - reader.truth[before, cell]
    warned = {(one.cell, one.earlier): one.difference for one in reader.packs[-1].warnings}
    assert warned.get((cell, before), 0) == (grown if abs(grown) < 11 else 0)
    if 0 < abs(grown) < 11:
        pair = [reader.cells[at, cell] for at in (last, before)]
        change = less(*pair) if grown > 0 else less(*reversed(pair))
        (low, high), widest = reader.bounds(change), outsider.bounds(change)
        assert low <= max(1, widest[0]) and high >= min(10, widest[1]), (cell, low, high, widest)


@slowly
@given(linked_tables(), st.randoms(use_true_random=False))
def test_the_order_of_tables_and_cells_does_not_matter(
    tables: list[CountTable], chance: random.Random
) -> None:
    shuffled = []
    for one in chance.sample(tables, len(tables)):
        cells = chance.sample(list(one.cells.items()), len(one.cells))
        axes = chance.sample(range(len(one.dimensions)), len(one.dimensions))
        shuffled.append(
            CountTable(
                counted=one.counted,
                dimensions=tuple(one.dimensions[i] for i in axes),
                cells={tuple(place[i] for i in axes): count for place, count in cells},
            )
        )
    assert suppress(shuffled).cells == suppress(tables).cells


@slowly
@given(linked_tables())
def test_publishing_the_same_again_hides_the_same_and_warns_of_nothing(
    tables: list[CountTable],
) -> None:
    first = suppress(tables)
    again = suppress(tables, earlier=[first])
    assert again.cells == first.cells
    assert again.warnings == ()


@slowly
@given(linked_tables())
def test_what_is_small_stays_small_under_a_higher_threshold(tables: list[CountTable]) -> None:
    small: set[Cell] = set()
    for threshold in (3, 5, 8, 11, 15):
        cells = suppress(tables, threshold=threshold).cells
        now = {cell for cell, one in cells.items() if one.why is Why.PRIMARY}
        assert small <= now
        small = now


def test_the_attacker_breaks_a_table_that_hides_only_small_counts() -> None:
    """The attack bites: else all of the above would prove nothing."""
    tables = [table([[5, 20, 30], [14, 3, 22], [40, 50, 0]])]
    safe = suppress(tables)
    naive = Pack(
        **{
            **safe.__dict__,
            "cells": {
                cell: one
                if one.why is not Why.COMPLEMENTARY
                else type(one)(value=dict(_counts(tables))[cell])
                for cell, one in safe.cells.items()
            },
        }
    )
    reader = Attacker([naive])
    assert {reader.of(cell) for cell in naive.hidden} == {(5, 5), (3, 3)}
    wider = [Attacker([safe]).of(cell) for cell in naive.hidden]
    assert all(low <= 1 and high >= 10 for low, high in wider)
    assert all(high < inf for _, high in wider)


def _counts(tables: list[CountTable]) -> list[tuple[Cell, int]]:
    return [(one.at(place), count) for one in tables for place, count in one.cells.items()]


def test_where_the_solver_finds_nothing_more_is_hidden_not_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Presolve is known to call what is possible impossible; nobody may be told more by that."""
    one = table(np.random.default_rng(5).choice([0, 2, 7, 12, 30, 90], (3, 3, 3)))
    usual = suppress([one]).hidden
    asked = []

    def blind(*args: object, integrality: np.ndarray, **more: object) -> OptimizeResult:
        if not integrality.any():
            return milp(*args, integrality=integrality, **more)
        asked.append(integrality.size)
        return OptimizeResult(status=2, x=None, message="infeasible")

    monkeypatch.setattr(System, "checked", lambda *_: None)
    monkeypatch.setattr(moves, "milp", blind)
    pack = suppress([one])
    assert asked, "whole numbers were never asked for"
    assert usual < pack.hidden
    assert {pack.value(cell) for cell in pack.cells} == {0, None}
    monkeypatch.undo()
    assert_withstands([pack])
