"""What a log can prove: for each measure, whether it can be computed and for which share of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import EventLog
from analytics.external_logs.days import ENOUGH_TIMES
from analytics.external_logs.mapping import Mapping
from analytics.metrics.catalogue import METRICS, label_of

GOOD = 0.8  # share of rows from which on a measure speaks for the log
GRADE_WORDS = {"good": "Good", "weak": "Weak", "not_computable": "Not computable"}
HELPS = {
    "received_at": ("Date Received", "A date on which each request was received."),
    "completed_at": ("Date Completed", "A date on which each request was completed."),
    "channel": ("Method", "A column that says how the images were sent: CD, portal, link, push."),
    "need_by": ("Need By", "A date by which each request was due."),
    "usable": ("Opened OK?", "A yes or no: did the images open where they arrived?"),
    "failure_reason": ("Problem", "A word for what went wrong, or none where nothing did."),
    "attempts": ("Attempts", "How often the images were sent: 1, or more where it was done again."),
}
"""Header and words of the columns that a template can offer."""
_COLUMN_OF = {
    "received": "received_at",
    "available": "completed_at",
    "channel": "channel",
    "contract_due": "need_by",
    "band": "need_by",
    "usable": "usable",
    "reason": "failure_reason",
    "touch": "",
    "legal_due": "",
    "rules": "",
    "allowance": "",
    "held": "",
    "need_by": "",
    "contract_seconds": "complete_at",
    "actor": "staff",
    "state_to": "",
    "partner": "partner",
    "studies": "studies",
    "first_opened": "",
    "usable_since": "",
    "codes": "",
    "asker": "",
    "intake": "",
    "fee": "",
    "wanted": "",
    "logged": "",
    "deliveries": "attempts",
    "first_try": "attempts",
    "medium": "channel",
    "direction": "direction",
    "requester_type": "requester_type",
    "legal_basis": "legal_basis",
    "modality": "modality",
    "priority": "",
    "staff_group": "",
}
"""The column of each field that a measure needs, or that figures may be cut by; a log without a
column of our facilities is of one alone."""
_WHY = {
    "received": "no column says when a request was received",
    "available": "no column says when a request was completed",
    "channel": "no column says how the images were sent",
    "contract_due": "no column holds a deadline",
    "band": "no column holds a deadline",
    "usable": "no column says whether the images opened where they arrived",
    "reason": "no column names failures",
    "touch": "a log of this kind does not record handling by people",
    "legal_due": "a log of this kind does not say by what right somebody asked",
    "rules": "a log of this kind does not say which rules bind its requests",
    "allowance": "a deadline does not say how much time was allowed",
    "held": "no column says which holds still last: when one began and when it ended",
    "need_by": "the deadline of a log is taken for a promise, not for an appointment",
    "contract_seconds": "no column says when a request was complete, on a business calendar",
    "actor": "no column says who took each step",
    "state_to": "its steps are in the log's own words, not the moves between our states",
    "partner": "no column names the other facility",
    "studies": "no column counts the studies",
    "first_opened": "a log of this kind does not say when images were first opened",
    "usable_since": "a log of this kind does not say when images were found usable",
    "codes": "its problems are in the log's own words, not our failure codes",
    "asker": "a log of this kind names in its own words who asked",
    "intake": "a log of this kind does not say by which door a request came",
    "fee": "a log of this kind does not say whether a fee was charged",
    "wanted": "a log of this kind does not say how the images were wanted",
    "logged": "a log of this kind does not say when a request was logged",
    "deliveries": "no column says how often a request was sent",
    "first_try": "no column says how often a request was sent, or what went wrong",
    "medium": "no column says how the images were sent",
    "direction": "no column says which images come in: all are taken to go out",
    "requester_type": "no column says who asked",
    "legal_basis": "no column says by what right somebody asked",
    "modality": "no column names the exam",
    "priority": "a log of this kind does not say what is urgent",
    "staff_group": "a log of this kind does not say in which role anybody acted",
}
_OF_EVENTS = {
    "reason": "problems are not read from a log of events",
    "usable": "whether images opened is not read from a log of events",
    "held": "holds are not read from a log of events",
    "first_try": "no column says how often a request was sent",
    "legal_basis": "by what right somebody asked is not read from a log of events",
}
"""Why a log of events lacks what a log of requests may have."""


_SAYS = {
    "received": "when it was received",
    "available": "when it was completed",
    "channel": "how the images were sent",
    "medium": "a way of sending that is known as a disc or not",
    "contract_due": "when it was due",
    "band": "when it was due",
    "usable": "whether the images opened",
    "partner": "which facility it was",
    "inbound": "whether they came in or went out",
    "outbound": "whether they came in or went out",
    "studies": "how many studies there were",
    "actor": "who took each step",
    "deliveries": "how often it was sent",
    "first_try": "how often it was sent, or what went wrong",
}
_OF_FAILURES = "of the failures say when they were mended; the others are left out, and counted"


_NO_ROW = {
    "medium": "no row says a way of sending that is known as a disc or not: give its words a meaning",
    "deliveries": "no row says how often it was sent",
    "first_try": "no row says how often it was sent, or what went wrong",
    "mended": "no failure in this log says when it was mended",
    "inbound": "no inbound request in this log",
    "outbound": "no outbound request in this log",
}
"""Why a measure cannot be computed though there is a column: nothing in it tells anything."""


_NOT_OF_EVENTS = {"failure_reason", "usable", "legal_basis"}
_WAYS = ("inbound", "outbound")


def missing_fields(mapping: Mapping) -> dict[str, str]:
    """Return the fields that a log cannot give, and why, in words of its columns."""
    have = set(mapping.columns)
    is_of_requests = mapping.layout == "requests"
    # In a list of requests one person a row, not one a step.
    have -= {"staff"} if is_of_requests else _NOT_OF_EVENTS
    have |= {"received_at"} if mapping.received else set()
    have |= {"completed_at"} if mapping.completed else set()
    have |= {"studies"} if mapping.row == "study" else set()
    have -= {"complete_at"}  # business time needs a facility calendar, which a file has not
    lacks = {field for field, column in _COLUMN_OF.items() if column not in have}
    if mapping.tells_holds():
        lacks -= {"held"}
    if "failure_reason" in have:
        lacks -= {"first_try"}  # it tells at least of some that they were not
    why = _WHY if is_of_requests else _WHY | _OF_EVENTS
    return {field: why[field] for field in _COLUMN_OF if field in lacks}


def grade(
    missing: dict[str, str],
    shares: dict[str, float],
    *,
    timed: float = 1.0,
    ignored: str = "",
) -> dict[str, dict[str, Any]]:
    """Return {metric: computable, share of rows, grade in a word, why}.

    `ignored` says why no way of sending is read although some are known, where that is so;
    `timed` is the share of requests with a time, not only a date, at both ends.
    """
    grades: dict[str, dict[str, Any]] = {}
    for metric in METRICS:
        lacks = [missing[name] for name in metric.needs if name in missing]
        needs = tuple(
            one for one in metric.needs if one != "channel" or "medium" not in metric.needs
        )
        share = min((shares.get(name, 1.0) for name in needs), default=1.0)
        silent = [why for name, why in _NO_ROW.items() if name in needs and not shares[name]]
        lacks += [ignored if ignored and why == _NO_ROW["medium"] else why for why in silent]
        why = lacks[0] if lacks else _said(share, [one for one in needs if one in shares])
        if not lacks and "days" in metric.unit:
            why = f"{_exactness(timed)}{why}"
        grades[metric.key] = {
            "computable": not lacks,
            "share": 0.0 if lacks else round(share, 4),
            "grade": "not_computable" if lacks else "good" if share >= GOOD else "weak",
            "why": why,
        }
    return grades


def _exactness(timed: float) -> str:
    if timed == 0.0:
        return "dates only: whole days, never hours; "
    if timed == 1.0:
        return ""
    counted = "the others count" if timed >= ENOUGH_TIMES else "all are counted"
    return f"{timed:.1%} of the rows have a time at both ends, {counted} in whole days; "


def _said(share: float, needs: Sequence[str]) -> str:
    """Say what so many of the rows tell, of the fields whose share was counted."""
    if "mended" in needs:
        is_whole = share == 1.0
        return (
            "every failure says when it was mended" if is_whole else f"{share:.1%} {_OF_FAILURES}"
        )
    words = " and ".join(dict.fromkeys(_SAYS[name] for name in needs if name in _SAYS))
    if share == 1.0:
        return f"every row says {words}" if words else "every row counts"
    return f"{share:.1%} of the rows say {words}; the others are counted apart"


def shares_of(log: EventLog) -> dict[str, float]:
    """Return, for each field, the share of requests that fill it."""
    requests, n = log.requests, log.requests.num_rows or 1
    filled = {
        name: 1 - requests[name].null_count / n
        for name in ("received", "available", "contract_due", "usable", "partner")
    }
    # A blank where usability is asked is unknown: it is neither a yes nor a no.
    untested = pc.sum(pc.equal(requests["usable"], "untested")).as_py() or 0
    filled["usable"] -= untested / n
    is_sent = pc.equal(log.events["activity"], "available")
    sent = log.events.select(["channel", "medium", "studies"]).filter(is_sent)
    n_sent = sent.num_rows or 1
    unknown = pc.sum(pc.equal(sent["medium"], "unknown")).as_py() or 0
    return filled | {
        **_tries(log),
        "channel": 1 - sent["channel"].null_count / n_sent,
        "medium": 1 - (sent["medium"].null_count + unknown) / n_sent,
        "studies": 1 - sent["studies"].null_count / n_sent,
        "band": filled["contract_due"],
        "mended": _mended(log),
        **_told_ways(requests),
    }


def _told_ways(requests: pa.Table) -> dict[str, float]:
    """Return, for in and out, the share of requests that say either; 0 where none says that one."""
    way = requests["direction"]
    known = pc.sum(pc.is_in(way, value_set=pa.array(_WAYS))).as_py() or 0
    has = {one: bool(pc.any(pc.equal(way, one)).as_py()) for one in _WAYS}
    return {one: known / requests.num_rows if has[one] else 0.0 for one in _WAYS}


def _mended(log: EventLog) -> float:
    """Return the share of failures with an end; in a log of requests a hold alone can have one."""
    events = log.events.select(["request_id", "activity", "reason"])
    failed = events.filter(events["reason"].is_valid())
    ended = pc.unique(events.filter(pc.equal(events["activity"], "hold_ended"))["request_id"])
    held = failed.filter(pc.equal(failed["activity"], "hold_started"))["request_id"]
    known = pc.sum(pc.is_in(held, value_set=ended)).as_py() or 0
    return known / failed.num_rows if failed.num_rows else 1.0


def _tries(log: EventLog) -> dict[str, float]:
    """Return the shares of delivered requests that say how often, and whether once was enough."""
    requests = log.requests.select(["request_id", "available", "attempts"])
    sent = requests.filter(requests["available"].is_valid())
    n = sent.num_rows or 1
    told = pc.greater(sent["attempts"], 0)
    events = log.events.select(["request_id", "reason"])
    failed = pc.unique(events.filter(events["reason"].is_valid())["request_id"])
    known = pc.or_(told, pc.is_in(sent["request_id"], value_set=failed))
    count = {"deliveries": told, "first_try": known}
    return {name: (pc.sum(rows).as_py() or 0) / n for name, rows in count.items()}


def by_reason(grades: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Return what cannot be computed by the reason why: {reason: metrics}."""
    found: dict[str, list[str]] = {}
    for key, one in grades.items():
        if not one["computable"]:
            found.setdefault(one["why"], []).append(key)
    return found


def would_help(missing: dict[str, str]) -> tuple[str, list[str]]:
    """Return the absent column that would make most measures computable, and those measures."""
    gains: dict[str, list[str]] = {}
    for metric in METRICS:
        lacks = {_COLUMN_OF[name] for name in metric.needs if name in missing}
        if len(lacks) == 1 and (field := next(iter(lacks))) in HELPS:
            gains.setdefault(field, []).append(label_of(metric.key, is_live=False))
    best = max(gains, key=lambda field: len(gains[field]), default="")
    return best, gains.get(best, [])
