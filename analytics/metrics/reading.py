"""Turn sums and ordered values into the parts of a result. Pure."""

from __future__ import annotations

import math
from typing import Any

from analytics.metrics.definition import Metric, Result
from analytics.statistics.curve import Curve
from analytics.statistics.intervals import t95, wilson_within
from analytics.statistics.ordered import Ordered, interval, quantile

Parts = dict[str, Any]
NOBODY = "no request of this kind in the period"
ALL_UNKNOWN = "it is known of none of them: it is blank, or stands in words that were not read"


def read_share(n: int, hits: int, unknown: int = 0) -> Parts:
    """A share, taking none of the unknown, with Wilson's interval over all that they may be."""
    if n == 0:
        return {"value": None, "n": 0, "numerator": 0, "denominator": 0, "why": NOBODY}
    if unknown == n:
        return {"value": None, "n": n, "unknown": unknown, "why": ALL_UNKNOWN}
    low, high = wilson_within(hits, unknown, n)
    return {
        "value": 100 * hits / n,
        "numerator": hits,
        "denominator": n,
        "n": n,
        "unknown": unknown,
        "low": 100 * low,
        "high": 100 * high,
    }


def most_of(result: Result) -> float:
    """Return a share (percent) if all of the unknown count; any other value as it is."""
    value = result.value or 0.0
    return value + 100 * result.unknown / result.n if result.unknown else value


def read_net(n: int, off: int) -> Parts:
    """What is left of rows when some of them are taken off the others."""
    return {"value": float(n - 2 * off), "numerator": off, "n": n}


def read_mean(metric: Metric, n: int, total: float, squares: float) -> Parts:
    """A mean with Student's interval of its standard error; one value alone has none."""
    if not n:
        return {"value": None, "n": 0, "why": NOBODY}
    mean = total / n
    half = None
    if n > 1:
        variance = max(0.0, (squares - total * mean) / (n - 1))
        half = t95(n) * math.sqrt(variance / n)
    return {
        "value": mean / metric.per,
        "numerator": total / metric.per,
        "denominator": n,
        "n": n,
        "low": (mean - half) / metric.per if half is not None else None,
        "high": (mean + half) / metric.per if half is not None else None,
    }


def read_quantile(metric: Metric, values: Ordered) -> Parts:
    """A quantile with the order statistics that bound it, where the sample is large enough."""
    if not len(values):
        return {"value": None, "n": 0, "why": NOBODY}
    bounds = interval(values, metric.quantile)
    low, high = (bounds[0] / metric.per, bounds[1] / metric.per) if bounds else (None, None)
    found = quantile(values, metric.quantile) / metric.per
    return {"value": found, "denominator": len(values), "n": len(values), "low": low, "high": high}


def read_survival(metric: Metric, curve: Curve, released: int, n: int) -> Parts:
    """A time by which a share had left, the open ones censored; None where it is not reached."""
    if not n:
        return {"value": None, "n": 0, "why": NOBODY}
    low, high = curve.interval_when(metric.quantile)
    value = curve.when(metric.quantile)
    parts = {
        "value": _shown(metric, value),
        "numerator": released,
        "denominator": n,
        "n": n,
        "low": _shown(metric, low),
        "high": _shown(metric, high),
    }
    why = f"fewer than {metric.quantile:.0%} were out by the as-of time"
    return parts if value is not None else parts | {"why": why}


def _shown(metric: Metric, value: float | None) -> float | None:
    return value / metric.per if value is not None else None
