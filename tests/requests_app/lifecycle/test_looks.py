"""Every look is in the log, in one shape: who, whose, by what right."""

import json

import pytest
from django.test import Client

from audit.access import pseudonym
from audit.models import AuditEntry
from requests_app.intake.identity import verify_identity
from requests_app.models import ImagingRequest
from requests_app.tokens import tracking_token
from requests_app.vocabulary import Role
from tests.requests_app.cast import AT, file_request, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(client: Client) -> ImagingRequest:
    cast = make_cast()
    request = file_request(cast.northfield)
    verify_identity(request, record_number="MRN-1", by=None, at=AT)
    client.force_login(cast.people[Role.SUPERVISOR])
    return request


def looks(verb: str) -> list[dict[str, object]]:
    return [json.loads(bytes(one.body)) for one in AuditEntry.objects.filter(verb=verb)]


@pytest.mark.parametrize(
    "path",
    [
        "/work/requests/{}/",
        "/api/requests/{}/",
        "/api/requests/{}/events/",
        "/api/requests/{}/deliveries/",
    ],
)
def test_every_look_at_a_request_says_whose_it_is_and_by_what_right(
    client: Client, asked: ImagingRequest, path: str
) -> None:
    assert client.get(path.format(asked.number)).status_code == 200
    (look,) = looks("request.viewed")
    assert look["patient"] == pseudonym("patient", str(asked.patient_id))
    assert look["purpose"] == "patient_access"


def test_listing_by_the_api_is_a_look(client: Client, asked: ImagingRequest) -> None:
    assert client.get("/api/requests/").status_code == 200
    (look,) = looks("requests.listed")
    assert (look["subject"], look["detail"]) == ("list:api", {"rows": 1})


def test_the_tracking_page_is_a_look_by_whoever_holds_its_address(asked: ImagingRequest) -> None:
    token = tracking_token(asked.number)
    assert Client().get(f"/track/{token}/").status_code == 200
    (look,) = looks("request.tracked")
    assert look["subject"] == f"request:{asked.number}"
    assert "tracking page" in json.dumps(look["agent"])
    assert token not in json.dumps(look)


def test_own_requests_are_a_look(client: Client, asked: ImagingRequest) -> None:
    assert client.get("/mine/").status_code == 200
    assert [look["subject"] for look in looks("requests.listed")] == ["list:own"]
