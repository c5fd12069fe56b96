"""Results to publish, made up, and what of them may be printed: alone, or several together."""

from collections.abc import Iterable

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.definition import Result
from analytics.metrics.suppression.published import PublishedResult
from analytics.metrics.suppression.results import published_together

HIDDEN = "hidden: fewer than 11, or another hidden count could be worked out from it"


def suppressed(result: Result, *, by: str | None = None) -> PublishedResult:
    """Return a result as it may be published alone; `by` names what it was grouped by."""
    return suppressed_together([result], by=by)[result.key]


def suppressed_together(
    results: Iterable[Result], *, by: str | None = None
) -> dict[str, PublishedResult]:
    """Return results over one selection as they may be published together, by key."""
    return published_together(results, by=by).results


def result(key: str, n: int, hits: float | None = None, **more: object) -> Result:
    """Return a result of a measure; a share where there are hits."""
    metric = BY_KEY[key]
    value = None if n == 0 else 4.2 if hits is None else 100 * hits / n
    facts = {"key": key, "label": metric.label, "unit": metric.unit, "value": value, "n": n}
    return Result(**{**facts, "numerator": hits, "denominator": n, **more})


def counts_of(key: str, n: int) -> Result:
    """Return a measure that only counts."""
    return result(key, n, n, value=float(n), denominator=None)


def numbers(one: PublishedResult) -> set[float]:
    """Every count that is printed of a result."""
    groups = [count for group in one.by for count in (group.n, group.numerator)]
    found = {one.n, one.numerator, one.denominator, one.unknown, *one.excluded.values(), *groups}
    return {count for count in found if count is not None}
