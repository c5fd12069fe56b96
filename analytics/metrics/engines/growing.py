"""Sums of what grows with the clock: as time passes they are counted again, from few rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from analytics.metrics.catalogue import METRICS
from analytics.metrics.definition import Kind
from analytics.metrics.engines.cube import Cube
from analytics.metrics.engines.reach import Reach
from analytics.metrics.engines.rollup import Rollup, build
from analytics.metrics.marks import AS_OF
from analytics.metrics.question import Question
from analytics.metrics.statements import Population, Sum, population, squares, total


def grows(rollup: Rollup) -> bool:
    """Say whether the weights of a rollup's sums grow with the clock."""
    return any(AS_OF in one.weight for one in rollup.wanted)


def counted_again(
    question: Question, before: Rollup, reach: Reach, cubes: Mapping[Population, Cube]
) -> Rollup:
    """Return sums of what grows with the clock as they are now.

    Where their values are kept in order they are added up from these, and else read.
    """
    kept = {one: amounts for of, cube in cubes.items() for one, amounts in _sums(of, cube, reach)}
    if not all(one in kept for one in before.wanted):
        some = " OR ".join(dict.fromkeys(f"({one.predicate})" for one in before.wanted))
        return build(replace(question, among=f"({some})"), before.wanted, reach)
    upto = np.stack([kept[one] for one in before.wanted])[:, np.newaxis]
    return replace(before, upto=upto, later=None)


def _sums(of: Population, cube: Cube, reach: Reach) -> Iterator[tuple[Sum, Any]]:
    """Yield sums over the values of a cube, up to each day of each facility."""
    means = [one for one in METRICS if one.kind is Kind.MEAN and population(one) == of]
    if not means or not cube.ages:
        return
    rows = cube.ended_now
    values, days = rows.values.astype(np.float64), reach.days + 1
    cells = rows.places.astype(np.int64) * days + rows.days + 1
    for metric in means:
        for one, amounts in ((total(metric), values), (squares(metric), values * values)):
            daily = np.bincount(cells, amounts, len(reach.facilities) * days)
            shaped = daily.astype(np.longdouble).reshape(len(reach.facilities), days)
            yield one, np.cumsum(shaped, axis=-1)
