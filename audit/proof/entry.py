"""One entry of the log and the bytes that are hashed for it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from audit.proof.canonical import Plain, canonical

VERSION = 1


class Action(StrEnum):
    """EventActionCode (DICOM PS3.15 A.5.1)."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    DELETE = "D"
    EXECUTE = "E"


class Outcome(StrEnum):
    """EventOutcomeIndicator (DICOM PS3.15 A.5.1)."""

    SUCCESS = "0"
    MINOR_FAILURE = "4"
    SERIOUS_FAILURE = "8"


class EventCode(StrEnum):
    """EventID codes of the DICOM audit trail profile (PS3.15 A.5.3, PS3.16 CID 400)."""

    APPLICATION_ACTIVITY = "110100"
    AUDIT_LOG_USED = "110101"
    INSTANCES_ACCESSED = "110103"
    INSTANCES_TRANSFERRED = "110104"
    EXPORT = "110106"
    IMPORT = "110107"
    ORDER_RECORD = "110109"
    PATIENT_RECORD = "110110"
    QUERY = "110112"
    SECURITY_ALERT = "110113"
    USER_AUTHENTICATION = "110114"


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Who acted: an account, a recipient of a link, or the system."""

    id: str
    role: str
    name: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What happened, without any patient's name: patients appear as pseudonyms.

    `verb` is a dotted word such as "request.approved"; `subject` names the thing, such as
    "request:R-004817"; `at` is aware.
    """

    verb: str
    code: EventCode
    action: Action
    agent: Agent
    subject: str
    at: datetime
    outcome: Outcome = Outcome.SUCCESS
    facility: str = ""
    patient: str = ""
    purpose: str = ""
    detail: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def body(self) -> bytes:
        """Return the canonical bytes; these are stored, and these are what is hashed."""
        agent = self.agent
        plain: dict[str, Plain] = {
            "v": VERSION,
            "id": self.id,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "verb": self.verb,
            "code": self.code.value,
            "action": self.action.value,
            "outcome": self.outcome.value,
            "agent": {
                "id": agent.id,
                "role": agent.role,
                "name": agent.name,
                "address": agent.address,
            },
            "subject": self.subject,
            "facility": self.facility,
            "patient": self.patient,
            "purpose": self.purpose,
            "detail": dict(self.detail),
        }
        return canonical(plain)
