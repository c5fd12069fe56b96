"""Compute declared measures over a mirror, by DuckDB."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from analytics.metrics.catalogue import BY_KEY, GROUPINGS, METRICS
from analytics.metrics.definition import Group, Kind, Metric, Result
from analytics.metrics.question import Question, Row, asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.statistics.intervals import quantile_interval, wilson
from analytics.statistics.survival import interval_when, kaplan_meier, time_when


def compute(
    mirror: Mirror,
    selection: Selection,
    keys: Iterable[str] | None = None,
    *,
    by: str | None = None,
) -> dict[str, Result]:
    """Return the results of the asked measures (all by default), grouped where asked.

    Raises KeyError for an unknown key or grouping.
    """
    chosen = METRICS if keys is None else tuple(BY_KEY[key] for key in keys)
    group = GROUPINGS[by] if by is not None else None
    with asking(mirror, selection) as question:
        asker = _Asker(question, group)
        return {metric.key: asker.ask(metric) for metric in chosen}


@dataclass(frozen=True)
class _Asker:
    question: Question
    group: str | None

    def ask(self, metric: Metric) -> Result:
        """Return one result, or the reason why there is none."""
        for name in metric.needs:
            if (why := self.question.mirror.log.missing.get(name)) is not None:
                return Result(
                    key=metric.key, label=metric.label, unit=metric.unit, value=None, why=why
                )
        if metric.kind is Kind.GROUPS:
            return replace(self._groups(metric), excluded=self._excluded(metric))
        whole = self._one(metric, self._rows(metric, None)[0])
        groups = self._rows(metric, self.group) if self.group else []
        by = tuple(self._group(metric, str(name), row) for name, *row in groups)
        return replace(whole, by=by, excluded=self._excluded(metric))

    def _rows(self, metric: Metric, group: str | None) -> list[Row]:
        columns = _COLUMNS[metric.kind](metric)
        head = f"{group} AS grp, " if group else ""
        tail = "GROUP BY grp ORDER BY grp" if group else ""
        return self.question.rows(
            f"SELECT {head}{columns} FROM {metric.table} WHERE $selection AND ({metric.where}) {tail}"
        )

    def _one(self, metric: Metric, row: Row) -> Result:
        read = _READERS[metric.kind]
        parts = read(metric, row)
        return Result(key=metric.key, label=metric.label, unit=metric.unit, **parts)

    def _group(self, metric: Metric, name: str, row: list[Any]) -> Group:
        parts = _READERS[metric.kind](metric, tuple(row))
        kept = {key: parts.get(key) for key in ("value", "numerator", "low", "high")}
        return Group(group=name, n=parts["n"], **kept)

    def _excluded(self, metric: Metric) -> dict[str, int]:
        if not metric.excluded:
            return {}
        counts = ", ".join(f"count(*) FILTER (WHERE {part})" for part in metric.excluded.values())
        (row,) = self.question.rows(f"SELECT {counts} FROM {metric.table} WHERE $selection")
        return {why: n for why, n in zip(metric.excluded, row, strict=True) if n}

    def _groups(self, metric: Metric) -> Result:
        size = f"sum({metric.value})" if metric.value else "CAST(count(*) AS DOUBLE)"
        rows = self.question.rows(
            f"SELECT {metric.group} AS grp, {size} AS size, count(*) AS n FROM {metric.table} "
            f"WHERE $selection AND ({metric.where}) GROUP BY grp ORDER BY size DESC, grp"
        )
        total = math.fsum(size for _, size, _ in rows)
        by = tuple(Group(group=str(name), value=float(size), n=n) for name, size, n in rows)
        return Result(
            key=metric.key,
            label=metric.label,
            unit=metric.unit,
            value=total,
            numerator=total,
            denominator=total,
            n=sum(n for *_, n in rows),
            by=by,
        )


def _share_columns(metric: Metric) -> str:
    unknown = f"count(*) FILTER (WHERE {metric.unknown})" if metric.unknown else "0"
    return f"count(*), count(*) FILTER (WHERE {metric.counts}), {unknown}"


def _read_share(metric: Metric, row: Row) -> dict[str, Any]:  # noqa: ARG001
    """A share with its Wilson interval, or with bounds where some are unknown."""
    n, hits, unknown = row
    if n == 0:
        return {"value": None, "n": 0, "numerator": 0, "denominator": 0, "why": _NOBODY}
    if unknown == n:
        return {"value": None, "n": n, "unknown": unknown, "why": _ALL_UNKNOWN}
    if unknown:
        low, high = hits / n, (hits + unknown) / n
    else:
        low, high = wilson(hits, n)
    return {
        "value": 100 * hits / n,
        "numerator": hits,
        "denominator": n,
        "n": n,
        "unknown": unknown,
        "low": 100 * low,
        "high": 100 * high,
    }


def _mean_columns(metric: Metric) -> str:
    value = metric.value
    return f"count(*), avg({value}), sum({value}), stddev_samp({value})"


def _read_mean(metric: Metric, row: Row) -> dict[str, Any]:  # noqa: ARG001
    n, mean, total, spread = row
    if not n:
        return {"value": None, "n": 0, "why": _NOBODY}
    half = 1.959963984540054 * spread / n**0.5 if spread is not None else None
    return {
        "value": mean,
        "numerator": total,
        "denominator": n,
        "n": n,
        "low": mean - half if half is not None else None,
        "high": mean + half if half is not None else None,
    }


def _quantile_columns(metric: Metric) -> str:
    value = metric.value
    return f"count(*), quantile_cont({value}, {metric.quantile}), list({value} ORDER BY {value})"


def _read_quantile(metric: Metric, row: Row) -> dict[str, Any]:
    n, value, ordered = row
    if not n:
        return {"value": None, "n": 0, "why": _NOBODY}
    low, high = quantile_interval(ordered, metric.quantile) or (None, None)
    return {"value": value, "denominator": n, "n": n, "low": low, "high": high}


def _survival_columns(metric: Metric) -> str:
    done = f"CAST(coalesce({metric.counts}, FALSE) AS INTEGER)"
    return f"list({metric.value} ORDER BY {metric.value}), list({done} ORDER BY {metric.value})"


def _read_survival(metric: Metric, row: Row) -> dict[str, Any]:
    """A time by which a share had left, the open ones censored; None where it is not reached."""
    times, released = row
    if not times:
        return {"value": None, "n": 0, "why": _NOBODY}
    steps = kaplan_meier(times, [bool(one) for one in released])
    low, high = interval_when(steps, metric.quantile)
    value = time_when(steps, metric.quantile)
    parts = {"value": value, "numerator": sum(released), "denominator": len(times)}
    parts |= {"n": len(times), "low": low, "high": high}
    why = f"fewer than {metric.quantile:.0%} were out by the as-of time"
    return parts if value is not None else parts | {"why": why}


def _read_count(metric: Metric, row: Row) -> dict[str, Any]:  # noqa: ARG001
    (n,) = row
    return {"value": float(n), "numerator": n, "n": n}


_ALL_UNKNOWN = "nothing is known of any of them"
_NOBODY = "no request of this kind in the period"
_COLUMNS: dict[Kind, Callable[[Metric], str]] = {
    Kind.SHARE: _share_columns,
    Kind.MEAN: _mean_columns,
    Kind.QUANTILE: _quantile_columns,
    Kind.SURVIVAL: _survival_columns,
    Kind.COUNT: lambda metric: "count(*)",  # noqa: ARG005
}
_READERS: dict[Kind, Callable[[Metric, Row], dict[str, Any]]] = {
    Kind.SHARE: _read_share,
    Kind.MEAN: _read_mean,
    Kind.QUANTILE: _read_quantile,
    Kind.SURVIVAL: _read_survival,
    Kind.COUNT: _read_count,
}
