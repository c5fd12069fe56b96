"""Every door that takes an address of a mail refuses one that no mail can carry."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from requests_app.api.serializers import LinkSerializer, SubmissionSerializer
from requests_app.house.invitation import send_invitation
from requests_app.models import ImagingRequest, User
from requests_app.staff.forms import LinkForm
from requests_app.staff.new_request import NewRequestForm
from requests_app.vocabulary import Role
from tests.requests_app.administration.house_made import make_house
from tests.requests_app.cast import file_request, make_cast

pytestmark = pytest.mark.django_db
UNSENDABLE = ("x@a。.org", f"x@{'ü' * 60}.org", f"{'x' * 280}@example.org")


@pytest.mark.parametrize("address", UNSENDABLE)
def test_the_api_files_nothing_that_cannot_be_mailed(client: Client, address: str) -> None:
    cast = make_cast()
    client.force_login(cast.people[Role.RELEASE_STAFF])
    said = {"facility": cast.northfield.slug, "requester_type": "patient", "scope": "CT abdomen"}
    said |= {"legal_basis": "patient_access", "requester_name": "Sample Patient 0417"}
    said |= {"recipient_name": "Sample Patient 0417", "patient_family_name": "0417"}
    for field in ("requester_email", "recipient_email"):
        answer = client.post("/api/requests/", said | {field: address}, "application/json")
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert not ImagingRequest.objects.exists()
    assert SubmissionSerializer(data=said).is_valid()


@pytest.mark.parametrize("address", UNSENDABLE)
def test_no_link_goes_to_what_cannot_be_mailed(address: str) -> None:
    request = file_request(make_cast().northfield)
    said: dict[str, Any] = {"recipient_name": "A", "recipient_email": address, "days": 30}
    assert "recipient_email" in LinkForm(said, request=request).errors
    by_api = LinkSerializer(data=said)
    assert not by_api.is_valid()
    assert "recipient_email" in by_api.errors


@pytest.mark.parametrize("address", UNSENDABLE)
def test_staff_file_nothing_that_cannot_be_mailed(address: str) -> None:
    said = {"requester_email": address, "recipient_email": address}
    errors = NewRequestForm(said, facilities=ImagingRequest.objects.none()).errors
    assert {"requester_email", "recipient_email"} <= set(errors)


@pytest.mark.parametrize("address", UNSENDABLE)
def test_nobody_is_invited_whom_no_mail_reaches(client: Client, address: str) -> None:
    client.force_login(make_house("Northfield").administrator)
    before = User.objects.count()
    said = {"email": address, "roles": ["auditor"], "sees_all_facilities": "on"}
    answer = client.post("/administration/people/new/", said)
    assert answer.status_code == 422
    assert User.objects.count() == before
    words = ["--organization", "A", "--facility", "B", "--zone", "America/Chicago"]
    with pytest.raises(CommandError, match="no email address"):
        call_command("set_up", *words, "--administrator", address)


def test_an_invitation_to_an_old_account_whom_no_mail_reaches_is_not_sent() -> None:
    person = make_house("Northfield").staff
    person.email = "x@a。.org"
    assert not send_invitation(person)
