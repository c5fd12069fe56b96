"""Who is refused at a door leaves one entry, with the name of the door and nothing of its address."""

import json

import pytest
from access_matrix import DOORS
from address_book import address, cast, client_of, doors, knock, sample_world
from django.test import Client
from journey_cast import facility, somebody

from audit.models import AuditEntry
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_refusal_is_one_entry_that_names_the_door(method: str) -> None:
    world, wrong, seen = sample_world(), [], set()
    for who, person in cast().items():
        client = client_of(person)
        for key, name, parameters in doors():
            if method not in DOORS[key].answers or key == "account_logout":
                continue
            before = AuditEntry.objects.filter(verb="door.refused").count()
            status, _ = knock(client, method, address(key, name, parameters, world))
            entries = AuditEntry.objects.filter(verb="door.refused").order_by("-at")
            expected = int(status == 403 and person is not None)
            if entries.count() != before + expected:
                wrong.append(f"{method} {key} as {who}: {entries.count() - before} entries")
            if expected:
                seen.add(name)
                assert entries[0].subject == name
                assert entries[0].agent == f"user:{person.pk}"
    assert wrong == []
    rooms = {name.partition(":")[0] for name in seen}
    assert {"staff", "logs", "audit", "administration"} <= rooms
    assert ("api:transition" in seen) == (method == "POST")


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
