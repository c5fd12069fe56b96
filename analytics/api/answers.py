"""Results and rows as flat tables under stable names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from analytics.api.columns import CASES
from analytics.metrics.change import Change
from analytics.metrics.definition import Result
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.process.graph import Graph

FIGURES = pa.schema(
    {
        "key": pa.string(),
        "label": pa.string(),
        "unit": pa.string(),
        "group": pa.string(),
        "within": pa.string(),
        "value": pa.float64(),
        "numerator": pa.float64(),
        "denominator": pa.float64(),
        "n": pa.int64(),
        "unknown": pa.int64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "excluded": pa.string(),
        "why": pa.string(),
        "why_not_by": pa.string(),
        "settings": pa.string(),
        "engine": pa.string(),
        "before": pa.float64(),
        "difference": pa.float64(),
        "difference_low": pa.float64(),
        "difference_high": pa.float64(),
    }
)
"""One row a measure, its `group` null, and one a group of it; `excluded` is a JSON object.

A group `within` another is a part of a group that counts all of them. Why a measure has no groups
by what was asked for stands in its own row, as the settings of its clock do (a JSON list).

The change, from `before` on, is null unless the call compares.
"""


@dataclass(frozen=True)
class Answer:
    """A table, what is said of it, and its form in JSON."""

    table: pa.Table
    facts: dict[str, Any]
    body: dict[str, Any]

    def with_facts(self) -> pa.Table:
        """Return the table with the facts in its metadata."""
        return self.table.replace_schema_metadata({"discless": json.dumps(self.facts)})


GRAPH = pa.schema(
    {
        "previous": pa.string(),
        "activity": pa.string(),
        "n": pa.int64(),
        "requests": pa.int64(),
        "share": pa.float64(),
        "elapsed": pa.float64(),
        "business": pa.float64(),
    }
)
"""One row a step right after another; times are medians in seconds."""


def graph_of(found: Graph) -> pa.Table:
    """Return the edges of the directly-follows graph, the most frequent first."""
    rows = [{name: getattr(edge, name) for name in GRAPH.names} for edge in found.edges]
    return pa.Table.from_pylist(rows, schema=GRAPH)


def figures_of(results: Iterable[Result], changed: Mapping[str, Change]) -> pa.Table:
    """Return results as rows, with what changed beside them."""
    rows: list[dict[str, Any]] = []
    for result in results:
        named = {"key": result.key, "label": result.label, "unit": result.unit}
        rows.append(
            named
            | {
                "value": result.value,
                "numerator": result.numerator,
                "denominator": result.denominator,
                "n": result.n,
                "unknown": result.unknown,
                "low": result.low,
                "high": result.high,
                "excluded": json.dumps(dict(result.excluded)),
                "why": result.why,
                "why_not_by": result.why_not_by,
                "settings": json.dumps(result.settings),
                "engine": result.engine,
            }
            | _changed(changed.get(result.key))
        )
        rows += [
            named
            | {
                "group": one.group,
                "within": one.within,
                "value": one.value,
                "numerator": one.numerator,
                "n": one.n,
                "unknown": one.unknown,
                "low": one.low,
                "high": one.high,
                "engine": result.engine,
            }
            for one in (*result.by, *result.within)
        ]
    return pa.Table.from_pylist(rows, schema=FIGURES)


def _changed(one: Change | None) -> dict[str, float | None]:
    if one is None:
        return {}
    return {
        "before": one.before.value,
        "difference": one.difference,
        "difference_low": one.low,
        "difference_high": one.high,
    }


def cases_of(mirror: Mirror, selection: Selection, *, limit: int, offset: int) -> pa.Table:
    """Return requests of a selection, the earliest first; missing columns are null."""
    there = [name for name in CASES if name in mirror.rows.names("cases")]
    with asking(mirror, selection) as question:
        return question.table(
            f"SELECT {', '.join(there)} FROM cases WHERE $selection "
            f"ORDER BY received, request_id LIMIT {int(limit)} OFFSET {int(offset)}"
        )
