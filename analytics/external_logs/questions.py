"""What must be answered before the figures mean anything, one question at a time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from analytics.external_logs.check import MOMENTS
from analytics.external_logs.dates import looks_like_date, order_of, read_moment
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.raw import RawLog
from analytics.external_logs.sniff import date_columns

Question = dict[str, Any]
_UTC = ZoneInfo("UTC")
_DAY = 86400


def date_headers(mapping: Mapping) -> list[str]:
    """Return the headers of all columns that hold moments."""
    sources = mapping.sources()
    return list(dict.fromkeys(sources[name] for name in MOMENTS if name in sources))


def example_answer(asked: Question) -> dict[str, Any]:
    """Return a mapping that answers a question, such as a reader may give back."""
    name, choice = asked["field"], asked["choices"][0]
    if "answers" in asked:
        return dict(asked["answers"][choice])
    return {"columns": {name: choice}} if name in MOMENTS else {name: choice}


def settled_order(raw: RawLog, mapping: Mapping) -> str:
    """Return the order of dates that the file itself settles, or that of the mapping.

    A file is one hand's: a column that settles the order of day and month settles it for all.
    """
    if mapping.date_order:
        return mapping.date_order
    orders = [order_of(raw.days(header)) for header in date_headers(mapping)]
    return next((order for order in orders if order), "")


def ask_received(raw: RawLog, mapping: Mapping) -> list[Question]:
    """Ask which column holds the receipt where several could."""
    found = date_columns(raw, dict(mapping.columns))
    if mapping.received or not found:
        return []
    return [
        {
            "field": "received_at",
            "column": "",
            "question": "Which column says when a request was received?",
            "choices": found,
            "rows": raw.rows_read,
        }
    ]


def ask_order(raw: RawLog, mapping: Mapping) -> list[Question]:
    """Ask for the order of day and month where no value settles it."""
    if mapping.date_order or settled_order(raw, mapping):
        return []
    for header in date_headers(mapping):
        if order_of(raw.days(header)) is not None:
            continue
        example = next((word for word in raw.words(header) if _differs(word)), "")
        if not example:
            continue  # 3/3/25 is the same day either way
        rows = raw.filled(header)
        asked = {
            "field": "date_order",
            "column": header,
            "question": f"Is {example!r} in {header!r} month first or day first?",
            "choices": ["MDY", "DMY"],
            "labels": {order: _day(example, order) for order in ("MDY", "DMY")},
            "example": example,
            "rows": rows,
        }
        return [asked]
    return []


def _differs(word: str) -> bool:
    return looks_like_date(word) and _day(word, "MDY") != _day(word, "DMY")


def _day(text: str, order: str) -> str:
    moment = read_moment(text, order=order, zone=_UTC)
    if moment is None or moment.is_placeholder:
        return ""
    day = np.datetime64(moment.seconds, "s").astype(object)
    return f"{day:%B} {day.day}"


def ask_zone(
    given_zone: str, proposed: str, offsets: set[bool], requests: pa.Table
) -> list[Question]:
    """Ask for the zone of times without an offset, but only where it would change figures.

    Beside times with an offset it moves them by hours; alone it matters where a request spans a
    change of the clocks in the proposed zone.
    """
    if given_zone or False not in offsets:
        return []
    mixed = True in offsets
    if not mixed and not (proposed and _shifted(requests, ZoneInfo(proposed))):
        return []
    why = (
        "Some times name their offset from UTC and some do not"
        if mixed
        else "Times name no zone, and some requests span a change of the clocks"
    )
    choices = list(dict.fromkeys([proposed or "UTC", "UTC"]))
    return [
        {
            "field": "zone",
            "column": "",
            "question": f"{why}. Which zone are the times without one in?",
            "choices": choices,
            "rows": requests.num_rows,
        }
    ]


def _shifted(requests: pa.Table, zone: ZoneInfo) -> bool:
    """Say whether the offset of the zone differs between receipt and completion of any request."""
    received, available = (
        requests[name].to_numpy().astype(float) for name in ("received", "available")
    )
    both = ~np.isnan(received) & ~np.isnan(available)
    days = [(times[both] // _DAY).astype(np.int64) for times in (received, available)]
    offset = {day: _offset(int(day), zone) for day in np.unique(np.concatenate(days))}
    return any(offset[one] != offset[two] for one, two in zip(*days, strict=True))


def _offset(day: int, zone: ZoneInfo) -> float:
    noon = np.datetime64(day * _DAY + _DAY // 2, "s").astype(object)
    shift = zone.utcoffset(noon)
    return shift.total_seconds() if shift is not None else 0.0
