"""The nine elements of a valid authorization (45 CFR 164.508(c)), each pass or fail."""

from dataclasses import dataclass
from datetime import date

from requests_app.failure_codes import FailureCode
from requests_app.models import Authorization, ImagingRequest
from requests_app.vocabulary import LegalBasis


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
    found = [
        Defect(code=FailureCode.AU02, sentence=f"{element.label}: missing ({element.clause}).")
        for element in ELEMENTS
        if not getattr(authorization, element.field)
    ]
    if authorization.is_expired(on):
        found.append(Defect(code=FailureCode.AU01, sentence="The authorization has expired."))
    if authorization.revoked_on is not None and authorization.revoked_on <= on:
        found.append(Defect(code=FailureCode.AU06, sentence="The authorization was revoked."))
    return tuple(found)
