"""Which rows each declared sum counts, as bits of numbers that stand beside every row.

A predicate is looked at once, when a row comes; to count is then to group by these numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import sqlglot
from sqlglot import expressions as sql

from analytics.metrics.catalogue import METRICS
from analytics.metrics.statements import Sum, groups_of, sums_of
from analytics.mirror.further import Further, Marks
from analytics.mirror.landmarks import ACTIVITIES, FLAG, LEFT_OUT

BITS = 62
AS_OF = "$as_of"
PLACES = {"cases": "cases", "steps": "landmarks"}
"""Where the rows of a table are that declared sums count."""


def place_of(table: str, sums: Sequence[Sum]) -> str:
    """Return where the rows of some sums of one table are."""
    place = PLACES.get(table, table)
    return place if place == table or all(is_of_landmarks(one) for one in sums) else table


def is_marked_but_for_the_clock(one: Sum) -> bool:
    """Say whether rows bear a bit for what no clock changes of a sum."""
    return (one.table, _halves(one.predicate)[0]) in _numbered()


def by_the_clock(one: Sum) -> str:
    """Return what the clock decides of a sum beside its bit; nothing where it decides nothing."""
    return _halves(one.predicate)[1]


def bits_of(sums: Sequence[Sum]) -> dict[str, int]:
    """Return the columns of marks that some sums need, and their bits in each."""
    found: dict[str, int] = {}
    for one in sums:
        column, bit = _numbered()[one.table, _halves(one.predicate)[0]]
        found[column] = found.get(column, 0) | 1 << bit
    return dict(sorted(found.items()))


@cache
def marks() -> Marks:
    """Return the columns of marks of each table, as SQL over its own columns."""
    shared: dict[str, dict[str, str]] = {}
    columns: dict[str, dict[str, list[str]]] = {}
    for (table, predicate), (column, bit) in _numbered().items():
        place = PLACES[table]
        asked = _asked_once(_parsed(predicate).copy(), shared.setdefault(place, {}))
        parts = columns.setdefault(place, {}).setdefault(column, [])
        parts.append(f"CASE WHEN {asked.sql('duckdb')} THEN {1 << bit}::BIGINT ELSE 0::BIGINT END")
    return {
        place: Further(
            shared={name: text for text, name in shared[place].items()},
            columns={column: " | ".join(parts) for column, parts in found.items()},
        )
        for place, found in columns.items()
    }


def _asked_once(part: sqlglot.Expr, names: dict[str, str]) -> sqlglot.Expr:
    """Return a predicate over names of its questions: many ask the same, and planning each costs."""
    if not isinstance(part, (sql.And, sql.Or, sql.Not, sql.Paren)):
        return sql.column(names.setdefault(part.sql("duckdb"), f"asked_{len(names)}"))
    for place, inner in list(part.args.items()):
        if isinstance(inner, sqlglot.Expr):
            part.set(place, _asked_once(inner, names))
    return part


@cache
def _parsed(text: str) -> sqlglot.Expr:
    return sqlglot.parse_one(text, dialect="duckdb")


@cache
def _halves(predicate: str) -> tuple[str, str]:
    """Return the part of a predicate that no clock changes, and the part that it decides."""
    if AS_OF not in predicate:
        return predicate, ""
    parts = [part.sql("duckdb") for part in _conjuncts(_parsed(predicate))]
    lasting = " AND ".join(one for one in parts if AS_OF not in one)
    return lasting, " AND ".join(one for one in parts if AS_OF in one)


def _conjuncts(part: sqlglot.Expr) -> list[sqlglot.Expr]:
    inner = part.unnest()
    if isinstance(inner, sql.And):
        return [*_conjuncts(inner.left), *_conjuncts(inner.right)]
    return [part]


@cache
def _numbered() -> Mapping[tuple[str, str], tuple[str, int]]:
    """Number the predicates, or what no clock changes of them; those of steps are of landmarks."""
    wanted = [one for metric in METRICS for one in (*sums_of(metric), *groups_of(metric))]
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for table in PLACES:
        lasting = dict.fromkeys(
            _halves(one.predicate)[0]
            for one in wanted
            if one.table == table and (table == "cases" or is_of_landmarks(one))
        )
        for number, predicate in enumerate(one for one in lasting if one):
            found[table, predicate] = (f"marks_{number // BITS}", number % BITS)
    return found


def is_of_landmarks(one: Sum) -> bool:
    """Say whether a sum of steps counts landmarks alone, as its text shows."""
    return one.table == "steps" and _shows(one.predicate, one.weight)


@cache
def _shows(predicate: str, weight: str) -> bool:
    parts = [_parsed(text) for text in (predicate, weight) if text]
    looked_at = {column.name for part in parts for column in part.find_all(sql.Column)}
    return looked_at.isdisjoint(LEFT_OUT) and _is_bound(parts[0])


def _is_bound(part: sqlglot.Expr) -> bool:
    """Say whether a predicate can hold of landmarks only; no where that is not plain to see."""
    if isinstance(part, sql.Paren):
        return _is_bound(part.this)
    if isinstance(part, sql.And):
        return _is_bound(part.left) or _is_bound(part.right)
    if isinstance(part, sql.Or):
        return _is_bound(part.left) and _is_bound(part.right)
    if isinstance(part, sql.EQ):
        is_word = isinstance(part.right, sql.Literal) and part.right.name in ACTIVITIES
        return isinstance(part.left, sql.Column) and part.left.name == "activity" and is_word
    return isinstance(part, sql.Column) and part.name == FLAG
