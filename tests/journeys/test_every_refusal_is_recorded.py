"""Who is refused at a door leaves one entry, with the name of the door and nothing of its address."""

import json
from datetime import timedelta

import pytest
from address_book import client_of, sample_world
from django.test import Client
from journey_cast import facility, somebody

from analytics.models import UploadedLog
from audit.models import AuditEntry
from project import tries
from requests_app.models import Organization, User
from requests_app.throttle import Limit
from requests_app.vocabulary import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]


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


@pytest.fixture
def house() -> Organization:
    """Another organization than the one whose things are tried."""
    return Organization.objects.create(name="Elsewhere Health", slug="elsewhere-health")


@pytest.fixture
def stranger(house: Organization) -> User:
    """A supervisor of another organization."""
    person = somebody(Role.SUPERVISOR, name="stranger")
    person.organization = house
    person.save(update_fields=("organization",))
    return person


def refusals() -> list[tuple[str, str, str, str]]:
    found = AuditEntry.objects.filter(verb="door.refused").order_by("at")
    return list(found.values_list("subject", "agent", "facility", "outcome"))


PAGES = (
    ("get", "/api/requests/{}/", "api:request {}"),
    ("get", "/api/requests/{}/events/", "api:events {}"),
    ("get", "/api/requests/{}/deliveries/", "api:deliveries {}"),
    ("post", "/api/requests/{}/hold/", "api:hold {}"),
    ("get", "/work/requests/{}/", "staff:request {}"),
    ("post", "/work/requests/{}/do/take/", "staff:step {}"),
    ("get", "/work/requests/{}/view/", "staff:view {}"),
    ("post", "/work/requests/{}/images/", "staff:attach {}"),
    ("post", "/mine/{}/withdraw/", "portal:withdraw {}"),
)


@pytest.mark.parametrize(("method", "where", "door"), PAGES)
def test_what_is_anothers_and_what_is_nowhere_leave_the_same_entry(
    stranger: User, method: str, where: str, door: str
) -> None:
    client, theirs = client_of(stranger), str(sample_world()["number"])
    for number in (theirs, "R-99999999"):
        assert getattr(client, method)(where.format(number)).status_code == 404
    said = (f"user:{stranger.pk}", "", "4")
    assert refusals() == [(door.format(one), *said) for one in (theirs, "R-99999999")]


@pytest.mark.parametrize("typed", ["Sample-Patient-0417", "R-0417", "R-1958042704", "r-000417"])
def test_of_what_was_typed_only_a_number_of_ours_is_kept(stranger: User, typed: str) -> None:
    client = client_of(stranger)
    for where in ("/api/requests/{}/", "/work/requests/{}/"):
        assert client.get(where.format(typed)).status_code == 404
    assert [subject for subject, *_ in refusals()] == ["api:request", "staff:request"]
    bodies = AuditEntry.objects.values_list("body", flat=True)
    assert not any(typed.encode() in bytes(body) for body in bodies)


def test_logs_of_another_organization_are_closed_doors(stranger: User) -> None:
    sample_world()
    assert UploadedLog.objects.filter(name="sample").exists()
    client = client_of(stranger)
    for where in ("/logs/sample/rejected.csv", "/logs/no-such-log/rejected.csv"):
        assert client.get(where).status_code == 404
    assert [subject for subject, *_ in refusals()] == ["logs:rejected"] * 2


def test_a_try_is_seen_by_all_of_the_callers_house_and_by_no_other(
    stranger: User, house: Organization
) -> None:
    number = sample_world()["number"]
    client_of(stranger).get(f"/api/requests/{number}/")
    ours, theirs = somebody(Role.AUDITOR, facility()), somebody(Role.AUDITOR, name="there")
    theirs.organization = house
    theirs.save(update_fields=("organization",))
    where = "/proof/?verb=door.refused"
    assert client_of(ours).get(where).context["rows"] == []
    (row,) = client_of(theirs).get(where).context["rows"]
    assert row.what == f"Requests by program: request {number}"
    assert (row.allowed, row.understood, row.page) == (False, True, "")
    (row,) = client_of(theirs).get(f"/proof/?subject={number}&verb=door").context["rows"]


def test_who_tries_numbers_without_end_is_slowed_and_does_not_fill_the_log(
    monkeypatch: pytest.MonkeyPatch, stranger: User
) -> None:
    few = Limit(name="few-not-there", times=3, within=timedelta(days=1))
    monkeypatch.setattr(tries, "TRIES", few)
    client, theirs = client_of(stranger), sample_world()["number"]
    where = ["/api/requests/R-900001/", "/work/requests/R-900002/", "/api/requests/R-900003/"]
    where += [f"/api/requests/{theirs}/", "/work/requests/R-900004/", f"/work/requests/{theirs}/"]
    assert [client.get(one).status_code for one in where] == [404] * 3 + [429] * 3
    assert len(refusals()) == 3
    other = client_of(somebody(Role.SUPERVISOR, facility()))
    assert other.get("/work/requests/R-900001/").status_code == 404
    assert other.get(f"/work/requests/{theirs}/").status_code == 200
