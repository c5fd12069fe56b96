"""The forecast as one object, for the command and for programs alike."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.forecast.model import method
from analytics.forecast.results import Chance, Evaluation, Forecast, Learned, Refusal
from analytics.forecast.stories import DAY
from analytics.forecast.verdict import calibration

Answer = Forecast | Refusal


def as_object(source: str, found: Answer, zone: str) -> dict[str, Any]:
    """Return the answer for programs; a refusal has no open requests, and says why.

    Moments of the model and of its trial stand in `zone`, so that their days are the page's.
    """
    tried, given = found.evaluation, isinstance(found, Forecast)
    return {
        "source": source,
        "as_of": _moment(found.as_of, "UTC"),
        "zone": zone,
        "given": given,
        "why": None if isinstance(found, Forecast) else found.why,
        "missing": [] if isinstance(found, Forecast) else list(found.missing),
        "model": _model(found.learned, found.unit, zone),
        "n": tried.looks if tried else 0,
        "requests": tried.requests if tried else 0,
        "brier": tried.brier if tried else None,
        "baseline": [asdict(one) for one in tried.baselines] if tried else [],
        "calibration": _calibration(tried),
        "reliability": [asdict(one) for one in tried.bins] if tried else [],
        "trial": _trial(tried, zone),
        "open": [_open(one, zone) for one in found.chances] if isinstance(found, Forecast) else [],
        "left_out": dict(found.left_out) if isinstance(found, Forecast) else {},
    }


def _model(learned: Learned | None, unit: str, zone: str) -> dict[str, Any]:
    said: dict[str, Any] = {"method": method(unit), "time": unit}
    return said | ({**_learned(learned, zone)} if learned else {})


def _learned(learned: Learned, zone: str) -> dict[str, Any]:
    moments = {"from": _moment(learned.since, zone), "until": _moment(learned.until, zone)}
    counts = ("requests", "finished", "missed")
    return moments | {name: getattr(learned, name) for name in counts}


def _calibration(tried: Evaluation | None) -> dict[str, Any]:
    if tried is None:
        return {}
    means = {"predicted": tried.predicted, "observed": tried.observed}
    found = calibration(tried)
    said = {"is_clear": found.is_clear, "sentence": found.sentence}
    counts = {"expected_misses": found.expected, "observed_misses": found.observed}
    return means | {"excess": asdict(tried.excess)} | counts | said


def _trial(tried: Evaluation | None, zone: str) -> dict[str, Any]:
    if tried is None:
        return {}
    days = {"learned": _learned(tried.learned, zone), "from": _moment(tried.first, zone)}
    counts = {"missed": tried.missed, "not_known": tried.not_known}
    return days | {"to": _moment(tried.last, zone)} | counts


def _open(one: Chance, zone: str) -> dict[str, Any]:
    names = ("number", "facility", "direction", "state", "chance", "low", "high", "n", "n_any")
    days = {"days_in_state": one.stayed / DAY, "days_left": one.left / DAY}
    return {name: getattr(one, name) for name in names} | days | {"due": _moment(one.due, zone)}


def _moment(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat()
