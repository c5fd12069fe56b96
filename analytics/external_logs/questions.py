"""What must be answered before the figures mean anything, one question at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from analytics.external_logs.check import MOMENTS
from analytics.external_logs.columns import spoken
from analytics.external_logs.dates import (
    DAY,
    ORDERS,
    Orders,
    looks_like_date,
    orders_of,
    read_moment,
)
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.raw import RawLog
from analytics.external_logs.refusals import UnusableLog
from analytics.external_logs.sniff import date_columns

Question = dict[str, Any]
ORDER_WORDS = {"MDY": "month first", "DMY": "day first", "YMD": "year first"}
_UTC = ZoneInfo("UTC")


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

    A file is one hand's: a column that settles the order of day and month settles it for all,
    unless another speaks against it.
    """
    if mapping.date_order:
        return mapping.date_order
    orders = [orders_of(raw.days(header)) for header in date_headers(mapping)]
    settled = {one.possible[0] for one in orders if len(one.possible) == 1}
    if len(settled) != 1 or any(one.is_contradicted for one in orders):
        return ""
    (order,) = settled
    return order if all(order in one.possible for one in orders if one.possible) else ""


def ask_receipt(raw: RawLog, mapping: Mapping, said: Map[str, Any]) -> list[Question]:
    """Ask for the column of the receipt, `said` being the mapping as given.

    UnusableLog where no column can be the receipt.
    """
    asked = ask_received(raw, mapping) or ask_twin(raw, mapping, said)
    if not mapping.received and not asked:
        raise UnusableLog(no_receipt(raw))
    return asked


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


def ask_twin(raw: RawLog, mapping: Mapping, said: Map[str, Any]) -> list[Question]:
    """Ask which of several columns of one name is the receipt, where they say different things."""
    header = mapping.sources().get("received_at")
    if mapping.layout != "requests" or header is None:
        return []
    if said.get("received") or said.get("columns", {}).get("received_at"):
        return []
    name = _bare(header)
    twins = [
        one
        for one in raw.headers
        if _bare(one) == name and (one == header or not raw.cells(one).equals(raw.cells(header)))
    ]
    if len(twins) < 2:
        return []
    question = f"Several columns are called {header!r}. Which says when a request was received?"
    return [
        {
            "field": "received_at",
            "column": "",
            "question": question,
            "choices": twins,
            "rows": raw.rows_read,
        }
    ]


def _bare(header: str) -> str:
    """Return a header without the number that a second of its name is given."""
    return spoken(re.sub(r" \(\d+\)$", "", header))


def no_receipt(raw: RawLog) -> str:
    """Return why a file without a receipt cannot be used."""
    if len(raw.headers) == 1 and raw.form == "CSV":
        return (
            "Only one column was found. Its cells may be set apart by something else than a "
            "comma, semicolon, tab, |, ^ or ~: save the file with one of these."
        )
    return (
        "No column says when a request was received, so nothing can be measured. "
        "Give that column a header such as 'Date Received', or name it in a mapping."
    )


def ask_order(raw: RawLog, mapping: Mapping) -> list[Question]:
    """Ask for the order of day and month where no value settles it, or values contradict it."""
    found = {header: orders_of(raw.days(header)) for header in date_headers(mapping)}
    found = {header: one for header, one in found.items() if one.possible}
    if not found:
        return []
    settled = {one.possible[0] for one in found.values() if len(one.possible) == 1}
    if mapping.date_order:
        may_be = not settled or any(mapping.date_order in one.possible for one in found.values())
        return [] if may_be else [_refuted(raw, mapping.date_order, found)]
    if settled_order(raw, mapping):
        return []
    allowed = {order for one in found.values() for order in one.possible}
    choices = [order for order in ORDERS if order in allowed]
    is_contradicted = len(settled) > 1 or any(one.is_contradicted for one in found.values())
    # The column that does not know comes before one that does.
    for header in sorted(found, key=lambda one: len(found[one].possible) == 1):
        example = _example(raw.words(header), choices)
        if example:
            return [_order_question(raw, header, example, choices, is_contradicted)]
    return []  # 3/3/25 is the same day either way


def _order_question(
    raw: RawLog, header: str, example: str, choices: list[str], is_contradicted: bool
) -> Question:
    words = " or ".join(ORDER_WORDS[order] for order in choices)
    question = f"Is {example!r} in {header!r} {words}?"
    asked = {
        "field": "date_order",
        "column": header,
        "question": question,
        "choices": choices,
        "labels": {order: _label(example, order, choices) for order in choices},
        "rows": raw.filled(header),
    }
    if is_contradicted:
        why = "The dates of the file speak against each other; rows that do not fit are rejected."
        return asked | {"question": f"{why} {question}"}
    return asked | {"example": example}


def _label(example: str, order: str, choices: list[str]) -> str:
    """Return the day that an order makes of an example, with its year where that may differ."""
    day = _day(example, order)
    return (day if "YMD" in choices else day.partition(",")[0]) or "no date"


def _refuted(raw: RawLog, order: str, found: dict[str, Orders]) -> Question:
    """Ask anew for an order that was said before, where no column allows it."""
    header, orders = next((name, one) for name, one in found.items() if len(one.possible) == 1)
    example = next(word for word in raw.words(header) if not _day(word, order))
    choices = list(orders.possible)
    asked = _order_question(raw, header, example, choices, True)
    why = f"The dates were said to be {ORDER_WORDS[order]}, and {example!r} in {header!r} is not."
    return asked | {"question": f"{why} Is it {ORDER_WORDS[choices[0]]}?"}


def _example(words: list[str], choices: list[str]) -> str:
    """Return a word that is another day in another order, best one that is a day in each."""
    dates = [word for word in words if looks_like_date(word)]
    days = [[_day(word, order) for order in choices] for word in dates]
    differ = [(word, read) for word, read in zip(dates, days, strict=True) if len(set(read)) > 1]
    return next((word for word, read in differ if all(read)), differ[0][0] if differ else "")


def _day(text: str, order: str) -> str:
    moment = read_moment(text, order=order, zone=_UTC)
    if moment is None or moment.is_placeholder:
        return ""
    day = np.datetime64(moment.seconds, "s").astype(object)
    return f"{day:%B} {day.day}, {day.year}"


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
    days = [(times[both] // DAY).astype(np.int64) for times in (received, available)]
    offset = {day: _offset(int(day), zone) for day in np.unique(np.concatenate(days))}
    return any(offset[one] != offset[two] for one, two in zip(*days, strict=True))


def _offset(day: int, zone: ZoneInfo) -> float:
    noon = np.datetime64(day * DAY + DAY // 2, "s").astype(object)
    shift = zone.utcoffset(noon)
    return shift.total_seconds() if shift is not None else 0.0
