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
from analytics.metrics.marks import AS_OF
from analytics.metrics.statements import groups_of, sums_of

PAST_EVERY_CLOCK = 253_402_300_800  # the year 10000, in seconds since 1970
_CLOCK = "as_of_now"
_COMPARES = (sql.LT, sql.LTE, sql.GT, sql.GTE)


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
                yield other.sql("duckdb")
            elif not isinstance(within, (sql.Sub, sql.Coalesce, sql.If, sql.Case)):
                raise ClockRead(f"{within} asks the clock by neither order nor difference")


def _texts() -> Iterator[str]:
    for metric in METRICS:
        parts = [(one.predicate, one.weight) for one in (*sums_of(metric), *groups_of(metric))]
        for text in (metric.value, metric.where, *(text for part in parts for text in part)):
            if AS_OF not in text:
                continue
            if metric.table != "cases":
                raise ClockRead(f"{metric.key} asks the clock about {metric.table}")
            yield text
