"""The requests behind a number: every part of a measure as a predicate, and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.metrics.band import BAND
from analytics.metrics.definition import Kind, Metric
from analytics.metrics.marks import place_of
from analytics.metrics.question import Row, asking
from analytics.metrics.selection import Selection
from analytics.metrics.statements import Sum
from analytics.mirror.fold import Mirror

COLUMNS = (
    *("number", "facility", "direction", "requester_type", "modality", "state", "outcome"),
    *("received", "available", "due", "band", "counted_as"),
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some of the rows that a measure looks at: those counted, the rest, or those left out."""

    key: str
    words: str
    predicate: str


def parts_of(metric: Metric) -> tuple[Part, ...]:
    """Return the parts of a measure; together they are every row that it looked at."""
    whole = Part(key="all", words="All", predicate=metric.where)
    return (whole, *_sides(metric), *_left_out(metric))


def _sides(metric: Metric) -> tuple[Part, ...]:
    if metric.kind not in (Kind.SHARE, Kind.SURVIVAL, Kind.NET):
        return ()
    hit = f"coalesce({metric.counts}, FALSE)"
    unsure = f"coalesce({metric.unknown}, FALSE)" if metric.unknown else "FALSE"
    yes, no = metric.sides
    sides = [
        Part(key="counted", words=yes, predicate=f"({metric.where}) AND {hit}"),
        Part(
            key="rest",
            words=no,
            predicate=f"({metric.where}) AND NOT {hit} AND NOT {unsure}",
        ),
    ]
    if metric.unknown:
        predicate = f"({metric.where}) AND NOT {hit} AND {unsure}"
        sides.append(Part(key="unknown", words="Unknown", predicate=predicate))
    return tuple(sides)


def _left_out(metric: Metric) -> tuple[Part, ...]:
    return tuple(
        Part(key=f"left-{place}", words=f"Left out: {why}", predicate=predicate)
        for place, (why, predicate) in enumerate(metric.excluded.items(), start=1)
    )


def _counted_as(metric: Metric) -> str:
    """Return SQL for the sides of a share on which a request stands: of its several, maybe both."""
    cases = [
        f"CASE WHEN bool_or({side.predicate}) THEN '{side.words}' END" for side in _sides(metric)
    ]
    return f"concat_ws('; ', {', '.join(cases)})" if cases else "''"


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """What else narrows the rows: one group of a measure that counts groups, one medium, one
    band, one age.

    `age` is elapsed days from receipt to the as-of time, from the first up to the second.
    """

    group: str = ""
    medium: str = ""
    band: str = ""
    age: tuple[float, float] | None = None


@dataclass(frozen=True)
class Behind:
    """The requests behind the parts of one measure."""

    mirror: Mirror
    metric: Metric
    selection: Selection
    narrowing: Narrowing = Narrowing()

    def counts(self) -> dict[str, int]:
        """Return how many requests stand behind each part."""
        parts = parts_of(self.metric)
        columns = ", ".join(
            f"count(DISTINCT request_id) FILTER (WHERE {part.predicate})" for part in parts
        )
        (row,) = self._ask(f"SELECT {columns} FROM {self._place} WHERE $selection")
        return {part.key: n for part, n in zip(parts, row, strict=True)}

    def rows(self, part: Part, *, limit: int | None, skip: int = 0) -> list[dict[str, Any]]:
        """Return the requests of a part, the latest first; all of them where `limit` is None."""
        page = f"LIMIT {int(limit)} OFFSET {int(skip)}" if limit is not None else ""
        columns = ", ".join(f"{BAND} AS band" if one == "band" else one for one in COLUMNS)
        found = self._ask(
            f"WITH hits AS (SELECT request_id, {_counted_as(self.metric)} AS counted_as FROM {self._place} "
            f"WHERE $selection AND ({part.predicate}) GROUP BY request_id) "
            f"SELECT {columns} FROM cases JOIN hits USING (request_id) "
            f"ORDER BY received DESC, request_id {page}"
        )
        return [dict(zip(COLUMNS, row, strict=True)) for row in found]

    @property
    def _place(self) -> str:
        """Where the rows of every part are."""
        table = self.metric.table
        parts = [Sum(table=table, predicate=part.predicate) for part in parts_of(self.metric)]
        return place_of(table, parts)

    def _ask(self, sql: str) -> list[Row]:
        narrowed, values = self._narrowed()
        with asking(self.mirror, self.selection) as question:
            return question.rows(sql.replace("$selection", narrowed), values=values)

    def _narrowed(self) -> tuple[str, list[object]]:
        metric, narrow = self.metric, self.narrowing
        condition, values = "$selection", list[object]()
        for column, word in (
            (metric.group, narrow.group),
            ("medium", narrow.medium),
            (BAND, narrow.band if metric.table == "cases" else ""),
        ):
            if column and word:
                condition += f" AND coalesce({column}, 'unknown') = ?"
                values.append(word)
        if narrow.age is not None:
            days = "($as_of - received) / 86400e0"
            condition += f" AND {days} >= ? AND {days} < ?"
            values += narrow.age
        return condition, values
