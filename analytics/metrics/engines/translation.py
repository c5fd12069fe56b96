"""DuckDB's SQL as Spark's, refused unless every construct in it was compared on both.

What differs in silence is worse than what fails: averages of decimals, casts that round here and
truncate there, divisions by zero. So this is a list of what is allowed, not of what is known to
be wrong; a function that nobody listed is refused until its comparison stands in the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sqlglot
from sqlglot import exp

from requests_app.refusals import DisclessError

COMPARED: tuple[type[exp.Expr], ...] = (
    exp.Count, exp.Sum, exp.Min, exp.Max, exp.Coalesce, exp.Nullif, exp.Case, exp.If,
    exp.And, exp.Or,
)  # fmt: skip
LARGEST = 2**63 - 1


class NotCompared(DisclessError):
    """A statement holds something that was not compared on both engines."""

    code = "not_compared"
    status = 422


def _is_decimal(node: exp.Expr) -> bool:
    text = node.name if isinstance(node, exp.Literal) and not node.is_string else ""
    return "." in text and "e" not in text.lower()


def _divides_by_what_may_be_zero(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Div | exp.IntDiv | exp.Mod):
        return False
    by = node.expression
    return not isinstance(by, exp.Nullif) and not (by.is_number and float(by.name))


def _names_its_own_column(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Where) or not isinstance(node.parent, exp.Select):
        return False
    new = {part.alias for part in node.parent.selects if part.alias}
    return bool(new & {column.name for column in node.find_all(exp.Column)})


_REFUSED: tuple[tuple[Callable[[exp.Expr], bool], str], ...] = (
    (
        lambda node: isinstance(node, exp.Func) and not isinstance(node, COMPARED),
        "was not compared on both engines yet",
    ),
    (lambda node: isinstance(node, exp.Cast), "rounds in DuckDB where Spark truncates"),
    (_is_decimal, "is a decimal for Spark, which rounds it: write 1e0, not 1.0"),
    (_divides_by_what_may_be_zero, "stops Spark at a zero: use nullif"),
    (_names_its_own_column, "is not known yet in Spark's WHERE"),
    (
        lambda node: isinstance(node, exp.WithinGroup | exp.Array | exp.Pivot | exp.Window),
        "is an ordered set, a list, a pivot or a window",
    ),
    (
        lambda node: isinstance(node, exp.Join) and node.method == "ASOF",
        "joins by the nearest row",
    ),
)


@cache
def to_spark(sql: str) -> str:
    """Return a statement in Spark's words; NotCompared names what may not be in it."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    whys = [
        f"{node.sql()[:80]} {why}"
        for node in tree.walk()
        for is_refused, why in _REFUSED
        if is_refused(node)
    ]
    if whys:
        raise NotCompared("; ".join(whys) + ".")
    return tree.sql("spark")
