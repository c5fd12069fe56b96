"""Who asks, by what right, and what must be seen before a request is complete (DOMAIN 2)."""

from datetime import date, timedelta

import pytest
from django.test import Client

from requests_app.failure_codes import FailureCode
from requests_app.intake.authority import NEEDS, Paper, lacks, record_authority
from requests_app.intake.authorization import ELEMENTS, Found, defects, record_authorization
from requests_app.intake.completeness import complete, missing
from requests_app.intake.fee import charge_fee, pay_fee
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle.holds import hold, is_exposure
from requests_app.models import AuthorityDocument, Authorization, ImagingRequest, Patient
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.vocabulary import AuthorityKind, LegalBasis, Role, State
from tests.requests_app.cast import AT, file_request, make_cast

pytestmark = pytest.mark.django_db
TODAY = AT.date()
ALL = frozenset(element.field for element in ELEMENTS)
WHOLE = Found(elements=ALL, signed_on=TODAY)


def asked(basis: LegalBasis, **said: object) -> ImagingRequest:
    return file_request(make_cast().northfield, legal_basis=basis, **said)


def codes(request: ImagingRequest) -> set[FailureCode]:
    return {finding.code for finding in missing(request, TODAY)}


@pytest.mark.parametrize(
    ("basis", "code"),
    [
        (LegalBasis.REPRESENTATIVE_ACCESS, FailureCode.AU04),
        (LegalBasis.REQUIRED_BY_LAW, FailureCode.IN01),
        (LegalBasis.THIRD_PARTY_DIRECTIVE, FailureCode.AU01),
    ],
)
def test_some_rights_need_their_paper_before_a_request_is_complete(
    basis: LegalBasis, code: FailureCode
) -> None:
    request = asked(basis)
    verify_identity(request, record_number="MRN-1", by=None, at=AT)
    assert codes(request) == {code}
    with pytest.raises(Incomplete):
        complete(request, by=None, at=AT)
    kind = min(NEEDS[basis].kinds)
    paper = Paper(kind=kind, description="No. 1", is_signed=True, names_recipient=True)
    record_authority(request, paper, by=None, at=AT)
    assert codes(request) == set()
    complete(request, by=None, at=AT)


@pytest.mark.parametrize("basis", sorted(set(LegalBasis) - set(NEEDS) - {LegalBasis.AUTHORIZATION}))
def test_other_rights_need_no_paper_and_refuse_one(basis: LegalBasis) -> None:
    request = asked(basis)
    verify_identity(request, record_number="MRN-1", by=None, at=AT)
    assert codes(request) == set()
    paper = Paper(kind=AuthorityKind.SUBPOENA, description="No. 1")
    with pytest.raises(TransitionRefused):
        record_authority(request, paper, by=None, at=AT)
    with pytest.raises(TransitionRefused):
        record_authorization(request, WHOLE, by=None, at=AT)
    assert not AuthorityDocument.objects.exists() and not Authorization.objects.exists()


def test_a_paper_of_another_kind_proves_nothing() -> None:
    request = asked(LegalBasis.REPRESENTATIVE_ACCESS)
    with pytest.raises(Incomplete, match="power of attorney"):
        record_authority(
            request, Paper(kind=AuthorityKind.SUBPOENA, description="x"), by=None, at=AT
        )


def test_a_directive_must_be_signed_and_name_its_recipient() -> None:
    request = asked(LegalBasis.THIRD_PARTY_DIRECTIVE)
    paper = Paper(kind=AuthorityKind.SIGNED_DIRECTIVE, description="Letter of the patient")
    record_authority(request, paper, by=None, at=AT)
    assert [one.code for one in lacks(request, TODAY)] == [FailureCode.AU02] * 2


def test_an_expired_paper_is_none() -> None:
    request = asked(LegalBasis.REPRESENTATIVE_ACCESS)
    paper = Paper(kind=AuthorityKind.GUARDIANSHIP, description="County court", expires_on=TODAY)
    record_authority(request, paper, by=None, at=AT)
    assert not list(lacks(request, TODAY))
    assert [one.code for one in lacks(request, TODAY + timedelta(days=1))] == [FailureCode.AU04]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"signed_on": None}, FailureCode.AU02, "day of the signature"),
        ({"signed_on": TODAY + timedelta(days=1)}, FailureCode.AU02, "future"),
        ({"signed_by_representative": True}, FailureCode.AU02, "by what right"),
        ({"expires_on": TODAY - timedelta(days=1)}, FailureCode.AU01, "expired"),
        ({"revoked_on": TODAY}, FailureCode.AU06, "revoked"),
        ({"is_known_false": True}, FailureCode.AU01, "false"),
    ],
)
def test_each_defect_of_an_authorization_is_a_sentence(
    changes: dict[str, object], code: FailureCode, words: str
) -> None:
    request = asked(LegalBasis.AUTHORIZATION)
    record_authorization(request, WHOLE, by=None, at=AT)
    assert defects(request.authorization, TODAY) == ()
    Authorization.objects.update(**changes)
    (found,) = defects(Authorization.objects.get(), TODAY)
    assert found.code is code and words in found.sentence


@pytest.mark.parametrize("element", ELEMENTS)
def test_each_of_the_nine_elements_is_missed(element: object) -> None:
    request = asked(LegalBasis.AUTHORIZATION)
    found = Found(elements=ALL - {element.field}, signed_on=TODAY)  # type: ignore[attr-defined]
    record_authorization(request, found, by=None, at=AT)
    (defect,) = defects(Authorization.objects.get(), TODAY)
    assert defect.sentence.startswith(element.label)  # type: ignore[attr-defined]


def test_identity_needs_a_birth_date_on_both_sides() -> None:
    request = asked(LegalBasis.PATIENT_ACCESS, patient_birth_date=None)
    with pytest.raises(Incomplete, match="birth date"):
        verify_identity(request, record_number="MRN-1", by=None, at=AT)
    house = request.facility.organization
    Patient.objects.create(organization=house, medical_record_number="MRN-1", family_name="Patient")
    born = date(1958, 4, 27)
    with pytest.raises(Incomplete, match="none on record"):
        verify_identity(request, record_number="MRN-1", birth_date=born, by=None, at=AT)
    Patient.objects.update(birth_date=date(1958, 4, 28))
    with pytest.raises(Incomplete):
        verify_identity(request, record_number="MRN-1", birth_date=born, by=None, at=AT)
    Patient.objects.update(birth_date=born)
    verify_identity(request, record_number="MRN-1", birth_date=born, by=None, at=AT)
    assert ImagingRequest.objects.get().patient_birth_date == born


def test_a_fee_holds_back_completeness_only_where_one_is_charged() -> None:
    request = asked(LegalBasis.PATIENT_ACCESS)
    verify_identity(request, record_number="MRN-1", by=None, at=AT)
    assert codes(request) == set()
    charge_fee(request, 650, by=None, at=AT)
    request.refresh_from_db()
    assert codes(request) == {FailureCode.RV03}
    pay_fee(request, by=None, at=AT)
    request.refresh_from_db()
    assert codes(request) == set()
    with pytest.raises(TransitionRefused):
        charge_fee(request, 700, by=None, at=AT)


@pytest.mark.parametrize("reason", [FailureCode.AU01, FailureCode.AU02])
def test_an_authorization_demanded_for_treatment_is_an_exposure_and_no_hold(
    reason: FailureCode,
) -> None:
    request = asked(LegalBasis.TREATMENT)
    event = hold(request, reason=reason, by=None, at=AT)
    assert is_exposure(event) and event.reason == FailureCode.RV04
    request.refresh_from_db()
    assert request.state == State.RECEIVED
    lawyer = file_request(request.facility, legal_basis=LegalBasis.AUTHORIZATION)
    assert not is_exposure(hold(lawyer, reason=reason, by=None, at=AT))


def test_staff_record_what_they_saw_in_small_forms_and_read_what_lacks(client: Client) -> None:
    cast = make_cast()
    client.force_login(cast.people[Role.RELEASE_STAFF])
    request = file_request(
        cast.northfield,
        legal_basis=LegalBasis.REPRESENTATIVE_ACCESS,
        patient_birth_date=None,
    )
    page = f"/work/requests/{request.number}/"
    shown = client.get(page).content.decode()
    assert "No paper shows that the requester may act" in shown and "Birth date" in shown

    def do(key: str, **said: object) -> int:
        return client.post(f"{page}do/{key}/", {"expected": "received", **said}).status_code

    assert do("identity", record_number="MRN-1") == 422
    assert do("identity", record_number="MRN-1", birth_date="1958-04-27") == 302
    assert do("authority", kind="subpoena", description="x") == 422
    assert do("authority", kind="guardianship", description="County court 17") == 302
    assert do("fee", amount="6.50") == 302
    assert "The fee is not paid." in client.get(page).content.decode()
    assert do("complete") == 422
    assert do("payment") == 302
    shown = client.get(page).content.decode()
    assert "County court 17" in shown and "$6.50" in shown
    assert do("hold", reason="AU01", note="") == 302
    assert "exposure (RV04)" in client.get(page).content.decode()
    assert do("complete") == 302
