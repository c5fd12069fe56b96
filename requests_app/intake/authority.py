"""By what paper a representative, the law or a patient's directive asks, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from requests_app.failure_codes import FailureCode
from requests_app.intake.authorization import Defect
from requests_app.lifecycle.effort import touch
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import AuthorityDocument, Event, ImagingRequest, User
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.vocabulary import AuthorityKind, LegalBasis, Touch


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a legal basis asks to see, and the finding where it was not seen."""

    kinds: frozenset[AuthorityKind]
    lacking: Defect


NEEDS: dict[LegalBasis, Need] = {
    LegalBasis.REPRESENTATIVE_ACCESS: Need(
        kinds=frozenset(
            {
                AuthorityKind.POWER_OF_ATTORNEY,
                AuthorityKind.GUARDIANSHIP,
                AuthorityKind.PARENT_OF_A_MINOR,
                AuthorityKind.EXECUTOR,
                AuthorityKind.COURT_ORDER,
            }
        ),
        lacking=Defect(
            code=FailureCode.AU04,
            sentence="No paper shows that the requester may act for the patient "
            "(45 CFR 164.502(g)).",
        ),
    ),
    LegalBasis.REQUIRED_BY_LAW: Need(
        kinds=frozenset({AuthorityKind.COURT_ORDER, AuthorityKind.SUBPOENA, AuthorityKind.STATUTE}),
        lacking=Defect(
            code=FailureCode.IN01,
            sentence="The order, subpoena or law that requires this is not noted (45 CFR 164.512).",
        ),
    ),
    LegalBasis.THIRD_PARTY_DIRECTIVE: Need(
        kinds=frozenset({AuthorityKind.SIGNED_DIRECTIVE}),
        lacking=Defect(
            code=FailureCode.AU01,
            sentence="The patient's signed directive is not recorded (45 CFR 164.524(c)(3)(ii)).",
        ),
    ),
}
"""Bases that need a paper; the others need none."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper as staff saw it."""

    kind: AuthorityKind
    description: str
    dated_on: date | None = None
    expires_on: date | None = None
    is_signed: bool = False
    names_recipient: bool = False


def need_of(request: ImagingRequest) -> Need | None:
    """Return what the request's legal basis asks to see; None for nothing."""
    return NEEDS.get(LegalBasis(request.legal_basis))


def lacks(request: ImagingRequest, on: date) -> Iterator[Defect]:
    """Yield what is wrong with a request's paper on a day."""
    need = need_of(request)
    if need is None:
        return
    paper = AuthorityDocument.objects.filter(request=request).first()
    if paper is None or paper.kind not in need.kinds:
        yield need.lacking
        return
    if paper.is_expired(on):
        yield Defect(code=need.lacking.code, sentence="The paper of authority has expired.")
    if paper.kind == AuthorityKind.SIGNED_DIRECTIVE and not paper.is_signed:
        yield Defect(code=FailureCode.AU02, sentence="The patient's directive is not signed.")
    if paper.kind == AuthorityKind.SIGNED_DIRECTIVE and not paper.names_recipient:
        sentence = "The patient's directive does not say who receives the images, and where."
        yield Defect(code=FailureCode.AU02, sentence=sentence)


def record_authority(
    request: ImagingRequest, paper: Paper, *, by: User | None, at: datetime
) -> Event:
    """Keep which paper was seen; refused where the legal basis needs none or another one."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        need = need_of(locked)
        if need is None:
            raise TransitionRefused("By this right no paper is needed. Go on without one.")
        if paper.kind not in need.kinds:
            kinds = ", ".join(sorted(kind.replace("_", " ") for kind in need.kinds))
            raise Incomplete(f"By this right one of these is needed: {kinds}.", field="kind")
        said = {**asdict(paper), "recorded_at": at, "recorded_by": by}
        AuthorityDocument.objects.update_or_create(request=locked, defaults=said)
        return touch(locked, Touch.RECONCILE, by=by, at=at, note="Authority checked")
