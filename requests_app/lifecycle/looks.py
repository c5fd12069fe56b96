"""Looks at requests: who opened, listed or took away what, recorded in one shape for every door."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from audit.access import pseudonym, record
from audit.proof.entry import Action, Agent, EventCode

if TYPE_CHECKING:
    from django.http import HttpRequest

    from requests_app.models import ImagingRequest

IMAGES = frozenset({"study.viewed", "study.downloaded"})
ONE_VIEW = timedelta(hours=1)


def looked_at(
    http_request: HttpRequest,
    request: ImagingRequest,
    *,
    at: datetime,
    verb: str = "request.viewed",
    holder: str = "",
) -> None:
    """Record a look at one request, with its patient (by pseudonym) and the purpose.

    `holder` names the secret that let an unnamed person in, such as `link:17`.
    """
    record(
        verb=verb,
        code=EventCode.INSTANCES_ACCESSED if verb in IMAGES else EventCode.PATIENT_RECORD,
        action=Action.READ,
        http_request=http_request,
        agent=_recipient(http_request, holder) if holder else None,
        subject=f"request:{request.number}",
        facility=request.facility.slug,
        patient=pseudonym("patient", str(request.patient_id)) if request.patient_id else "",
        purpose=request.legal_basis,
        at=at,
    )


def viewed(
    http_request: HttpRequest, request: ImagingRequest, *, at: datetime, holder: str = ""
) -> None:
    """Record that the images of a request were opened, and remember it for their frames."""
    looked_at(http_request, request, at=at, verb="study.viewed", holder=holder)
    http_request.session[_mark(request, holder)] = int(at.timestamp())


def frame_seen(
    http_request: HttpRequest, request: ImagingRequest, *, at: datetime, holder: str = ""
) -> None:
    """Record a view where a frame was asked for outside one: once a view, not once a frame."""
    seen = http_request.session.get(_mark(request, holder), 0)
    if at.timestamp() - seen > ONE_VIEW.total_seconds():
        viewed(http_request, request, at=at, holder=holder)


def listed(http_request: HttpRequest, what: str, count: int, *, at: datetime) -> None:
    """Record that somebody opened a list of requests."""
    record(
        verb="requests.listed",
        code=EventCode.QUERY,
        action=Action.EXECUTE,
        http_request=http_request,
        subject=f"list:{what}",
        detail={"rows": count},
        at=at,
    )


def _recipient(http_request: HttpRequest, holder: str) -> Agent:
    address = http_request.META.get("REMOTE_ADDR", "") or ""
    return Agent(id=holder, role="recipient", name="Recipient", address=address)


def _mark(request: ImagingRequest, holder: str) -> str:
    return f"viewed-{request.pk}-{holder}"
