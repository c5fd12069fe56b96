"""Who is refused at a door leaves one entry, with the name of the door and nothing of its address."""

import json

import pytest
from address_book import client_of, sample_world
from django.test import Client
from journey_cast import facility, somebody

from audit.models import AuditEntry
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db


def test_a_refusal_says_nothing_of_the_address_or_of_what_was_sent() -> None:
    analyst = somebody(Role.ANALYST, facility())
    world = sample_world()
    where = f"/api/requests/{world['number']}/deny/"
    said = json.dumps({"note": "Sample Patient 0417"})
    answer = client_of(analyst).post(where, said, content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "not_allowed"
    entry = AuditEntry.objects.get(verb="door.refused")
    assert (entry.subject, entry.patient, entry.outcome) == ("api:deny", "", "4")
    body = bytes(entry.body).decode()
    assert str(world["number"]) not in body
    assert "0417" not in body


def test_visitors_and_old_forms_leave_no_refusal() -> None:
    world = sample_world()
    Client().get("/s/no-such-token/")
    Client().get("/track/no-such-token/")
    Client().get("/api/requests/")
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(somebody(Role.SUPERVISOR, facility()))
    assert careful.post(f"/api/requests/{world['number']}/hold/").status_code == 403
    assert careful.post(f"/work/requests/{world['number']}/do/take/").status_code == 403
    assert not AuditEntry.objects.filter(verb="door.refused").exists()
