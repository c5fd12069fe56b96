"""The plan of one request: what is filed, and what happens to it when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from requests_app.failure_codes import FailureCode
from requests_app.vocabulary import (
    Channel,
    Direction,
    Intake,
    LegalBasis,
    Priority,
    RequesterType,
    State,
    Touch,
)


class Verb(StrEnum):
    """What somebody does; `steps` has one function for each."""

    VERIFY = "verify"
    COMPLETE = "complete"
    HOLD = "hold"
    RELEASE = "release"
    MOVE = "move"
    TOUCH = "touch"
    FAIL = "fail"
    RECOVER = "recover"
    ASSIGN = "assign"
    HAND_ON = "hand_on"
    ATTACH = "attach"
    ARRIVE = "arrive"
    USABLE = "usable"
    LINK = "link"
    HAND_OVER = "hand_over"
    AVAILABLE = "available"
    LOST = "lost"
    OPENED = "opened"
    DOWNLOADED = "downloaded"
    CONFIRM = "confirm"
    HEAR = "hear"


class Actor(StrEnum):
    """Who does it."""

    STAFF = "staff"
    SUPERVISOR = "supervisor"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that happens. `to` is the state it leads to, where it leads to one."""

    at: datetime
    verb: Verb
    by: Actor = Actor.STAFF
    to: State | None = None
    reason: FailureCode | None = None
    channel: Channel | None = None
    touch: Touch | None = None


@dataclass(frozen=True, kw_only=True)
class Story:
    """One request with everything that happens to it, in order of time."""

    key: str
    place: str
    direction: Direction
    intake: Intake
    requester_type: RequesterType
    legal_basis: LegalBasis
    priority: Priority
    requester: str
    partner: str
    patient: int
    modality: str
    scope: str
    wants: Channel
    need_by: date | None
    received: datetime
    logged: datetime
    steps: tuple[Step, ...]
    images: str = ""
    staff: int = 0
    is_own: bool = False
    """Filed by the demonstration requester, who then sees it in the portal."""
