"""How a file is to be read: the mapping of a log, given, inferred, or both."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analytics.external_logs.columns import (
    EVENT_FIELDS,
    FIELD_WORDS,
    infer_layout,
    is_event_log,
    is_private,
    match_headers,
)
from analytics.external_logs.dates import ORDERS
from analytics.external_logs.known_exports import proposed
from analytics.external_logs.raw import RawLog
from analytics.external_logs.refusals import BadMapping
from analytics.external_logs.sniff import guesses, private_by_value
from analytics.external_logs.steps import as_steps
from requests_app.vocabulary import Channel

CODED = ("case_id", "record_number")  # fields whose private values become random codes
GIVEN_MEANINGS = frozenset(
    {
        *("channel", "direction", "requester_type", "legal_basis", "partner", "facility"),
        *("modality", "status", "hold_reason", "failure_reason", "usable", "staff"),
        "completed_at",
    }
)
"""Fields whose words a mapping may give a meaning."""
LAYOUTS = ("requests", "events", "start_complete")
ROWS = ("request", "study")
"""What a row of a list of requests is; several studies of one number are one request."""
QUOTED = ("cells", "rows")
"""What quoted cells of several lines are that look like rows."""
UNDATED = ("told", "ended", "blank", "unreadable")
"""What texts in a column of completion are that are no dates, and that no answer names."""
SELDOM = ("row", "quoted", "undated")
"""Parts of a mapping that most files do not need: where they are blank they are not told."""
Anchor = str | Map[str, Any]


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """A whole mapping; parts are empty where nobody was asked, `date_order` where no date needs one."""

    layout: str
    columns: Map[str, str]
    received: Anchor
    completed: Anchor
    zone: str = "UTC"
    date_order: str = ""
    values: Map[str, Map[str, str]] = field(default_factory=dict)
    row: str = ""
    quoted: str = ""
    undated: str = ""
    guessed: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    """The parts and the fields that somebody gave, blank fields too; all others are inferred."""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form; what was guessed is part of it like the rest."""
        parts = asdict(self)
        told = {part: parts[part] for part in parts if part not in ("guessed", "said", *SELDOM)}
        return told | {part: parts[part] for part in SELDOM if parts[part]}

    def to_remember(self) -> dict[str, Any]:
        """Return the JSON form without what was taken for granted here and may be asked elsewhere."""
        return {
            part: what
            for part, what in self.as_json().items()
            if part in self.said or part not in ("layout", "completed")
            if part != "undated"  # of other texts that are none of these dates nobody spoke
        }

    def own_meanings(self) -> dict[str, str]:
        """Return the words for channels whose given meaning is none of ours: it stays as written."""
        ours = {channel.value for channel in Channel}
        given = self.values.get("channel", {})
        return {word: means for word, means in given.items() if means not in ours}

    def tells_holds(self) -> bool:
        """Say whether a list of requests tells which holds last: by their ends, or "since"."""
        since = "since" in self.columns.get("hold_start", "").lower()
        has_both = {"hold_start", "hold_end"} <= set(self.columns)
        return self.layout == "requests" and (since or has_both)

    def sources(self) -> dict[str, str]:
        """Return {field: header} of every column that is kept, anchors included."""
        found = dict(self.columns)
        for name, anchor in (("received", self.received), ("completed", self.completed)):
            if isinstance(anchor, Map) and "column" in anchor:
                key = f"{name}_at" if self.layout == "requests" else f"{name}_anchor"
                found[key] = anchor["column"]
        return found


def complete_mapping(raw: RawLog, given: Map[str, Any]) -> Mapping:
    """Return the given mapping with what it leaves out inferred; BadMapping says what is wrong."""
    check_form(given)
    said = dict(given.get("columns", {}))
    taken = {header for header in said.values() if header}
    proposal, parts = proposed(raw.headers)
    inferred = as_steps(raw, match_headers(raw.headers)) if not proposal else {}
    inferred = inferred or {**_unclaimed(match_headers(raw.headers), proposal), **proposal}
    matched = {
        name: header for name, header in inferred.items() if header not in taken or name in said
    }
    given = {**(parts if _fits(parts, {**matched, **said}) else {}), **given}
    known = {name: header for name, header in {**matched, **said}.items() if header}
    _check_columns(known, raw)
    guessed = {name: header for name, header in guesses(raw, known).items() if name not in said}
    guessed = {name: header for name, header in guessed.items() if header not in taken}
    columns = guessed | known
    lifecycle = raw.words(columns["lifecycle"]) if "lifecycle" in columns else []
    layout = given.get("layout") or infer_layout(columns, lifecycle)
    found = Mapping(
        layout=layout,
        columns=columns,
        received=given.get("received") or _received(layout, columns),
        completed=given.get("completed") or _completed(layout, columns),
        zone=given.get("zone") or "UTC",
        date_order=given.get("date_order", ""),
        values=given.get("values", {}),
        row=given.get("row") or "",
        quoted=given.get("quoted") or "",
        undated=given.get("undated") or "",
        guessed=frozenset(guessed),
        said=frozenset({part for part in given if given[part]} | set(said)),
    )
    _check_anchors(found, raw)
    return found


def _unclaimed(matched: Map[str, str], proposal: Map[str, str]) -> dict[str, str]:
    """Return what headers mean by themselves, where a proposal needs neither field nor header."""
    claimed = set(proposal.values())
    return {name: header for name, header in matched.items() if header not in claimed}


def _fits(parts: Map[str, Any], columns: Map[str, str]) -> bool:
    """Say whether the parts of a proposal still fit what was said of its columns."""
    return parts.get("layout") != "events" or all(columns.get(one) for one in EVENT_FIELDS)


def _check_columns(columns: Map[str, str], raw: RawLog) -> None:
    for name, header in columns.items():
        if name not in FIELD_WORDS:
            raise BadMapping(f"There is no field {name!r}. Known: {', '.join(FIELD_WORDS)}.")
        if header not in raw.headers:
            raise BadMapping(f"The file has no column {header!r} (asked for as {name}).")
        if name not in CODED and is_private(header):
            raise BadMapping(
                f"The column {header!r} names a person's particulars and is not kept (asked for as "
                f"{name}). If it holds something else, give it another header."
            )


def private_headers(raw: RawLog, columns: Map[str, str]) -> frozenset[str]:
    """Return the headers whose cells are neither shown nor kept as written."""
    used = set(columns.values())
    by_name = {header for header in raw.headers if is_private(header)}
    by_value = private_by_value(raw, dict(columns))
    return frozenset(by_name | {header for header in by_value if header not in used})


def with_order(mapping: Mapping, order: str) -> Mapping:
    """Return the mapping with the order of dates settled."""
    return replace(mapping, date_order=order)


_CHOICES = {
    "layout": ("The layout is", LAYOUTS),
    "date_order": ("The order of dates is", ORDERS),
    "row": ("A row is", ROWS),
    "quoted": ("Quoted lines are", QUOTED),
    "undated": ("Texts that are no dates are", UNDATED),
}
"""The parts of a mapping that say one of a few words."""


def check_form(given: Map[str, Any]) -> None:
    """Raise BadMapping where what was given has not the form of a mapping."""
    known = {"layout", "columns", "received", "completed", "zone", "date_order", "values", *SELDOM}
    if not isinstance(given, Map):
        raise BadMapping("A mapping is a JSON object.")
    if unknown := sorted(set(given) - known):
        raise BadMapping(
            f"A mapping has no part {unknown[0]!r}. Known: {', '.join(sorted(known))}."
        )
    for part, (what, choices) in _CHOICES.items():
        if given.get(part) not in (None, "", *choices):
            raise BadMapping(f"{what} one of {', '.join(choices)}.")
    for part in ("columns", "values"):
        if not isinstance(given.get(part, {}), Map):
            raise BadMapping(f"The part {part!r} is an object.")
    if not all(isinstance(header, str) for header in given.get("columns", {}).values()):
        raise BadMapping('Columns are given as {"received_at": "Date Received"}.')
    _check_values(given.get("values", {}))
    try:
        ZoneInfo(str(given.get("zone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadMapping(f"There is no time zone {given.get('zone')!r}.") from error


def _check_values(values: Map[str, Any]) -> None:
    if strange := sorted(set(values) - GIVEN_MEANINGS):
        raise BadMapping(
            f"Words of {str(strange[0])[:60]!r} are given no meaning. "
            f"Known: {', '.join(sorted(GIVEN_MEANINGS))}."
        )
    if not all(_are_words(words) for words in values.values()):
        raise BadMapping('Values are given by field, such as {"channel": {"Desk": "physical_cd"}}.')
    for name, ours in OURS.items():
        if strange := sorted(set(values.get(name, {}).values()) - ours):
            raise BadMapping(
                f"Nothing of {name!r} is called {strange[0][:60]!r}. "
                f"Known: {', '.join(sorted(ours))}."
            )


LONGEST_MEANING = 200  # characters
BLANK = "blank"
ENDED = frozenset({"withdrawn", "duplicate", "denied", "not_found", "not_our_patient", "closed"})
"""How a request may have ended, without a date, by a word of its status or of its completion."""
OURS: Map[str, frozenset[str]] = {
    "direction": frozenset({"inbound", "outbound"}),
    "status": ENDED | {"open"},
    "usable": frozenset({"immediate", "after_rework", "not_usable", "untested"}),
    "completed_at": ENDED | {BLANK, "unreadable"},
}
"""The meanings of fields of which others mean nothing to us."""


def _are_words(words: object) -> bool:
    if not isinstance(words, Map) or not all(isinstance(one, str) for one in words.values()):
        return False
    return all(map(_can_be_kept, [*words, *words.values()])) and all(
        len(means) <= LONGEST_MEANING for means in words.values()
    )


def _can_be_kept(text: str) -> bool:
    """Say whether a database and an answer can hold a text: no NUL, and no half of a letter."""
    return "\x00" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def _received(layout: str, columns: Map[str, str]) -> Anchor:
    if layout == "requests":
        return {"column": columns["received_at"]} if "received_at" in columns else {}
    column = columns.get("received_at")
    return {"column": column} if column else "first_event"


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
        if "column" in anchor and is_private(anchor["column"]):
            raise BadMapping(f"The column {anchor['column']!r} is private and is not kept.")
        if "activity" in anchor and not _are_activities(anchor["activity"]):
            raise BadMapping(f"The activities of {name} are a list of words.")


def _are_activities(given: object) -> bool:
    is_list = isinstance(given, list) and all(isinstance(one, str | int) for one in given)
    return is_list and all(_can_be_kept(str(one)) for one in given)  # type: ignore[attr-defined]
