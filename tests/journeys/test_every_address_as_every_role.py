"""Every address of the product by every method as every role, against the one declared matrix."""

import json

import pytest
from access_matrix import ANONYMOUS, DOORS, SIGN_IN, STRANGER, expected
from address_book import CALLBACK, address, cast, client_of, doors, knock, sample_world
from django.test import Client
from journey_cast import facility, somebody

from audit.models import AuditEntry
from requests_app.vocabulary import Role
from tests.requests_app.cast import file_request

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ENDS_THE_SESSION = {("account_logout", "POST")}
TAKES_ANY = {"health"} | {door for door in DOORS if door.startswith("account_")}
"""Doors whose library answers other methods as it likes; nothing is behind them."""


def test_every_address_is_declared_and_nothing_else_is() -> None:
    assert {key for key, _, _ in doors()} == set(DOORS)


@pytest.mark.parametrize("method", METHODS)
def test_every_answer_is_the_declared_one(method: str) -> None:
    world = sample_world()
    wrong = []
    for who, person in cast().items():
        client = client_of(person)
        for key, name, parameters in doors():
            if (key, method) in ENDS_THE_SESSION:
                continue
            if key in TAKES_ANY and method not in ("GET", "POST"):
                continue
            status, leads_to = knock(client, method, address(key, name, parameters, world))
            right = expected(DOORS[key], who, method)
            if status not in right:
                wrong.append(f"{method} {key} as {who}: {status}, not {sorted(right)}")
            closed = who == ANONYMOUS and who not in DOORS[key].opens_to
            if closed and status == SIGN_IN and not leads_to.startswith("/account/login/"):
                wrong.append(f"{method} {key} sends a visitor to {leads_to}")
    assert wrong == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_library_page_crashes_by_an_odd_method(method: str) -> None:
    world = sample_world()
    clients = [client_of(person) for person in cast().values()]
    for key, name, parameters in doors():
        if key in TAKES_ANY:
            where = address(key, name, parameters, world)
            assert all(knock(client, method, where)[0] < 500 for client in clients), key


def test_a_role_taken_away_closes_the_door_at_once() -> None:
    auditor = somebody(Role.AUDITOR, facility())
    client = client_of(auditor)
    assert client.get("/proof/").status_code == 200
    auditor.groups.clear()
    assert client.get("/proof/").status_code == 403


def test_an_account_switched_off_is_a_visitor_at_once() -> None:
    auditor = somebody(Role.AUDITOR, facility())
    client = client_of(auditor)
    auditor.is_active = False
    auditor.save(update_fields=("is_active",))
    for where in ("/proof/", "/work/queue/", "/overview/", "/reports/"):
        assert client.get(where)["Location"].startswith("/account/login/")
    assert client.get("/api/requests/").status_code == 403


def callback(client: Client, part: str, search: str) -> str:
    body = CALLBACK | {
        "output": f"{part}-answer.data",
        "outputs": {"id": f"{part}-answer", "property": "data"},
        "inputs": [{"id": "address", "property": "search", "value": search}],
    }
    answer = client.post(
        "/overview/_dash-update-component", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("part", ["head", "weekly", "needs", "charts"])
def test_a_dashboards_callback_answers_only_from_the_persons_facilities(part: str) -> None:
    file_request(facility())
    stranger = client_of(cast()[STRANGER])
    for search in ("", "?facility=northfield", "?facility=northfield&facility=elsewhere"):
        assert "Northfield" not in callback(stranger, part, search)


def test_a_callback_asked_directly_is_recorded() -> None:
    client = client_of(somebody(Role.ANALYST, facility()))
    before = AuditEntry.objects.filter(verb="dashboard.viewed").count()
    callback(client, "head", "?asked=patient")
    assert AuditEntry.objects.filter(verb="dashboard.viewed").count() == before + 1
