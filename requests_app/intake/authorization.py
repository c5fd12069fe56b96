"""The nine elements of a valid authorization (45 CFR 164.508(c)), each pass or fail."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.db import transaction

from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.effort import touch
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import Authorization, Event, ImagingRequest, User
from requests_app.refusals import TransitionRefused
from requests_app.vocabulary import LegalBasis, Touch


@dataclass(frozen=True, kw_only=True)
class Element:
    """One element of the checklist."""

    field: str
    label: str
    clause: str


ELEMENTS: tuple[Element, ...] = tuple(
    Element(field=field, label=label, clause=f"45 CFR 164.508({clause})")
    for field, label, clause in (
        ("describes_information", "Says which information", "c)(1)(i"),
        ("names_discloser", "Names who may disclose", "c)(1)(ii"),
        ("names_recipient", "Names who may receive", "c)(1)(iii"),
        ("states_purpose", "States the purpose", "c)(1)(iv"),
        ("states_expiry", "States an expiry date or event", "c)(1)(v"),
        ("is_signed_and_dated", "Is signed and dated", "c)(1)(vi"),
        ("states_right_to_revoke", "States the right to revoke", "c)(2)(i"),
        ("states_conditioning", "Says what may be conditioned on it", "c)(2)(ii"),
        ("states_redisclosure", "Warns of re-disclosure", "c)(2)(iii"),
    )
)

SIX = "45 CFR 164.508(c)(1)(vi)"
NEEDS_AUTHORIZATION: frozenset[LegalBasis] = frozenset({LegalBasis.AUTHORIZATION})
"""Only this basis needs a form: asking for one in treatment or access is itself a barrier."""


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One reason why an authorization does not hold."""

    code: FailureCode
    sentence: str


def is_needed(request: ImagingRequest) -> bool:
    """Say whether the request's legal basis needs an authorization at all."""
    return LegalBasis(request.legal_basis) in NEEDS_AUTHORIZATION


def defects(authorization: Authorization | None, on: date) -> tuple[Defect, ...]:
    """Return what is wrong with an authorization on a day; nothing for a valid one."""
    if authorization is None:
        return (Defect(code=FailureCode.AU01, sentence="No authorization was received."),)
    return (*_missing_elements(authorization), *_defects_of(authorization, on))


def _missing_elements(authorization: Authorization) -> Iterator[Defect]:
    for element in ELEMENTS:
        if not getattr(authorization, element.field):
            sentence = f"{element.label}: missing ({element.clause})."
            yield Defect(code=FailureCode.AU02, sentence=sentence)
    if authorization.is_signed_and_dated and authorization.signed_on is None:
        yield Defect(
            code=FailureCode.AU02, sentence=f"The day of the signature is missing ({SIX})."
        )
    if authorization.signed_by_representative and not authorization.representative_authority:
        sentence = f"It does not say by what right the representative signed ({SIX})."
        yield Defect(code=FailureCode.AU02, sentence=sentence)


def _defects_of(authorization: Authorization, on: date) -> Iterator[Defect]:
    """What makes a whole authorization defective (45 CFR 164.508(b)(2))."""
    if authorization.signed_on is not None and authorization.signed_on > on:
        yield Defect(code=FailureCode.AU02, sentence="The signature is dated in the future.")
    if authorization.is_expired(on):
        yield Defect(code=FailureCode.AU01, sentence="The authorization has expired.")
    if authorization.revoked_on is not None and authorization.revoked_on <= on:
        yield Defect(code=FailureCode.AU06, sentence="The authorization was revoked.")
    if authorization.is_known_false:
        yield Defect(
            code=FailureCode.AU01, sentence="Something material in the authorization is false."
        )


@dataclass(frozen=True, kw_only=True)
class Found:
    """What staff found on a form: the elements that it has, and its particulars."""

    elements: frozenset[str] = field(default_factory=frozenset)
    signed_on: date | None = None
    expires_on: date | None = None
    revoked_on: date | None = None
    signed_by_representative: bool = False
    representative_authority: str = ""
    is_known_false: bool = False


def record_authorization(
    request: ImagingRequest, found: Found, *, by: User | None, at: datetime
) -> Event:
    """Keep what an authorization says; refused where none is needed, for asking is a barrier."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if not is_needed(locked):
            raise TransitionRefused(
                "By this right no authorization is needed. Go on without one; do not ask for it."
            )
        particulars = asdict(found)
        elements = particulars.pop("elements")
        has = {element.field: element.field in elements for element in ELEMENTS}
        Authorization.objects.update_or_create(request=locked, defaults={**has, **particulars})
        return touch(locked, Touch.RECONCILE, by=by, at=at, note="Authorization checked")
