"""The one schema contract: live work and uploaded logs both become an EventLog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import pyarrow as pa

from requests_app.sla.calendar import BusinessCalendar

LIVE = "live"
"""The name of live work among sources; no imported log has it."""
_TEXT, _WHEN = pa.string(), pa.int64()  # moments are seconds since 1970, UTC
WORD = pa.dictionary(pa.int32(), pa.string())
"""How tables may hold words that many rows share: as numbers of a list."""

REQUESTS = pa.schema(
    {
        "request_id": _TEXT,
        "number": _TEXT,
        "facility": _TEXT,
        "direction": _TEXT,
        "requester_type": _TEXT,
        "legal_basis": _TEXT,
        "modality": _TEXT,
        "partner": _TEXT,
        "priority": _TEXT,
        "intake": _TEXT,
        "state": _TEXT,
        "outcome": _TEXT,
        "received": _WHEN,
        "complete": _WHEN,
        "available": _WHEN,
        "first_opened": _WHEN,
        "closed": _WHEN,
        "ended": _WHEN,
        "contract_due": _WHEN,
        "contract_stop": _WHEN,
        "contract_seconds": _WHEN,
        "contract_from": _WHEN,
        "contract_off": _WHEN,
        "legal_due": _WHEN,
        "state_due": _WHEN,
        "state_stop": _WHEN,
        "mammography_due": _WHEN,
        "mammography_stop": _WHEN,
        "notice_due": _WHEN,
        "notice_stop": _WHEN,
        "due": _WHEN,
        "due_unit": _TEXT,
        "at_risk_from": _WHEN,
        "late_from": _WHEN,
        "very_late_from": _WHEN,
        "is_held": pa.bool_(),
        "held_since": _WHEN,
        "held_for": _TEXT,
        "stale_from": _WHEN,
        "usable": _TEXT,
        "wanted": _TEXT,
        "is_charged": pa.bool_(),
        "attempts": pa.int32(),
        "need_by": _WHEN,
    }
)
"""One row a request.

`outcome` is delivered, denied, withdrawn, not_found, not_our_patient or duplicate, ended_undated
where a log says that it is over and not when, and null while open; `direction` is inbound,
outbound, or unknown where a log does not say; `due` is the earliest due moment (exclusive),
`due_unit` the days that its clock counts (business or calendar); `contract_seconds` are business
seconds from complete to stop without pauses; while that clock is open they are those from
`contract_from`, as if there had been no pause, to now, or to `contract_off` where that is earlier;
the clocks of states, of mammography and of notices
(`sla.rules.KINDS`) have the earliest due moment of their rules in force, null where there is none,
and when that rule was kept;
`held_since` and `held_for` are the beginning and the reason of the hold that lasts, whoever causes
it; `need_by` is the end (exclusive) of the day by which the images are needed; `usable` is
immediate, after_rework, not_usable or untested for images that arrived; `wanted` is the medium of
the channel that was asked for, and `is_charged` whether a fee was charged. `attempts` is how often
a log says itself that the images were sent, 0 where it does not say; its deliveries are then the
ways of one. It is null where each delivery is an event of its own.

Rows say nothing that passes with time alone: an open request has the moments from which it is at
risk, late and very late (null: never), and whether it is held; `metrics.band.BAND` compares them
with the as-of moment. `is_held` is null for requests that ended and where no deadline is known.
A row is to be read anew at `stale_from` (null: never), though nothing happened by then.
"""

EVENTS = pa.schema(
    {
        "request_id": _TEXT,
        "facility": _TEXT,
        "direction": _TEXT,
        "seq": pa.int32(),
        "occurred": _WHEN,
        "activity": _TEXT,
        "by_person": pa.bool_(),
        "actor": _TEXT,
        "staff_group": _TEXT,
        "reason": _TEXT,
        "channel": _TEXT,
        "medium": _TEXT,
        "touch": _TEXT,
        "state_to": _TEXT,
        "studies": _WHEN,
    }
)
"""One row an event, in order of `seq` within a request.

`actor` is a code of whoever acted, or REQUESTER for the one who asked, and `staff_group` the role
in which they did; `state_to` is the state that the event moved its request to, and null where it
moved it nowhere or the log does not say;
`studies` is how many studies a delivery carried, or how many an arrival was the first to bring, and
null where nobody counted them.
"""
REQUESTER = "requester"
OWN_WORD = "log: "
"""What an activity begins with that is a word of an imported log and not of ours."""


class Setting(NamedTuple):
    """What a rule counts by at some facilities, for days of receipt (ISO, both included; "" open)."""

    rule: str
    facilities: tuple[str, ...]
    since: str
    until: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is known of a log beside its rows: who it is, until when it speaks, what it lacks.

    `missing` says, for each field that the log cannot give, why; a measure that needs such a
    field is not computed. `calendars` are what a fold counts business time by, and `calendar` says
    so in words; a facility without one counts Monday to Friday in the log's zone. `settings` are
    those of the rules that its due dates come from.
    """

    name: str
    as_of: int
    zone: str = "UTC"
    granularity: str = "second"
    missing: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, BusinessCalendar] = field(default_factory=dict)
    calendar: str = ""
    settings: tuple[Setting, ...] = ()

    @property
    def is_live(self) -> bool:
        """True for live work, false for an imported log."""
        return self.name == LIVE

    def calendar_of(self, facility: str) -> BusinessCalendar:
        """Return the calendar by which the business time of a facility is counted."""
        return self.calendars.get(facility) or BusinessCalendar(zone=self.zone)


@dataclass(frozen=True, kw_only=True)
class EventLog(Source):
    """A log with its rows; words may stand as they are, or as numbers of a list."""

    requests: pa.Table
    events: pa.Table

    @property
    def source(self) -> Source:
        """What is known of the log, without its rows."""
        return Source(**{one.name: getattr(self, one.name) for one in fields(Source)})


def table_of(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return rows as a table of the schema; what a row leaves out is null."""
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    return pa.table(columns, schema=schema)
