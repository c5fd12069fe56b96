"""One row per event: cases are the groups of their events."""

from __future__ import annotations

import secrets
from collections.abc import Mapping as Map
from typing import Any

from analytics.external_logs.check import Clock, Findings
from analytics.external_logs.columns import PRIVATE, plain
from analytics.external_logs.mapping import Anchor, Mapping
from analytics.external_logs.read import RawLog, Row
from analytics.external_logs.values import channels_of, speaks_our_channels

Record = dict[str, Any]
ATTRIBUTES = (
    "facility",
    "requester_type",
    "partner",
    "modality",
    "direction",
    "channel",
    "need_by",
)


def build_events(
    raw: RawLog, mapping: Mapping, findings: Findings
) -> tuple[list[Record], list[Record]]:
    """Return request rows and event rows of an event log."""
    clock = Clock(mapping, findings)
    cases: dict[str, list[tuple[int, Row]]] = {}
    case, activity, when = (
        raw.headers.index(mapping.columns[name]) for name in ("case_id", "activity", "timestamp")
    )
    for row in raw.rows:
        occurred = clock.read(row.cells[when])
        if not row.cells[case]:
            findings.reject(row.number, "no case number")
        elif not row.cells[activity]:
            findings.reject(row.number, "no activity")
        elif occurred is None:
            findings.reject(row.number, f"{row.cells[when][:40]!r} is not a time")
        else:
            cases.setdefault(row.cells[case], []).append((occurred, row))
    builder = _Builder(raw, mapping, clock)
    requests, events = [], []
    for number, (name, rows) in enumerate(sorted(cases.items()), start=1):
        record, steps = builder.case(f"case-{number}", name, rows)
        requests.append(record)
        events += steps
    return requests, events


class _Builder:
    """Builds cases of one file."""

    def __init__(self, raw: RawLog, mapping: Mapping, clock: Clock) -> None:
        self.raw, self.mapping, self.clock = raw, mapping, clock
        self.places = {name: raw.headers.index(head) for name, head in mapping.columns.items()}
        self.own = dict(mapping.values.get("channel", {}))
        words = raw.column(mapping.columns["channel"]) if "channel" in mapping.columns else []
        self.translates = speaks_our_channels(words, self.own)
        self.is_private = plain(mapping.columns["case_id"]) in PRIVATE

    def case(
        self, request_id: str, name: str, rows: list[tuple[int, Row]]
    ) -> tuple[Record, list[Record]]:
        """Return one request and its events; a private case number becomes a random code."""
        rows = sorted(rows, key=lambda pair: (pair[0], pair[1].number))
        said = {field: self._attribute(field, rows) for field in ATTRIBUTES}
        received = self._anchor(self.mapping.received, rows, first=True)
        completed = self._anchor(self.mapping.completed, rows, first=False)
        due = self.clock.read(said["need_by"]) if said["need_by"] else None
        record: Record = {
            "request_id": request_id,
            "number": secrets.token_hex(4) if self.is_private else name,
            "facility": said["facility"] or "all",
            "direction": "outbound",
            "requester_type": said["requester_type"] or None,
            "partner": said["partner"] or None,
            "modality": said["modality"] or None,
            "outcome": "delivered" if completed is not None else None,
            "received": received,
            "available": completed,
            "ended": completed,
            "due": due,
            "contract_due": due,
            "contract_stop": completed,
        }
        return record, self._events(record, rows, said["channel"])

    def _attribute(self, field: str, rows: list[tuple[int, Row]]) -> str:
        place = self.places.get(field)
        if place is None:
            return ""
        return next((row.cells[place] for _, row in rows if row.cells[place]), "")

    def _anchor(self, anchor: Anchor, rows: list[tuple[int, Row]], *, first: bool) -> int | None:
        if anchor == "first_event":
            return self._start(rows)
        if anchor == "last_event":
            return rows[-1][0]
        if isinstance(anchor, Map) and "activity" in anchor:
            place = self.places["activity"]
            times = [at for at, row in rows if row.cells[place] in anchor["activity"]]
            return (min(times) if first else max(times)) if times else None
        if isinstance(anchor, Map) and "column" in anchor:
            place = self.raw.headers.index(anchor["column"])
            text = next((row.cells[place] for _, row in rows if row.cells[place]), "")
            return self.clock.read(text) if text else None
        return None

    def _start(self, rows: list[tuple[int, Row]]) -> int:
        place = self.places.get("start_timestamp")
        starts = [self.clock.read(row.cells[place]) for _, row in rows] if place is not None else []
        return min([rows[0][0], *(start for start in starts if start is not None)])

    def _events(self, record: Record, rows: list[tuple[int, Row]], channel: str) -> list[Record]:
        base = {key: record[key] for key in ("request_id", "facility", "direction")}
        activity, staff = self.places["activity"], self.places.get("staff")
        found: list[Record] = [
            {
                **base,
                "activity": f"log: {row.cells[activity]}",
                "occurred": at,
                "by_person": True,
                "actor": (row.cells[staff] or None) if staff is not None else None,
            }
            for at, row in rows
        ]
        if record["available"] is not None:
            found += self._deliveries(base, record["available"], channel)
        return [{**event, "seq": seq} for seq, event in enumerate(found, start=1)]

    def _deliveries(self, base: Record, at: int, channel: str) -> list[Record]:
        """The completion of a case is our delivery, by the channel that the case names."""
        pairs: list[tuple[str | None, str | None]] = [(None, None)]
        if channel and self.translates:
            pairs = [(word, medium.value) for word, medium in channels_of(channel, self.own)]
        elif channel:
            pairs = [(channel, "unknown")]
        return [
            {
                **base,
                "activity": "available",
                "occurred": at,
                "by_person": False,
                "channel": word,
                "medium": medium,
            }
            for word, medium in pairs
        ]
