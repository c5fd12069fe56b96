"""Read the moments of a log, and find the rows that cannot be used and the questions to ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from analytics.external_logs.dates import Moment, looks_like_date, order_of, read_moment
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.read import RawLog

MOMENTS = (
    *("timestamp", "start_timestamp", "received_at", "completed_at", "complete_at", "need_by"),
    *("hold_start", "hold_end"),
)
TOTALS = ("total", "subtotal", "sum", "grand total", "average")


@dataclass
class Findings:
    """What was found while reading: rejected rows with their reasons, and what was unclear."""

    rejected: list[tuple[int, str]] = field(default_factory=list)
    unread: int = 0
    has_times: bool = False

    def reject(self, row: int, reason: str) -> None:
        """List a row that is not imported."""
        self.rejected.append((row, reason))


def date_headers(mapping: Mapping) -> list[str]:
    """Return the headers of all columns that hold moments."""
    headers = [mapping.columns[name] for name in MOMENTS if name in mapping.columns]
    for anchor in (mapping.received, mapping.completed):
        if not isinstance(anchor, str) and "column" in anchor:
            headers.append(anchor["column"])
    return list(dict.fromkeys(headers))


def questions(raw: RawLog, mapping: Mapping) -> list[dict[str, object]]:
    """Return what must be answered before the figures mean anything.

    A file is one hand's: a column that settles the order of day and month settles it for all.
    """
    if mapping.date_order or settled_order(raw, mapping):
        return []
    for header in date_headers(mapping):
        values = [value for value in raw.column(header) if value]
        if order_of(values) is None:
            example = next(value for value in values if looks_like_date(value))
            asked = {
                "field": "date_order",
                "column": header,
                "question": f"Is {example!r} in {header!r} month first or day first?",
                "choices": ["MDY", "DMY"],
                "rows": len(values),
            }
            return [asked]
    return []


def settled_order(raw: RawLog, mapping: Mapping) -> str:
    """Return the order of dates that the file itself settles, or that of the mapping."""
    if mapping.date_order:
        return mapping.date_order
    orders = [order_of(raw.column(header)) for header in date_headers(mapping)]
    return next((order for order in orders if order), "")


class Clock:
    """Reads moments of one file, remembering those seen and whether any had a time of day."""

    def __init__(self, mapping: Mapping, findings: Findings) -> None:
        self.order, self.zone = mapping.date_order, ZoneInfo(mapping.zone)
        self.findings = findings
        self.seen: dict[str, Moment | None] = {}

    def read(self, text: str) -> int | None:
        """Return seconds since 1970, or None where the text is no date."""
        if text not in self.seen:
            self.seen[text] = read_moment(text, order=self.order, zone=self.zone)
        moment = self.seen[text]
        if moment is None:
            return None
        self.findings.has_times |= not moment.is_date_only
        return moment.seconds


def is_total(cells: tuple[str, ...]) -> bool:
    """Say whether a row is a sum of others."""
    words = [cell.lower() for cell in cells if cell]
    return bool(words) and any(word.split()[0] in TOTALS for word in words[:2] if word.split())
