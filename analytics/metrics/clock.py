"""When a passing clock changes what declared measures say of a request.

A declaration compares the clock with moments that stand in the row, or lets a value grow with it.
Between two of those moments nothing about a row changes but that what grows has grown by as much
as passed: so a minute is followed by looking at the few rows that have a moment in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sqlglot
from sqlglot import expressions as sql

from analytics.metrics.catalogue import METRICS
from analytics.metrics.definition import COUNTS_GROUPS
from analytics.metrics.marks import AS_OF
from analytics.metrics.statements import groups_of, population, sums_of

PAST_EVERY_CLOCK = 253_402_300_800  # the year 10000, in seconds since 1970
_CLOCK = "as_of_now"
_COMPARES = (sql.LT, sql.LTE, sql.GT, sql.GTE)
_PASSES_ON = (sql.Paren, sql.Coalesce, sql.If, sql.Case)
"""What a value that grows may stand in, and grows as fast; a product of it only in a weight."""


class ClockRead(ValueError):
    """A declaration asks the clock in a way whose changes cannot be told."""


@cache
def moments() -> tuple[str, ...]:
    """Return the moments that declarations compare with the clock, as SQL over `cases`.

    Raises ClockRead for a declaration that asks the clock otherwise.
    """
    return tuple(dict.fromkeys(_compared()))


def _compared() -> Iterator[str]:
    for text in _texts():
        tree = sqlglot.parse_one(text.replace(AS_OF, _CLOCK), dialect="duckdb")
        for clock in tree.find_all(sql.Column):
            if clock.name != _CLOCK:
                continue
            within = clock.parent
            if isinstance(within, _COMPARES):
                other = within.right if within.left is clock else within.left
                if any(one.name == _CLOCK for one in other.find_all(sql.Column)):
                    raise ClockRead(f"{within} compares the clock with itself")
                yield other.sql("duckdb")
            elif not _grows_with(clock):
                raise ClockRead(f"{tree} asks the clock by neither order nor difference")


def _grows_with(clock: sql.Expr) -> bool:
    """Say whether a text is a value that grows as the clock does, or a product of such values."""
    node, above = clock, clock.parent
    while above is not None:
        is_taken_from = isinstance(above, sql.Sub) and above.this is node
        is_asked = isinstance(above, (sql.If, sql.Case)) and above.this is node
        passes_on = is_taken_from or isinstance(above, (*_PASSES_ON, sql.Mul))
        if is_asked or not passes_on:
            return False
        node, above = above, above.parent
    return True


def _texts() -> Iterator[str]:
    for metric in METRICS:
        sums = (*sums_of(metric), *groups_of(metric))
        parts = {metric.group, *(text for one in sums for text in (one.predicate, one.weight))}
        if metric.value:
            of = population(metric)
            parts |= {of.where, of.done, of.value}
        for text in sorted(part for part in parts if AS_OF in part):
            if metric.table != "cases":
                raise ClockRead(f"{metric.key} asks the clock about {metric.table}")
            if metric.kind in COUNTS_GROUPS and text in (metric.value, metric.group):
                raise ClockRead(f"{metric.key} asks the clock for its groups, or their size")
            yield text
