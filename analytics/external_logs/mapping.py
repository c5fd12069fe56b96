"""How a file is to be read: the mapping of a log, given, inferred, or both."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.external_logs.columns import SYNONYMS, infer_columns, infer_layout, is_event_log
from analytics.external_logs.dates import ORDERS
from analytics.external_logs.read import RawLog
from analytics.external_logs.refusals import BadMapping

LAYOUTS = ("requests", "events", "start_complete")
Anchor = str | Map[str, Any]


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """A whole mapping; `date_order` is empty where no date needs one."""

    layout: str
    columns: Map[str, str]
    received: Anchor
    completed: Anchor
    zone: str = "UTC"
    date_order: str = ""
    values: Map[str, Map[str, str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def complete_mapping(raw: RawLog, given: Map[str, Any]) -> Mapping:
    """Return the given mapping with what it leaves out inferred; BadMapping says what is wrong."""
    _check_form(given)
    columns = {**infer_columns(raw), **given.get("columns", {})}
    columns = {name: header for name, header in columns.items() if header}
    for name, header in columns.items():
        if name not in SYNONYMS:
            raise BadMapping(f"There is no field {name!r}. Known: {', '.join(SYNONYMS)}.")
        if header not in raw.headers:
            raise BadMapping(f"The file has no column {header!r} (asked for as {name}).")
    layout = given.get("layout") or infer_layout(raw, columns)
    found = Mapping(
        layout=layout,
        columns=columns,
        received=given.get("received") or _received(layout, columns),
        completed=given.get("completed") or _completed(layout, columns),
        zone=given.get("zone", "UTC"),
        date_order=given.get("date_order", ""),
        values=given.get("values", {}),
    )
    _check_anchors(found, raw)
    return found


def with_order(mapping: Mapping, order: str) -> Mapping:
    """Return the mapping with the order of dates settled."""
    return replace(mapping, date_order=order)


def _check_form(given: Map[str, Any]) -> None:
    known = {"layout", "columns", "received", "completed", "zone", "date_order", "values"}
    if unknown := sorted(set(given) - known):
        raise BadMapping(
            f"A mapping has no part {unknown[0]!r}. Known: {', '.join(sorted(known))}."
        )
    if given.get("layout") not in (None, *LAYOUTS):
        raise BadMapping(f"The layout is one of {', '.join(LAYOUTS)}.")
    if given.get("date_order") not in (None, "", *ORDERS):
        raise BadMapping(f"The order of dates is one of {', '.join(ORDERS)}.")
    for part in ("columns", "values"):
        if not isinstance(given.get(part, {}), Map):
            raise BadMapping(f"The part {part!r} is an object.")
    if not all(isinstance(words, Map) for words in given.get("values", {}).values()):
        raise BadMapping('Values are given by field, such as {"channel": {"Desk": "physical_cd"}}.')
    try:
        ZoneInfo(str(given.get("zone", "UTC")))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadMapping(f"There is no time zone {given.get('zone')!r}.") from error


def _received(layout: str, columns: Map[str, str]) -> Anchor:
    if layout == "requests":
        return {"column": columns["received_at"]} if "received_at" in columns else {}
    return "first_event"


def _completed(layout: str, columns: Map[str, str]) -> Anchor:
    if "completed_at" in columns:
        return {"column": columns["completed_at"]}
    return {} if layout == "requests" else "last_event"


def _check_anchors(mapping: Mapping, raw: RawLog) -> None:
    if mapping.layout != "requests" and not is_event_log(mapping.columns):
        raise BadMapping("An event log needs columns for case_id, activity and timestamp.")
    for name, anchor in (("received", mapping.received), ("completed", mapping.completed)):
        if anchor in ("first_event", "last_event", {}):
            continue
        if not isinstance(anchor, Map) or set(anchor) - {"activity", "column"}:
            raise BadMapping(
                f'{name} is "first_event", "last_event", {{"activity": [...]}} or {{"column": ...}}.'
            )
        if "column" in anchor and anchor["column"] not in raw.headers:
            raise BadMapping(f"The file has no column {anchor['column']!r} (asked for as {name}).")
        if "activity" in anchor and not isinstance(anchor["activity"], list):
            raise BadMapping(f"The activities of {name} are a list.")
