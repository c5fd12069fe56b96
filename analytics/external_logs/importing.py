"""One verb for the page and the command: import a log, or say what must be answered first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from analytics.eventlog import EVENTS, REQUESTS, EventLog, table_of
from analytics.external_logs.check import Findings, questions, settled_order
from analytics.external_logs.events_layout import build_events
from analytics.external_logs.grades import grade, missing_fields, shares_of
from analytics.external_logs.mapping import Mapping, complete_mapping, with_order
from analytics.external_logs.read import RawLog, read_csv
from analytics.external_logs.refusals import UnusableLog
from analytics.external_logs.requests_layout import build_requests

DAY = 86400


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A log as read, before anything is stored."""

    raw: RawLog
    mapping: Mapping
    questions: list[dict[str, object]]
    rejected: list[tuple[int, str]] = field(default_factory=list)
    grades: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: EventLog | None = None
    events: int = 0

    def answer(self, name: str) -> dict[str, Any]:
        """Return the JSON answer of an import."""
        log, rejected = self.log, self.rejected
        cases = log.requests.num_rows if log else 0
        imported = self.raw.rows_read - len(rejected) if log else 0
        return {
            "log": name if log else None,
            "rows_read": self.raw.rows_read,
            "rows_imported": imported,
            "rows_rejected": len(rejected),
            "cases": cases,
            "events": self.events,
            "rejected": [{"row": row, "reason": reason} for row, reason in rejected],
            "questions": self.questions,
            "mapping": self.mapping.as_json(),
            "grades": self.grades,
        }


def read_log(
    content: bytes, *, name: str, given: Map[str, Any] | None = None, as_of: datetime | None = None
) -> Reading:
    """Read a file into an event log; with open questions nothing is built.

    Raises UnusableLog or BadMapping with a sentence.
    """
    raw = read_csv(content)
    mapping = complete_mapping(raw, given or {})
    if not mapping.received:
        raise UnusableLog(
            "No column says when a request was received, so nothing can be measured. "
            "Name that column in the mapping, or add one such as 'Date Received'."
        )
    asked = questions(raw, mapping)
    if asked:
        return Reading(raw=raw, mapping=mapping, questions=asked)
    mapping = with_order(mapping, settled_order(raw, mapping))
    return _build(raw, mapping, name, as_of)


def _build(raw: RawLog, mapping: Mapping, name: str, as_of: datetime | None) -> Reading:
    findings = Findings(rejected=list(raw.rejected))
    build = build_requests if mapping.layout == "requests" else build_events
    requests, events = build(raw, mapping, findings)
    if not requests:
        raise UnusableLog(
            f"None of the {raw.rows_read} rows could be read. The first: row "
            f"{findings.rejected[0][0]}, {findings.rejected[0][1]}."
        )
    until = _until(requests, events, as_of)
    _band(requests, until)
    missing = missing_fields(mapping)
    log = EventLog(
        name=name,
        as_of=until,
        requests=table_of(_sorted(requests), REQUESTS),
        events=table_of(events, EVENTS),
        zone=mapping.zone,
        granularity="second" if findings.has_times else "day",
        missing=missing,
    )
    own = [event for event in events if event["activity"].startswith("log: ")]
    return Reading(
        raw=raw,
        mapping=mapping,
        questions=[],
        rejected=sorted(findings.rejected),
        grades=grade(missing, shares_of(requests, events)),
        log=log,
        events=len(own) if mapping.layout != "requests" else len(events),
    )


def _until(
    requests: list[dict[str, Any]], events: list[dict[str, Any]], as_of: datetime | None
) -> int:
    """The log speaks until its last moment, unless the reader says otherwise."""
    if as_of is not None:
        return int(as_of.astimezone(UTC).timestamp())
    latest: int = max(
        [event["occurred"] for event in events]
        + [row["available"] for row in requests if row["available"] is not None]
    )
    return latest


def _band(requests: list[dict[str, Any]], until: int) -> None:
    """Give open requests with a deadline their band, in elapsed days."""
    for row in requests:
        if row["outcome"] is None and row.get("due") is not None:
            left = row["due"] + DAY - until
            row["band"] = "late" if left < 0 else "at_risk" if left <= 2 * DAY else "on_track"


def _sorted(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(
        requests, key=lambda row: (row["facility"], row["received"] or 0, row["request_id"])
    )


def digest_of(content: bytes) -> str:
    """Return the hash by which the same file is known again."""
    return hashlib.sha256(content).hexdigest()
