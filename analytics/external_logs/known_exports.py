"""Exports of common tools: known by their headers, and a mapping proposed for each.

What public documentation says of them is thin and versions differ, so that each is a proposal: it
is shown, every column can be given another meaning, and what is given is believed first.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.external_logs.columns import plain


@dataclass(frozen=True, kw_only=True)
class Export:
    """A tool's export: headers that must be there, and what they and others mean.

    `source` is the title of what it was taken from.
    """

    name: str
    required: frozenset[str]
    columns: Map[str, str]
    source: str
    parts: Map[str, Any] = field(default_factory=dict)


EXPORTS: tuple[Export, ...] = (
    Export(
        name="Hyland OnBase, release of information requests",
        required=frozenset({"request #", "created", "request type", "delivery method"}),
        columns={
            "request_id": "request #",
            "received_at": "created",
            "completed_at": "completed",
            "need_by": "due date",
            "channel": "delivery method",
            "requester_type": "relationship",
            "legal_basis": "request reason",
            "partner": "company",
            "facility": "facility",
            "status": "status",
            "failure_reason": "reject reason",
            "staff": "assigned to",
        },
        source="Release of Information, Foundation 22.1: Request Properties, "
        "General Request Information",
    ),
    Export(
        name="Hyland OnBase, release of information log",
        required=frozenset({"roirequestnum", "logdate", "actionnum"}),
        columns={
            "case_id": "roirequestnum",
            "activity": "actionnum",
            "timestamp": "logdate",
            "staff": "usernum",
        },
        source="Database Reporting Guide, Foundation 24.1: ROIREQUESTLOG",
        parts={"layout": "events", "completed": {"activity": ["3"]}},
    ),
    Export(
        name="Orthanc audit log",
        required=frozenset({"timestamp", "userid", "resourceid", "action"}),
        columns={
            "case_id": "resourceid",
            "activity": "action",
            "timestamp": "timestamp",
            "staff": "userid",
        },
        source="Source of the Orthanc authorization plugin: export of audit logs as CSV",
        parts={"layout": "events"},
    ),
    Export(
        name="Study list of an exchange gateway",
        required=frozenset({"study instance uid", "date sent", "date received"}),
        columns={
            "request_id": "study instance uid",
            "received_at": "date sent",
            "completed_at": "date received",
            "partner": "sent from",
            "facility": "sent to",
            "modality": "modality",
            "status": "status",
        },
        source="No vendor documents its list; words of DICOM and of lists that people keep",
    ),
)


def recognised(headers: Sequence[str]) -> Export | None:
    """Return the export that headers are of."""
    names = {plain(header) for header in headers}
    return next((one for one in EXPORTS if one.required <= names), None)


def proposed(headers: Sequence[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return {field: header} and other parts of a mapping; both are empty for a file like any."""
    export = recognised(headers)
    if export is None:
        return {}, {}
    by_name = {plain(header): header for header in reversed(headers)}
    columns = {
        name: by_name[header] for name, header in export.columns.items() if header in by_name
    }
    return columns, dict(export.parts)
