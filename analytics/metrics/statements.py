"""What a measure asks of its table: sums that add up, and values whose order counts."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.metrics.definition import Kind, Metric


@dataclass(frozen=True, kw_only=True)
class Sum:
    """How many rows a predicate holds for, or the sum of an expression over them.

    Sums of disjoint rows add up, so that they may be kept by facility and day.
    """

    table: str
    predicate: str
    weight: str = ""

    def sql(self) -> str:
        """Return the aggregate; the sum over no row is zero."""
        if not self.weight:
            return f"count(*) FILTER (WHERE {self.predicate})"
        return f"coalesce(sum({self.weight}) FILTER (WHERE {self.predicate}), 0)"


@dataclass(frozen=True, kw_only=True)
class Population:
    """Rows whose values are ordered: whole numbers, such as seconds.

    `done` says which of them are ends rather than the times until which nothing had ended.
    """

    table: str
    where: str
    value: str
    done: str = "TRUE"


def whole(metric: Metric) -> Sum:
    """Return the count of a measure's population."""
    return _counted(metric, metric.where)


def _counted(metric: Metric, predicate: str) -> Sum:
    return Sum(table=metric.table, predicate=predicate, weight=metric.weight)


def hits(metric: Metric) -> Sum:
    """Return the count of what a share counts, or of what is taken off a net."""
    return _counted(metric, f"({metric.where}) AND ({metric.counts})")


def unknown(metric: Metric) -> Sum:
    """Return the count of what nothing is known of."""
    return _counted(metric, f"({metric.where}) AND ({metric.unknown})")


def total(metric: Metric) -> Sum:
    """Return the sum of a measure's values."""
    return Sum(table=metric.table, predicate=metric.where, weight=metric.value)


def squares(metric: Metric) -> Sum:
    """Return the sum of the squared values, for the spread of a mean."""
    # As a floating number: squared seconds of many requests are too large for whole ones.
    value = f"(1e0 * ({metric.value}))"
    return Sum(table=metric.table, predicate=metric.where, weight=f"{value} * {value}")


def groups_of(metric: Metric) -> tuple[Sum, ...]:
    """Return the count of each group's rows, and their size where a value is summed."""
    return (whole(metric), total(metric)) if metric.value else (whole(metric),)


def left_out(metric: Metric) -> dict[str, Sum]:
    """Return the count behind each reason for leaving a row out."""
    return {why: Sum(table=metric.table, predicate=part) for why, part in metric.excluded.items()}


def population(metric: Metric) -> Population:
    """Return the rows whose order a quantile or a curve needs."""
    done = metric.counts if metric.kind is Kind.SURVIVAL else "TRUE"
    return Population(table=metric.table, where=metric.where, value=metric.value, done=done)


def parts_of(metric: Metric) -> tuple[Sum, ...]:
    """Return the sums of which a measure's value is made."""
    found = [whole(metric)]
    if metric.kind in (Kind.SHARE, Kind.NET):
        found.append(hits(metric))
        if metric.unknown:
            found.append(unknown(metric))
    if metric.kind is Kind.MEAN:
        found += [total(metric), squares(metric)]
    return tuple(found)


def sums_of(metric: Metric) -> tuple[Sum, ...]:
    """Return every sum that a measure needs, those of its exclusions too."""
    return (*parts_of(metric), *left_out(metric).values())
