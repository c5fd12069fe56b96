"""One row per request: rows become requests and the few events that they tell of."""

from __future__ import annotations

from typing import Any

from analytics.external_logs.check import Clock, Findings, is_total
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.read import RawLog, Row
from analytics.external_logs.values import (
    channels_of,
    direction_of,
    outcome_of,
    speaks_our_channels,
    usable_of,
)

Cells = dict[str, str]
Record = dict[str, Any]


def build_requests(
    raw: RawLog, mapping: Mapping, findings: Findings
) -> tuple[list[Record], list[Record]]:
    """Return request rows and event rows; a row that cannot be used is listed with its reason."""
    clock, requests, events = Clock(mapping, findings), [], []
    places = {name: raw.headers.index(header) for name, header in mapping.columns.items()}
    for name, anchor in (("received_at", mapping.received), ("completed_at", mapping.completed)):
        if not isinstance(anchor, str) and "column" in anchor:
            places[name] = raw.headers.index(anchor["column"])
    own = dict(mapping.values.get("channel", {}))
    words = raw.column(mapping.columns["channel"]) if "channel" in mapping.columns else []
    translate = speaks_our_channels(words, own)
    seen: set[tuple[str, ...]] = set()
    for row in raw.rows:
        cells = {name: row.cells[place] for name, place in places.items()}
        record = _request(row, cells, clock, findings, seen)
        if record is not None:
            requests.append(record)
            channel = cells.get("channel", "")
            pairs = channels_of(channel, own) if translate and channel else [(channel, "unknown")]
            events += _events(record, cells, pairs if channel else [(None, None)], clock)
    return requests, events


def _request(
    row: Row, cells: Cells, clock: Clock, findings: Findings, seen: set[tuple[str, ...]]
) -> Record | None:
    received_text, completed_text = cells.get("received_at", ""), cells.get("completed_at", "")
    if is_total(row.cells):
        findings.reject(row.number, "a totals row, not a request")
    elif row.cells in seen:
        findings.reject(row.number, "the same row stands in the file before")
    elif not received_text:
        findings.reject(row.number, "no received date")
    elif (received := clock.read(received_text)) is None:
        findings.reject(row.number, f"{received_text[:40]!r} is not a date")
    elif completed_text and (clock.read(completed_text)) is None:
        findings.reject(row.number, f"{completed_text[:40]!r} is not a date")
    else:
        completed = clock.read(completed_text) if completed_text else None
        if completed is not None and completed < received:
            findings.reject(row.number, "completed before it was received")
            return None
        seen.add(row.cells)
        return _record(row, cells, received, completed, clock)
    return None


def _record(row: Row, cells: Cells, received: int, completed: int | None, clock: Clock) -> Record:
    outcome = "delivered" if completed is not None else outcome_of(cells.get("status", ""))
    ended = outcome_of(cells.get("status", ""))
    due = clock.read(cells["need_by"]) if cells.get("need_by") else None
    return {
        "request_id": f"row-{row.number}",
        "number": cells.get("request_id") or f"row {row.number}",
        "facility": cells.get("facility") or "all",
        "direction": direction_of(cells.get("direction", "")) or "outbound",
        "requester_type": cells.get("requester_type") or None,
        "partner": cells.get("partner") or None,
        "modality": cells.get("modality") or None,
        "state": cells.get("status") or None,
        "outcome": ended if ended in {"withdrawn", "duplicate"} else outcome,
        "received": received,
        "complete": clock.read(cells.get("complete_at", "")),
        "available": completed,
        "ended": completed,
        "due": due,
        "contract_due": due,
        "contract_stop": completed,
        "usable": usable_of(cells["usable"]) if "usable" in cells else None,
    }


def _events(
    record: Record, cells: Cells, channels: list[tuple[Any, Any]], clock: Clock
) -> list[Record]:
    base = {key: record[key] for key in ("request_id", "facility", "direction")}
    base |= {"by_person": True, "actor": cells.get("staff") or None}
    found: list[Record] = [{"activity": "received", "occurred": record["received"]}]
    started, ended = (clock.read(cells.get(name, "")) for name in ("hold_start", "hold_end"))
    if started is not None:
        found.append({"activity": "hold_started", "occurred": started})
        found += [{"activity": "hold_ended", "occurred": ended}] if ended is not None else []
    if cells.get("failure_reason"):
        reason = cells["failure_reason"][:60]
        found.append(
            {"activity": "failure_noted", "occurred": record["received"], "reason": reason}
        )
    if record["available"] is not None:
        for channel, medium in channels:
            said = {"channel": channel, "medium": str(medium) if medium else None}
            found.append({"activity": "available", "occurred": record["available"], **said})
            if record["direction"] == "inbound":
                found.append(
                    {"activity": "images_received", "occurred": record["available"], **said}
                )
    found.sort(key=lambda event: event["occurred"])
    return [{**base, **event, "seq": seq} for seq, event in enumerate(found, start=1)]
