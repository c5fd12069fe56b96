"""From when on no clock changes what declared measures say of a request.

Most requests of a large house ended long ago. Of those the passing of time changes nothing any
more, so that what was counted of them stays: only the others are looked at again each minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import sqlglot
from sqlglot import expressions as sql

from analytics.metrics.catalogue import METRICS
from analytics.metrics.statements import groups_of, population, sums_of

SETTLES = "settles"
NEVER = 1 << 62
_AS_OF, _CLOCK = "$as_of", "as_of_now"
_PAST_EVERY_CLOCK = 253_402_300_800  # the year 10000, in seconds since 1970
_COMPARES = (sql.LT, sql.LTE, sql.GT, sql.GTE)


class ClockRead(ValueError):
    """A declaration asks the clock in a way whose last change cannot be told."""


@cache
def settles() -> str:
    """Return the moment from which a row of `cases` changes no more, as SQL over its columns.

    It is the last moment that a declaration compares with the clock; `NEVER` for a row of which a
    value still grows.
    """
    turns = "".join(f", {_turn(one)}" for one in dict.fromkeys(_compared()))
    grows = " OR ".join(f"({one})" for one in dict.fromkeys(_growing()))
    return f"CASE WHEN {grows} THEN {NEVER} ELSE greatest(0{turns}) END"


def _turn(moment: str) -> str:
    """Return a moment at which a comparison turns; nothing where it lies past every clock."""
    return f"CASE WHEN {moment} < {_PAST_EVERY_CLOCK} THEN {moment} ELSE 0 END"


def _compared() -> Iterator[str]:
    """Yield what declarations compare with the clock."""
    for text in _texts():
        tree = sqlglot.parse_one(text.replace(_AS_OF, _CLOCK), dialect="duckdb")
        for clock in tree.find_all(sql.Column):
            if clock.name != _CLOCK:
                continue
            within = clock.parent
            if isinstance(within, _COMPARES):
                other = within.right if within.left is clock else within.left
                yield other.sql("duckdb")
            elif not _is_grown(clock):
                raise ClockRead(f"{within} asks the clock by neither order nor difference")


def _is_grown(clock: sql.Column) -> bool:
    """Say whether the clock stands in a value, whose growth is looked at by itself."""
    return isinstance(clock.parent, (sql.Sub, sql.Coalesce, sql.If, sql.Case))


def _texts() -> Iterator[str]:
    for metric in METRICS:
        if metric.table == "cases":
            for one in (*sums_of(metric), *groups_of(metric)):
                yield from (text for text in (one.predicate, one.weight) if _AS_OF in text)
            yield from (text for text in (metric.value, metric.where) if _AS_OF in text)


def _growing() -> Iterator[str]:
    """Yield which rows have a value that a later clock makes larger; what has ended has not."""
    for metric in METRICS:
        if metric.table == "cases" and _AS_OF in metric.value:
            if _AS_OF in metric.where:
                raise ClockRead(f"{metric.key} asks the clock whom it is about, and for its value")
            of = population(metric)
            ended = f" AND NOT coalesce({of.done}, FALSE)" if of.done != "TRUE" else ""
            yield f"coalesce({of.where}, FALSE){ended}"
