"""Looks that are recorded, and the rows that a page shows of them."""

from datetime import UTC, datetime

from audit.access import record
from audit.models import AuditEntry
from audit.proof.entry import Action, Agent, EventCode

AT = datetime(2026, 11, 24, 13, 41, 9, tzinfo=UTC)


def look(
    number: int = 1, *, at: datetime = AT, facility: str = "northfield", **said: object
) -> AuditEntry:
    """Record a look at a request."""
    words: dict[str, object] = {
        "verb": "request.viewed",
        "code": EventCode.PATIENT_RECORD,
        "action": Action.READ,
        "agent": Agent(id="user:9", role="release_staff", name="staff-a", address="10.20.4.17"),
        "subject": f"request:R-{number:06d}",
        "purpose": "patient_access",
        **said,
    }
    return record(at=at, facility=facility, **words)  # type: ignore[arg-type]


def rows(answer: object) -> list[object]:
    """Return the rows of a page of the log."""
    return answer.context["rows"]  # type: ignore[attr-defined]
