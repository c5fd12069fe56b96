"""Ask a mirror for the tables of the overview; predicates come from the declared measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from analytics.charts.tables import Age, Cell, Failure, Survival, Waiting
from analytics.metrics.band import BAND, STATE
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import DAY
from analytics.metrics.media import PAPER
from analytics.metrics.question import Question
from analytics.metrics.slices import PERIODS
from analytics.statistics.curve import Curve, curve_of, steps_of
from analytics.statistics.intervals import FEW
from requests_app.failure_codes import FAILURES, FailureCode

AGES: tuple[tuple[str, float], ...] = (
    ("Under 2 days", 2), ("2 to 5 days", 5), ("5 to 10 days", 10), ("Over 10 days", float("inf")),
)  # fmt: skip
_OPEN = "outcome IS NULL AND received IS NOT NULL"
MEDIAN = "turnaround_censored_median"


def weeks(since: date, until: date, most: int = 13) -> list[date]:
    """Return the Mondays of the last weeks of a period."""
    monday = until - timedelta(days=until.weekday())
    found = [monday - timedelta(weeks=i) for i in range(most)]
    return [day for day in reversed(found) if day + timedelta(days=6) >= since]


def finished(starts: Sequence[date], last: date) -> list[date]:
    """Return the weeks that a last day ends or leaves behind: one that still runs would look like
    a fall."""
    return [start for start in starts if start + timedelta(days=6) <= last] or [*starts[:1]]


def months(until: date, most: int = 12) -> list[date]:
    """Return the first days of the last months."""
    at = until.year * 12 + until.month - 1
    return [date(i // 12, i % 12 + 1, 1) for i in range(at - most + 1, at + 1)]


def shares(
    ask: Question, key: str, starts: Sequence[date], *, end: date, by_event: bool = False
) -> dict[str, list[Cell]]:
    """Return a declared share by facility and bucket; the last bucket ends with the day `end`."""
    metric = BY_KEY[key]
    bounds = _bounds([*starts, end + timedelta(days=1)], ask.selection.zone)
    clock = "occurred" if by_event else "received"
    unknown = f"count(*) FILTER (WHERE {metric.unknown})" if metric.unknown else "0"
    rows = ask.rows(
        f"SELECT facility, {_bucket(clock, bounds)} AS bucket, count(*), "
        f"count(*) FILTER (WHERE {metric.counts}), {unknown} FROM {metric.table} "
        f"WHERE $selection AND ({metric.where}) AND {clock} >= {bounds[0]} AND {clock} < {bounds[-1]} "
        "GROUP BY facility, bucket"
    )
    empty = [Cell(start=start, n=0, hits=0) for start in starts]
    found: dict[str, list[Cell]] = {}
    for facility, bucket, n, hits, unsure in rows:
        cells = found.setdefault(facility, list(empty))
        cells[bucket - 1] = Cell(start=starts[bucket - 1], n=n, hits=hits, unknown=unsure)
    return found


def total(by_facility: dict[str, list[Cell]], starts: Sequence[date]) -> list[Cell]:
    """Return the sum over facilities, bucket by bucket."""
    columns = zip(*by_facility.values(), strict=True) if by_facility else ([] for _ in starts)
    return [
        Cell(
            start=start,
            n=sum(cell.n for cell in cells),
            hits=sum(cell.hits for cell in cells),
            unknown=sum(cell.unknown for cell in cells),
        )
        for start, cells in zip(starts, columns, strict=True)
    ]


def medians(ask: Question, mondays: Sequence[date]) -> list[float | None]:
    """Return the median turnaround of each week of receipt, the open ones censored, none of few.

    Of completed ones alone the last weeks would look fast: their slow ones are still open.
    """
    found = compute(ask.mirror, ask.selection, [MEDIAN], by="week")[MEDIAN]
    of_week = {one.group: one.value for one in found.by if one.n >= FEW}
    return [of_week.get(f"{monday:{PERIODS['week']}}") for monday in mondays]


def survival(ask: Question) -> Survival:
    """Return the turnaround curve; open requests are censored, other endings left out."""
    table = ask.table(
        "SELECT greatest(coalesce(available, $as_of) - received, 0) AS took, "
        "available IS NOT NULL AS is_out FROM cases WHERE $selection AND received IS NOT NULL "
        "AND (available >= received OR (available IS NULL AND outcome IS NULL))"
    )
    ((left_out,),) = ask.rows(
        "SELECT count(*) FROM cases WHERE $selection AND ((available IS NULL AND outcome IS NOT "
        "NULL) OR available < received)"
    )
    took, is_out = (table[name].to_numpy() for name in ("took", "is_out"))
    released, running = np.sort(took[is_out]), np.sort(took[~is_out])
    curve = curve_of(released, running)
    return Survival(
        steps=steps_of(released, running, per=DAY),
        n=len(took),
        still_open=len(running),
        left_out=left_out,
        median=_days(curve.when(0.5)),
        median_interval=_ends(curve, 0.5),
        p90=_days(curve.when(0.9)),
        p90_interval=_ends(curve, 0.9),
        digits=0 if ask.mirror.log.granularity == "day" else 1,
    )


def _days(seconds: int | None) -> float | None:
    return seconds / DAY if seconds is not None else None


def _ends(curve: Curve, share: float) -> tuple[float | None, float | None]:
    low, high = curve.interval_when(share)
    return _days(low), _days(high)


def failures(ask: Question) -> list[Failure]:
    """Return failure codes by hours from failure to recovery, most hours first."""
    rows = ask.rows(
        "SELECT reason, coalesce(sum(lost), 0) / 3600e0 AS hours, count(DISTINCT request_id), "
        "count(lost), count(*) - count(lost) FROM landmarks "
        "WHERE $selection AND is_failure GROUP BY reason ORDER BY hours DESC, reason"
    )
    return [_failure(*row) for row in rows]


def failing_requests(ask: Question) -> int:
    """Return how many requests had a failure: one with two failures is one."""
    ((n,),) = ask.rows(
        "SELECT count(DISTINCT request_id) FROM landmarks WHERE $selection AND is_failure"
    )
    return int(n)


def _failure(code: str, hours: float, n: int, mended: int, unmended: int) -> Failure:
    known = FAILURES.get(FailureCode(code)) if code in FailureCode.__members__ else None
    label, theirs = (known.label, known.pauses_contract_clock) if known else (code, False)
    own = {"mended": int(mended), "unmended": int(unmended)}
    return Failure(code=code, label=label, hours=float(hours), requests=n, is_theirs=theirs, **own)


def media_mix(ask: Question, since: date) -> dict[str, int]:
    """Return outbound deliveries by medium, or on paper, since a day, whenever asked for."""
    (start,) = _bounds([since], ask.selection.zone)
    rows = ask.rows(
        f"SELECT CASE WHEN channel = '{PAPER}' THEN 'paper' ELSE coalesce(medium, 'unknown') END, "
        "count(*) FROM landmarks WHERE $selection "
        f"AND activity = 'available' AND direction = 'outbound' AND occurred >= {start} GROUP BY 1",
        ask.whenever,
    )
    return dict(rows)


def waiting(ask: Question, limit: int = 6) -> list[Waiting]:
    """Return the open requests that are late or at risk, the most urgent first."""
    rows = ask.rows(
        "SELECT coalesce(number, request_id), facility, coalesce(modality, ''), "
        f"coalesce({STATE}, ''), {BAND} AS band, due, coalesce(due_unit, 'calendar') FROM cases "
        f"WHERE $selection AND {_OPEN} AND {BAND} IN ('late', 'very_late', 'at_risk') "
        f"ORDER BY band = 'at_risk', due, request_id LIMIT {int(limit)}",
        ask.whenever,
    )
    names = ("number", "facility", "modality", "state", "band", "due", "due_unit")
    return [Waiting(**dict(zip(names, row, strict=True))) for row in rows]


def bands(ask: Question) -> dict[str, int]:
    """Return how many open requests stand in each band."""
    return dict(
        ask.rows(
            f"SELECT coalesce({BAND}, 'unknown'), count(*) FROM cases WHERE $selection AND {_OPEN} "
            "GROUP BY 1",
            ask.whenever,
        )
    )


def inbound(ask: Question) -> tuple[int, int]:
    """Return how many open requests are for outside images, and how many of those are urgent."""
    ((n, urgent),) = ask.rows(
        f"SELECT count(*), count(*) FILTER (WHERE {BAND} IN ('late', 'very_late', 'at_risk')) "
        f"FROM cases WHERE $selection AND {_OPEN} AND direction = 'inbound'",
        ask.whenever,
    )
    return int(n), int(urgent)


def ages(ask: Question) -> list[Age]:
    """Return open requests by age and band."""
    rows = ask.rows(
        f"SELECT ($as_of - received) / 86400e0, coalesce({BAND}, 'unknown') FROM cases "
        f"WHERE $selection AND {_OPEN}",
        ask.whenever,
    )
    found: list[dict[str, int]] = [{} for _ in AGES]
    for days, band in rows:
        at = next(i for i, (_, top) in enumerate(AGES) if days < top)
        found[at][band] = found[at].get(band, 0) + 1
    return [Age(label=label, bands=part) for (label, _), part in zip(AGES, found, strict=True)]


def flow(ask: Question) -> tuple[int, int]:
    """Return how many requests came in and how many ended in the last seven days."""
    week = "$as_of - 604800"
    ((came, ended),) = ask.rows(
        f"SELECT count(*) FILTER (WHERE received > {week}), "
        f"count(*) FILTER (WHERE coalesce(available, ended) > {week}) FROM cases WHERE $selection",
        ask.whenever,
    )
    return came, ended


def reach(ask: Question) -> tuple[date, date] | None:
    """Return the first and last day of receipt; None for nothing."""
    return _days_of(ask, "min(received), max(received) FROM cases")  # type: ignore[return-value]


def whole(ask: Question) -> tuple[date, date, date] | None:
    """Return the first and last day of receipt, and the last on which a request came or ended."""
    came = "(received) FILTER (WHERE turn >= 0)"
    return _days_of(ask, f"min{came}, max{came}, max(received) FROM turns")  # type: ignore[return-value]


def _days_of(ask: Question, moments: str) -> tuple[date, ...] | None:
    (row,) = ask.rows(f"SELECT {moments} WHERE $selection")
    if row[0] is None:
        return None
    zone = ZoneInfo(ask.selection.zone)
    return tuple(datetime.fromtimestamp(at, zone).date() for at in row)


def _bounds(days: Sequence[date], zone: str) -> list[int]:
    return [int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) for day in days]


def _bucket(column: str, bounds: Sequence[int]) -> str:
    """Return SQL for the 1-based bucket of a moment."""
    ranges = enumerate(pairwise(bounds), 1)
    cases = " ".join(
        f"WHEN {column} >= {low} AND {column} < {high} THEN {i}" for i, (low, high) in ranges
    )
    return f"CASE {cases} END"
