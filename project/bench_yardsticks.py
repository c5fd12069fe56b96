"""The same measures as one would write them with pandas, and statement by statement in DuckDB."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from analytics.metrics.catalogue import METRICS
from analytics.metrics.definition import DAY, Kind, Metric, Result
from analytics.metrics.grouping import EPOCH
from analytics.metrics.selection import Selection
from analytics.metrics.statements import hits
from analytics.mirror.databases import THREADS
from analytics.mirror.faults import bits_of
from analytics.mirror.published import Published
from analytics.mirror.turns import turns_of
from project.bench_promises import seconds
from project.bench_selections import SELECTIONS
from requests_app.failure_codes import FailureCode

Frame = pd.DataFrame
GONE = ("withdrawn", "duplicate", "not_our_patient")
ANSWERED = ("denied", "not_found")
NEVER = 2**62
UNUSABLE = bits_of(code for code in FailureCode if code.startswith("US"))
SMALL = 1_500_000  # requests whose frames fit
SMALLEST = "both"
_OF_BOTH = ("facility", "day", "direction", "modality", "requester_type")
COLUMNS = {
    "cases": (
        *(*_OF_BOTH, "outcome", "received", "available", "ended", "is_held"),
        *("very_late_from", "late_from", "at_risk_from", "usable", "faults", "failures"),
        *(
            "deliveries",
            "touches",
            "contract_seconds",
            "contract_due",
            "contract_stop",
            "legal_due",
            "need_by",
            "arrived",
        ),
    ),
    "steps": (*_OF_BOTH, "activity", "medium", "channel", "is_failure", "reason", "lost"),
}


def beside(
    folder: Path,
    found: Published,
    results: Mapping[str, Mapping[str, Result]],
    memory: str,
    turns: int,
) -> dict[str, dict[str, Any]]:
    """Time plain DuckDB over the published files, and pandas where its frames fit.

    They do less: no intervals, no exclusions, and plain DuckDB no curve. Raises ValueError where
    a figure differs from that of pandas.
    """
    as_of = found.facts.as_of
    times = min(turns, 3) if found.rows.count("cases") <= SMALL else 1
    chosen = {name: SELECTIONS[name] for name in results}
    taken: dict[str, dict[str, Any]] = {name: {} for name in chosen}
    with duckdb.connect(config={"threads": THREADS}) as database:
        plain_views(database, folder, memory)
        for name, one in chosen.items():
            run = partial(by_statements, database, one, as_of)
            taken[name]["plain_duckdb_over_parquet"] = seconds(run, times)
    frames: tuple[Frame, Frame] | None = None
    for name, one in chosen.items():
        fits = found.rows.count("cases") <= SMALL
        if not fits and name != SMALLEST:
            taken[name]["pandas"] = {"why": "its frames would not fit"}
            continue
        if frames is None:
            frames = frames_of(found, None if fits else one)
        run = partial(by_frames, frames, one, as_of)
        check_figures(results[name], run())
        taken[name]["pandas"] = seconds(run, times)
    return taken


def by_frames(frames: tuple[Frame, Frame], selection: Selection, as_of: int) -> dict[str, Any]:
    """Return the measures of a selection that pandas gives."""
    cases, steps = (chosen(frame, selection) for frame in frames)
    return by_pandas(cases, steps, as_of)


def check_figures(ours: Mapping[str, Result], theirs: Mapping[str, float]) -> None:
    """Raise ValueError where a figure differs from that of pandas."""
    for key, value in theirs.items():
        found = ours[key].value
        if found is None and math.isnan(value):
            continue
        if found is None or not math.isclose(found, value, rel_tol=1e-9):
            raise ValueError(f"{key}: {found} here, {value} by pandas")


def plain_views(database: duckdb.DuckDBPyConnection, folder: Path, memory: str) -> None:
    """Let a database look at published files as they are, under the same limit."""
    database.execute("SET memory_limit = ?", [memory])
    for table in ("cases", "steps"):
        database.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}/*.parquet')")
    names = [row[0] for row in database.execute("DESCRIBE cases").fetchall()]
    database.execute(f"CREATE VIEW turns AS {turns_of(names)}")


def chosen(frame: Frame, selection: Selection) -> Frame:
    """Return the rows of a selection; days are those of receipt."""
    keep = pd.Series(True, frame.index)  # noqa: FBT003
    if selection.since is not None:
        keep &= frame.day.ge((selection.since - EPOCH).days)
    if selection.until is not None:
        keep &= frame.day.le((selection.until - EPOCH).days)
    if selection.facilities is not None:
        keep &= frame.facility.isin(selection.facilities)
    for name, words in selection.slices:
        keep &= frame[name].isin(words)
    return frame[keep]


def _works(graded: pd.DataFrame) -> pd.Series:
    """Say which arrivals could be used at once, and in time."""
    too_late = graded.need_by.le(graded.available.fillna(graded.arrived))
    return graded.usable.eq("immediate") & (graded.faults & UNUSABLE).eq(0) & ~too_late


def by_pandas(cases: Frame, steps: Frame, as_of: int) -> dict[str, Any]:
    """Return the measures that pandas needs no trick for; its frames were folded before."""
    still = cases[cases.outcome.isna()]
    age = (as_of - still.received) / DAY
    bands = _bands(still, as_of).value_counts()
    out = steps[(steps.activity == "available") & (steps.direction == "outbound")]
    came = steps[(steps.activity == "images_received") & (steps.direction == "inbound")]
    failed = steps[steps.is_failure]
    delivered = cases[cases.available.notna()]
    graded = cases[
        cases.direction.eq("inbound")
        & cases.usable.isin(["immediate", "after_rework", "not_usable", "untested"])
    ]
    return (
        _turnaround(cases, as_of)
        | _kept(cases, as_of)
        | {
            "requests_received": float(len(cases)),
            "open_requests": float(len(still)),
            "at_risk_requests": float(bands.get("at_risk", 0)),
            "late_requests": float(bands.get("late", 0) + bands.get("very_late", 0)),
            "very_late_requests": float(bands.get("very_late", 0)),
            "held_requests": float(bands.get("held", 0)),
            "open_age_mean": age.mean(),
            "open_age_p90": age.quantile(0.9),
            "physical_media_share_out": 100 * out.medium.eq("physical").mean(),
            "physical_media_share_in": 100 * came.medium.eq("physical").mean(),
            "deliveries_by_channel": float(
                steps[steps.activity == "available"].channel.value_counts(dropna=False).sum()
            ),
            "immediately_usable": 100 * _works(graded).mean(),
            "first_pass_yield": 100
            * (delivered.failures.eq(0) & delivered.deliveries.eq(1)).mean(),
            "manual_touches_mean": delivered.touches.mean(),
            "failures_by_code": float(failed.groupby("reason", observed=True).size().sum()),
            "failure_hours_by_code": failed.groupby("reason", observed=True).lost.sum().sum()
            / 3600,
        }
    )


def _bands(still: Frame, as_of: int) -> Any:
    reached = [still[name].le(as_of) for name in ("very_late_from", "late_from", "at_risk_from")]
    held = still.is_held.eq(True)  # noqa: FBT003
    words = ["very_late", "late", "held", "at_risk"]
    return pd.Series(np.select([reached[0], reached[1], held, reached[2]], words, "on_track"))


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
    for name, share in (("median", 0.5), ("p90", 0.9), ("p95", 0.95)):
        reached = waiting[waiting <= 1 - share + 1e-12]
        found[f"turnaround_censored_{name}"] = reached.index[0] if len(reached) else np.nan
    return found


def _kept(cases: Frame, as_of: int) -> dict[str, Any]:
    gone = cases.outcome.isin(GONE)
    answered = cases.outcome.isin(ANSWERED)
    left = gone & ~(cases.ended >= cases.contract_due)
    contract = cases[cases.contract_due.notna() & ~answered & ~left]
    contract = contract[(contract.contract_due <= as_of) | contract.contract_stop.notna()]
    legal = cases[cases.legal_due.notna() & ~(gone & ~(cases.ended >= cases.legal_due))]
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


def frames_of(found: Published, only: Selection | None) -> tuple[Frame, Frame]:
    """Return what by_pandas reads as frames whose words are categories; some pieces, or all."""
    keys = [key for key in sorted(found.pieces) if only is None or _touches(only, *key)]
    both: list[Frame] = []
    for table, names in COLUMNS.items():
        parts = [found.pieces[key].of(table).columns(names) for key in keys]
        frame = pa.concat_tables(parts).unify_dictionaries().to_pandas()
        for name in frame.columns:
            if frame[name].dtype in ("object", "str"):
                frame[name] = frame[name].astype("category")
        both.append(frame)
    return both[0], both[1]


def _touches(selection: Selection, facility: str, month: str) -> bool:
    is_there = selection.facilities is None or facility in selection.facilities
    since, until = (
        day.isoformat()[:7] if day is not None else month
        for day in (selection.since, selection.until)
    )
    return is_there and since <= month <= until
