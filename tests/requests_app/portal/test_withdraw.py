"""Whoever asked with an account may withdraw until the images have arrived."""

import pytest
from django.test import Client

from audit.models import AuditEntry
from requests_app.models import ImagingRequest
from requests_app.portal.views import MAY_BE_WITHDRAWN
from requests_app.vocabulary import Role, State
from tests.requests_app.cast import Cast, file_request, make_cast

pytestmark = pytest.mark.django_db
MINE = "/mine/"


@pytest.fixture
def cast(client: Client) -> Cast:
    """The cast, with the requester signed in."""
    found = make_cast()
    client.force_login(found.people[Role.REQUESTER])
    return found


def asked(cast: Cast) -> ImagingRequest:
    return file_request(cast.northfield, requester=cast.people[Role.REQUESTER])


def test_a_requester_withdraws_an_own_request_and_it_is_sealed(client: Client, cast: Cast) -> None:
    request = asked(cast)
    assert f"Withdraw {request.number}" in client.get(MINE).content.decode()
    answer = client.post(f"{MINE}{request.number}/withdraw/", follow=True)
    assert f"{request.number} is withdrawn." in answer.content.decode()
    assert f"Withdraw {request.number}" not in answer.content.decode()
    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    event = request.events.get(kind="withdrawn")
    assert event.actor == cast.people[Role.REQUESTER]
    assert AuditEntry.objects.get(pk=event.audit_entry).verb == "request.withdrawn"


def test_what_has_arrived_is_not_withdrawn(client: Client, cast: Cast) -> None:
    request = asked(cast)
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.DELIVERED)
    assert State.DELIVERED not in MAY_BE_WITHDRAWN
    assert f"Withdraw {request.number}" not in client.get(MINE).content.decode()
    answer = client.post(f"{MINE}{request.number}/withdraw/", follow=True)
    assert "cannot become withdrawn" in answer.content.decode()
    request.refresh_from_db()
    assert request.state == State.DELIVERED


def test_nobody_withdraws_what_somebody_else_asked_for(client: Client, cast: Cast) -> None:
    request = file_request(cast.northfield)
    assert client.post(f"{MINE}{request.number}/withdraw/").status_code == 404
    client.force_login(cast.people[Role.SUPERVISOR])
    assert client.post(f"{MINE}{request.number}/withdraw/").status_code == 404
    request.refresh_from_db()
    assert request.state == State.RECEIVED


def test_looking_at_the_address_withdraws_nothing(client: Client, cast: Cast) -> None:
    request = asked(cast)
    assert client.get(f"{MINE}{request.number}/withdraw/").status_code == 405
    request.refresh_from_db()
    assert request.state == State.RECEIVED
