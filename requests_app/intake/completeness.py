"""What a request still lacks before the contract clock starts: identity, authority, fee, scope."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from requests_app.failure_codes import FailureCode
from requests_app.intake.authority import lacks
from requests_app.intake.authorization import defects, is_needed
from requests_app.lifecycle.journal import record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import Authorization, Event, ImagingRequest, User
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.vocabulary import EventKind, RequesterType, State


@dataclass(frozen=True, kw_only=True)
class Missing:
    """One thing that is missing, with the code of the hold that it would cause."""

    code: FailureCode
    sentence: str


def missing(request: ImagingRequest, on: date) -> tuple[Missing, ...]:
    """Return what is missing on a facility's day, as findings; empty when nothing is."""
    found = []
    if not request.identity_verified:
        found.append(Missing(code=FailureCode.AU03, sentence="The identity is not verified."))
    if is_needed(request):
        authorization = Authorization.objects.filter(request=request).first()
        found += [
            Missing(code=defect.code, sentence=defect.sentence)
            for defect in defects(authorization, on)
        ]
    found += [Missing(code=defect.code, sentence=defect.sentence) for defect in lacks(request, on)]
    if request.owes_fee:
        found.append(Missing(code=FailureCode.RV03, sentence="The fee is not paid."))
    if len(request.scope.strip()) < 3:
        found.append(
            Missing(code=FailureCode.LO05, sentence="It is not clear which exams are meant.")
        )
    if request.requester_type != RequesterType.PATIENT and not request.requester_name.strip():
        found.append(Missing(code=FailureCode.IN01, sentence="The requester is not named."))
    return tuple(found)


def is_complete(request: ImagingRequest) -> bool:
    """Say whether completeness was recorded."""
    return request.events.filter(kind=EventKind.COMPLETE).exists()


def complete(request: ImagingRequest, *, by: User | None, at: datetime) -> Event:
    """Record that identity, authority, fee and scope are settled: the contract clock starts."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if locked.state != State.RECEIVED:
            raise TransitionRefused("Only a received request that is not waiting can be completed.")
        if is_complete(locked):
            raise TransitionRefused("This request was marked complete before.")
        lacks = missing(locked, locked.facility.local_day(at))
        if lacks:
            raise Incomplete(" ".join(finding.sentence for finding in lacks))
        return record(locked, EventKind.COMPLETE, by=by, at=at)
