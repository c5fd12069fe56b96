"""Counts in small numbers: they are widened before one of them no longer fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analytics.metrics.engines import cube, rollup
from analytics.metrics.engines.cube import Cube
from analytics.metrics.engines.later import Later
from analytics.metrics.engines.ordered_rows import Rows
from analytics.metrics.engines.reach import Reach
from analytics.metrics.engines.rollup import SMALL, WIDE, Rollup, counts_of
from analytics.metrics.selection import Selection
from analytics.metrics.statements import Sum

DAYS = 3
REACH = Reach(facilities=("one", "two"), first=0, days=DAYS, zone="UTC")
MOST = int(np.iinfo(SMALL).max)


def test_counts_are_small_while_they_may_double() -> None:
    assert counts_of(MOST // 2 + 1) == SMALL
    assert counts_of(MOST) == WIDE


@pytest.mark.parametrize("come", [-5, 0, 1, 5])
def test_sums_that_are_added_up_are_widened_once_they_do_not_fit(
    come: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollup, "MOST_CELLS", 0)
    upto = np.zeros((1, 1, 2, DAYS + 1), SMALL)
    upto[0, 0, :, 1:] = [[10, 10, MOST - 2], [1, 2, 3]]
    one = Sum(table="cases", predicate="TRUE")
    before = Rollup((one,), ("",), upto)
    later = Later(np.array([0]), np.array([2]), np.array([[[come]]]))
    after = before.followed([""], later)
    assert after.later is None
    window = REACH.window(Selection())
    assert window is not None
    [(_, sums)] = after.over(window)
    assert sums[one] == MOST - 2 + come + 3
    assert [found[one] for _, found in after.by_facility(window, REACH)] == [MOST - 2 + come, 3]
    assert after.upto.dtype == (WIDE if come > 2 else SMALL)


@pytest.mark.parametrize("come", [0, 1, 2, 300])
def test_ordered_values_are_counted_in_wider_numbers_once_they_do_not_fit(
    come: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FEW", 0), ("ROWS_A_CHANGE", 1 << 30)):
        monkeypatch.setattr(cube, name, value)
    ended = rows_of(np.arange(MOST - 1))
    upto = np.zeros((2, DAYS + 1, 1), SMALL)
    upto[0, 1:, 0] = MOST - 1
    before = Cube(
        ended=ended,
        running=Rows.none(),
        growing=Rows.none(),
        ages=False,
        clock=0,
        starts=np.array([0, len(ended)]),
        upto=upto,
        gone=np.zeros(0, np.int64),
        come=rows_of(np.arange(come)),
    )
    after = before._counted_in()
    window = REACH.window(Selection())
    assert window is not None
    cut = after.over(window)
    assert len(cut) == MOST - 1 + come
    assert cut.at(len(cut) - 1) == max(MOST - 2, come - 1)
    assert cut.at(come) == (come // 2 if come else 0)
    assert after.upto.dtype == WIDE


def rows_of(values: Any) -> Rows:
    """Return values of the first facility, all on the first day."""
    none = np.zeros(len(values), np.uint16)
    return Rows.of(values.astype(np.int32), none, none)
