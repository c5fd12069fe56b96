"""Who may bring logs, and what is recorded of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils import timezone

from analytics.external_logs.permission import READERS
from audit.access import record
from audit.proof.entry import Action, EventCode
from requests_app.models import User
from requests_app.refusals import NotAllowed
from requests_app.words import say_roles

ACTS: dict[str, tuple[EventCode, Action]] = {
    "logs.listed": (EventCode.QUERY, Action.EXECUTE),
    "log.previewed": (EventCode.QUERY, Action.READ),
    "log.imported": (EventCode.IMPORT, Action.CREATE),
    "log.template_taken": (EventCode.EXPORT, Action.READ),
    "log.rejected_taken": (EventCode.EXPORT, Action.READ),
    # PS3.15 has no event for what is deleted and is no study: an import is taken back.
    "log.import_started": (EventCode.IMPORT, Action.EXECUTE),
    "log.import_watched": (EventCode.QUERY, Action.READ),
    "log.import_cancelled": (EventCode.IMPORT, Action.EXECUTE),
    "log.import_resumed": (EventCode.IMPORT, Action.EXECUTE),
    "log.deleted": (EventCode.IMPORT, Action.DELETE),
}
"""What people do with logs here, as the audit profile codes it."""


def reader(request: HttpRequest) -> User:
    """Return who calls, if imported logs are for them."""
    if not isinstance(request.user, User):
        raise Http404
    if not request.user.has_role(*READERS):
        raise NotAllowed(f"Imported logs are for {say_roles(READERS)}. Ask an administrator.")
    return request.user


def zone_of(person: User) -> str:
    """Return the zone of a person's first facility."""
    first = person.visible_facilities().order_by("slug").first()
    return first.zone if first else ""


def record_act(request: HttpRequest, verb: str, name: str, **detail: int | bool) -> None:
    """Record what somebody did with a log."""
    code, action = ACTS[verb]
    record(
        verb=verb,
        code=code,
        action=action,
        http_request=request,
        subject=f"log:{name}",
        detail=detail,
        at=timezone.now(),
    )
