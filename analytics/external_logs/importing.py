"""One verb for the page and the command: import a log, or say what must be answered first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from analytics.eventlog import EventLog
from analytics.external_logs.building import tables_of
from analytics.external_logs.cells import kept_cells
from analytics.external_logs.channel_words import can_be_asked, why_ignored, words_to_ask
from analytics.external_logs.check import Clock, Findings, with_moments
from analytics.external_logs.codes import new_key
from analytics.external_logs.completions import ask_completed, ask_texts
from analytics.external_logs.days import grain_of
from analytics.external_logs.earlier import Earlier, as_before
from analytics.external_logs.ends import ask_ends
from analytics.external_logs.events_layout import check_events
from analytics.external_logs.grades import grade, missing_fields, shares_of
from analytics.external_logs.known_exports import recognised
from analytics.external_logs.linked import Linked
from analytics.external_logs.mapping import Mapping, complete_mapping, with_order
from analytics.external_logs.meant import unmeant_words
from analytics.external_logs.merge import Merged, merge
from analytics.external_logs.particulars import without_particulars
from analytics.external_logs.progress import BUILDING, CHECKING, Progress, begin, silent
from analytics.external_logs.questions import ask_order, ask_receipt, ask_zone, settled_order
from analytics.external_logs.raw import MOST_ROWS, RawLog
from analytics.external_logs.read import read_file
from analytics.external_logs.refusals import UnusableLog
from analytics.external_logs.requests_layout import check_requests
from analytics.external_logs.rows import ask_layout, ask_row

MOST_WORDS = 30  # that somebody is asked to give a meaning


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A log as read, before anything is stored."""

    raw: RawLog
    mapping: Mapping
    key: str
    questions: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    unread: dict[str, dict[str, Any]] = field(default_factory=dict)
    grades: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: EventLog | None = None
    merged: Merged | None = None
    has_times: bool = False
    events: int = 0
    linked: Linked | None = None
    zone_is_said: bool = False
    """False where no zone was asked for: it would not have changed a figure of this file."""
    remarks: tuple[str, ...] = ()
    """What was taken for what, in sentences."""
    order_is_said: bool = False
    """False where the dates of this file settled their order: those of the next may be others."""
    has_loose_times: bool = False
    """True where times without a zone are read in that of the mapping, so that a figure may tell."""
    ignored: str = ""
    """Why no way of sending is read although some are known, where that is so."""

    def answer(self, name: str) -> dict[str, Any]:
        """Return the JSON answer of an import.

        rows_read = rows_imported + rows_rejected, and
        rows_imported = rows_added + rows_recognised + rows_corrected. Of two linked tables these
        are the rows of the steps; the requests have counts of their own.
        """
        log, merged = self.log, self.merged
        export = recognised(self.raw.headers)
        imported = self.raw.rows_read - len(self.rejected) if log else 0
        return {
            "log": name if log else None,
            "rows_read": self.raw.rows_read,
            "rows_imported": imported,
            "rows_rejected": len(self.rejected),
            "rows_added": merged.added if merged else 0,
            "rows_recognised": merged.recognised if merged else 0,
            "rows_corrected": merged.corrected if merged else 0,
            "rows_in_log": merged.rows.num_rows if merged else 0,
            "replaced_whole": bool(merged and merged.replaced_whole),
            "cases": log.requests.num_rows if log else 0,
            "events": self.events,
            "rejected": [{"row": row, "reason": reason} for row, reason in self.rejected],
            "unread": self.unread,
            "remarks": [*self.raw.notes, *self.remarks],
            "questions": self.questions,
            "mapping": self.mapping.as_json(),
            "recognised_as": export.name if export else None,
            "grades": self.grades,
            "unknown_words": self.unknown_words(),
            "unknown_meanings": self.unknown_meanings(),
            "own_meanings": self.mapping.own_meanings(),
            **(self.linked.answer() if self.linked else {}),
        }

    def to_remember(self) -> dict[str, Any]:
        """Return the mapping for the next file, which is asked anew for what nobody said of this one."""
        said = {"zone": self.zone_is_said, "date_order": self.order_is_said}
        unsaid = {part: "" for part, is_said in said.items() if not is_said}
        return self.mapping.to_remember() | unsaid

    def unknown_words(self) -> list[dict[str, Any]]:
        """Return the words for channels that nobody gave a meaning, the most frequent first."""
        return list(islice(words_to_ask(self.raw, self.mapping), MOST_WORDS))

    def unknown_meanings(self) -> dict[str, list[dict[str, Any]]]:
        """Return the words of directions and arrivals that say nothing, the most frequent first."""
        words = unmeant_words(self.raw, self.mapping)
        asked = {field: [one for one in said if can_be_asked(one["word"])] for field, said in words}
        return {field: said[:MOST_WORDS] for field, said in asked.items() if said}


def read_log(
    content: bytes,
    *,
    name: str,
    given: Map[str, Any] | None = None,
    as_of: datetime | None = None,
    earlier: Earlier | None = None,
    proposed_zone: str = "",
    raw: RawLog | None = None,
    progress: Progress = silent,
    at: datetime | None = None,
) -> Reading:
    """Read a file into an event log; with open questions nothing is built.

    `raw` are its cells where they were read before; `progress` is told how far it is; `at` is
    now, where what happened later is to be taken for a slip of the pen.

    Raises UnusableLog or BadMapping with a sentence.
    """
    said = given or {}
    raw = raw or read_file(content, progress, quoted=said.get("quoted") or "")
    begin(progress, CHECKING)
    mapping = as_before(complete_mapping(raw, said), said, earlier)
    key = earlier.key if earlier else new_key()
    raw = without_particulars(raw, mapping, key)
    if asked := _asked_of_columns(raw, mapping, said):
        return Reading(raw=raw, mapping=mapping, key=key, questions=asked)
    mapping = with_order(mapping, settled_order(raw, mapping))
    cells, findings = _checked(raw, mapping, key, until=as_of, at=at)
    begin(progress, BUILDING)
    merged = _merged(raw, mapping, cells, earlier)
    if asked := _asked_of_rows(raw, mapping, cells, merged, findings):
        return Reading(raw=raw, mapping=mapping, key=key, questions=asked)
    built = _built(merged)
    zone = str(said.get("zone") or "")
    asked = ask_zone(zone, proposed_zone, findings.offsets, built.requests)
    order = bool(said.get("date_order"))
    reading = Reading(raw=raw, mapping=mapping, key=key, questions=asked, order_is_said=order)
    reading = replace(reading, zone_is_said=bool(zone))
    return reading if asked else _finished(reading, findings, built, name, as_of)


def _asked_of_rows(
    raw: RawLog, mapping: Mapping, cells: pa.Table, merged: Merged, findings: Findings
) -> list[dict[str, Any]]:
    """Return the first question that the rows ask."""
    # The last events of some rows are not those of their cases.
    ends = ask_ends(merged.rows, merged.mapping, findings) if raw.is_whole else []
    return ask_row(cells, mapping, findings) or ends


def _asked_of_columns(raw: RawLog, mapping: Mapping, said: Map[str, Any]) -> list[dict[str, Any]]:
    """Return the first question that the columns ask; UnusableLog where none can be a receipt."""
    return (
        list(raw.asks)
        or ask_receipt(raw, mapping, said)
        or ask_completed(raw, mapping)
        or ask_layout(raw, mapping)
        or ask_order(raw, mapping)
        or ask_texts(raw, mapping)
    )


@dataclass(frozen=True, kw_only=True)
class _Built:
    requests: pa.Table
    events: pa.Table
    merged: Merged
    said: Map[str, int]
    """How often each word for a channel is said, by row or by case."""


def _checked(
    raw: RawLog, mapping: Mapping, key: str, *, until: datetime | None, at: datetime | None
) -> tuple[pa.Table, Findings]:
    """Return the usable rows with their moments; a log of dates is read without a zone.

    In a zone with changes of the clocks a day between two dates would last 23 or 25 hours.
    """
    text = kept_cells(raw, mapping, key)
    check = check_requests if mapping.layout == "requests" else check_events
    findings = Findings(rejected=list(raw.rejected))
    clock = Clock(mapping, findings, "UTC", until=until, at=at)
    cells = with_moments(text, clock)
    grain = grain_of(cells, mapping)
    if not grain.is_second:
        findings.offsets.clear()  # an hour more or less changes no day
    elif mapping.zone != "UTC":
        clock = Clock(mapping, findings, mapping.zone, until=until, at=at)
        cells = with_moments(text, clock)
    usable = check(raw, cells, mapping, clock, findings)
    findings.rejected.sort()
    if not usable.num_rows:
        row, reason = findings.rejected[0]
        raise UnusableLog(
            f"None of the {raw.rows_read} rows could be read. The first: row {row}, {reason}."
        )
    return usable, findings


def _built(merged: Merged) -> _Built:
    pa.default_memory_pool().release_unused()  # what asking took, before DuckDB takes its own
    requests, events, said = tables_of(merged.rows, merged.mapping)
    return _Built(requests=requests, events=events, merged=merged, said=said)


def _merged(raw: RawLog, mapping: Mapping, cells: pa.Table, earlier: Earlier | None) -> Merged:
    merged = merge(earlier, cells, mapping, raw.headers)
    if merged.kept and merged.rows.num_rows > MOST_ROWS:
        raise UnusableLog(
            f"The log would hold {merged.rows.num_rows:,} rows; at most {MOST_ROWS:,} are kept "
            "under one name. Give the file another name, and it becomes a log of its own."
        )
    return merged


def _finished(
    reading: Reading,
    findings: Findings,
    built: _Built,
    name: str,
    as_of: datetime | None,
) -> Reading:
    merged, mapping = built.merged, built.merged.mapping
    missing, grain = missing_fields(mapping), grain_of(merged.rows, mapping)
    ignored = _why_ignored(mapping, built)
    log = EventLog(
        name=name,
        as_of=_until(built, as_of),
        requests=built.requests,
        events=built.events,
        zone=grain.zone.key,
        granularity=grain.word,
        missing=missing,
    )
    rows = merged.rows.num_rows
    return replace(
        reading,
        rejected=findings.rejected,
        unread=findings.unread,
        remarks=(*findings.remarks, *merged.remarks()),
        grades=grade(missing, shares_of(log), timed=grain.timed, ignored=ignored),
        ignored=ignored,
        log=log,
        merged=merged,
        has_times=grain.is_second,
        has_loose_times=False in findings.offsets,
        events=rows if mapping.layout != "requests" else built.events.num_rows,
    )


def _why_ignored(mapping: Mapping, built: _Built) -> str:
    own = mapping.values.get("channel", {})
    rows = "rows" if mapping.layout == "requests" else "cases"
    return why_ignored(built.said, own, rows=rows)


def _until(built: _Built, as_of: datetime | None) -> int:
    """The log speaks until its last moment, unless the reader says otherwise."""
    if as_of is not None:
        return int(as_of.astimezone(UTC).timestamp())
    moments = (built.events["occurred"], built.requests["available"], built.requests["ended"])
    found = (pc.max(column).as_py() for column in moments)
    return max(int(at) for at in found if at is not None)


def digest_of(content: bytes) -> str:
    """Return the hash by which the same file is known again."""
    return hashlib.sha256(content).hexdigest()
