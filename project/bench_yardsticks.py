"""The same measures as one would write them with pandas, and statement by statement in DuckDB."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from analytics.metrics.catalogue import METRICS
from analytics.metrics.definition import DAY, Kind, Metric
from analytics.metrics.selection import Selection
from analytics.metrics.statements import hits

Frame = pd.DataFrame
GONE = ("withdrawn", "duplicate", "not_our_patient")
ANSWERED = ("denied", "not_found")
NEVER = 2**62


def chosen(frame: Frame, selection: Selection, days: tuple[int, int]) -> Frame:
    """Return the rows of a selection; days are those of receipt, the last excluded."""
    keep = frame.day.ge(days[0]) & frame.day.lt(days[1])
    if selection.facilities is not None:
        keep &= frame.facility.isin(selection.facilities)
    for name, words in selection.slices:
        keep &= frame[name].isin(words)
    return frame[keep]


def by_pandas(cases: Frame, steps: Frame, as_of: int) -> dict[str, Any]:
    """Return the measures that pandas needs no trick for; its frames were folded before."""
    still = cases[cases.outcome.isna()]
    age = (as_of - still.received) / DAY
    bands = still.band.value_counts()
    out = steps[(steps.activity == "available") & (steps.direction == "outbound")]
    came = steps[(steps.activity == "images_received") & (steps.direction == "inbound")]
    failed = steps[steps.is_failure]
    delivered = cases[cases.available.notna()]
    graded = cases[
        cases.direction.eq("inbound")
        & cases.usable.isin(["immediate", "after_rework", "not_usable"])
    ]
    return (
        _turnaround(cases, as_of)
        | _kept(cases, as_of)
        | {
            "requests_received": float(len(cases)),
            "open_requests": float(len(still)),
            "at_risk_requests": float(bands.get("at_risk", 0)),
            "late_requests": float(bands.get("late", 0) + bands.get("very_late", 0)),
            "held_requests": float(bands.get("held", 0)),
            "open_age_mean": age.mean(),
            "open_age_p90": age.quantile(0.9),
            "physical_media_share_out": 100 * out.medium.eq("physical").mean(),
            "physical_media_share_in": 100 * came.medium.eq("physical").mean(),
            "deliveries_by_channel": float(
                steps[steps.activity == "available"].channel.value_counts(dropna=False).sum()
            ),
            "immediately_usable": 100 * graded.usable.eq("immediate").mean(),
            "first_pass_yield": 100
            * (delivered.failures.eq(0) & delivered.deliveries.eq(1)).mean(),
            "manual_touches_mean": delivered.touches.mean(),
            "failures_by_code": float(failed.groupby("reason", observed=True).size().sum()),
            "failure_hours_by_code": failed.groupby("reason", observed=True).lost.sum().sum()
            / 3600,
        }
    )


def _turnaround(cases: Frame, as_of: int) -> dict[str, Any]:
    took = ((cases.available - cases.received) / DAY).dropna()
    found = {
        "turnaround_mean": took.mean(),
        "turnaround_median": took.quantile(0.5),
        "turnaround_p90": took.quantile(0.9),
        "turnaround_p95": took.quantile(0.95),
        "contract_turnaround_median": (cases.contract_seconds / DAY).quantile(0.5),
    }
    at_stake = cases[cases.available.notna() | cases.outcome.isna()]
    times = (at_stake.available.fillna(as_of) - at_stake.received) / DAY
    gone = pd.DataFrame({"time": times, "done": at_stake.available.notna()})
    leaving = gone.groupby("time").done.agg(["size", "sum"])
    at_risk = leaving["size"][::-1].cumsum()[::-1]
    waiting = (1 - leaving["sum"] / at_risk).cumprod()
    for key, share in (("turnaround_censored_median", 0.5), ("turnaround_censored_p90", 0.9)):
        reached = waiting[waiting <= 1 - share + 1e-12]
        found[key] = reached.index[0] if len(reached) else np.nan
    return found


def _kept(cases: Frame, as_of: int) -> dict[str, Any]:
    gone = cases.outcome.isin(GONE)
    answered = cases.outcome.isin(ANSWERED)
    left = gone & (cases.contract_due.isna() | (cases.ended < cases.contract_due))
    contract = cases[cases.contract_due.notna() & ~answered & ~left]
    contract = contract[(contract.contract_due <= as_of) | contract.contract_stop.notna()]
    legal = cases[cases.legal_due.notna() & ~(gone & (cases.ended < cases.legal_due))]
    stop = legal.available.fillna(legal.ended.where(legal.outcome.isin(ANSWERED))).fillna(NEVER)
    legal, stop = legal[keep := (legal.legal_due <= as_of) | (stop <= as_of)], stop[keep]
    return {
        "sla_compliance": 100 * (contract.contract_stop < contract.contract_due).mean(),
        "legal_sla_compliance": 100 * (stop < legal.legal_due).mean(),
    }


def by_statements(
    database: duckdb.DuckDBPyConnection, selection: Selection, as_of: int
) -> dict[str, Any]:
    """Return every measure by plain SQL, one statement a measure, over the same tables."""
    condition, values = selection.sql()
    found = {}
    for metric in METRICS:
        sql = f"SELECT {_column(metric)} FROM {metric.table} WHERE $selection AND ({metric.where})"
        text = sql.replace("$selection", condition).replace("$as_of", str(as_of))
        found[metric.key] = database.execute(text, values).fetchall()[0][0]
    return found


def _column(metric: Metric) -> str:
    if metric.kind is Kind.SHARE:
        return f"100e0 * count(*) FILTER (WHERE {hits(metric).predicate}) / nullif(count(*), 0)"
    if metric.kind is Kind.MEAN:
        return f"avg({metric.value}) / {metric.per}"
    if metric.kind in (Kind.QUANTILE, Kind.SURVIVAL):  # the curve without its censoring
        return f"quantile_cont({metric.value}, {metric.quantile}) / {metric.per}"
    if metric.kind is Kind.GROUPS and metric.value:
        return f"sum({metric.value}) / {metric.per}"
    return "CAST(count(*) AS DOUBLE)"


def frames_of(cases: pa.Table, steps: pa.Table) -> tuple[Frame, Frame]:
    """Return the tables as frames whose words are categories."""
    found = []
    for table in (cases, steps):
        frame = table.to_pandas()
        for name in frame.columns:
            if frame[name].dtype in ("object", "str") and name not in ("request_id", "number"):
                frame[name] = frame[name].astype("category")
        found.append(frame)
    return found[0], found[1]
