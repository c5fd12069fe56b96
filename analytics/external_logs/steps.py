"""Steps of requests: a log of events known by a number that stands in several rows."""

from __future__ import annotations

from collections.abc import Mapping as Map

from analytics.external_logs.columns import SYNONYMS, is_event_log, plain
from analytics.external_logs.raw import RawLog

_CASES = (
    *(name for name in SYNONYMS["case_id"] if name not in ("patient", "order")),
    *("request", "id", "number"),
)
_STEPS = (
    *SYNONYMS["activity"],
    *("new status", "status to", "to status", "new state", "state to", "to state"),
)
_TIMES = (
    *SYNONYMS["timestamp"],
    *("date", "changed at", "changed_at", "changed on", "status date", "occurred at", "occurred"),
)
_SURE = {"activity": {"activity", "concept:name"}, "timestamp": {"timestamp", "time:timestamp"}}


def as_steps(raw: RawLog, matched: Map[str, str]) -> dict[str, str]:
    """Return the columns of steps where a number stands in several rows, each with a step and a time.

    Beside a column of completion only words that mean nothing else are taken for those of steps.
    """
    found = dict(matched)
    if is_event_log(found):
        return found
    by_name = {plain(header): header for header in reversed(raw.headers)}
    number = found.get("request_id") or _first(_CASES, by_name)
    activity, time = _first(_STEPS, by_name), _first(_TIMES, by_name)
    is_sure = plain(activity) in _SURE["activity"] and plain(time) in _SURE["timestamp"]
    if not (number and activity and time) or ("completed_at" in found and not is_sure):
        return found
    if not stands_again(raw, number):
        return found
    steps = {"case_id": number, "activity": activity, "timestamp": time}
    kept = {field: header for field, header in found.items() if header not in steps.values()}
    return steps | kept


def _first(names: tuple[str, ...], by_name: Map[str, str]) -> str:
    return next((by_name[name] for name in names if name in by_name), "")


def stands_again(raw: RawLog, header: str) -> bool:
    """Say whether a word of a column stands in more than one row."""
    return len(raw.words(header)) < raw.filled(header)
