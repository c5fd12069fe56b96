"""Every address of the product by every method as every role, against the one declared matrix."""

import json

import pytest
from access_matrix import ANONYMOUS, DOORS, SIGN_IN, STRANGER, expected, is_refused
from address_book import CALLBACK, address, cast, client_of, doors, knock, sample_world
from django.test import Client
from django.utils.timezone import now
from journey_cast import facility, somebody

from audit.models import AuditEntry
from requests_app.vocabulary import Role
from tests.requests_app.cast import file_request

pytestmark = pytest.mark.django_db
ODD = ("PUT", "PATCH", "DELETE")
ENDS_THE_SESSION = {("account_logout", "POST")}
TAKES_ANY = {"health"} | {door for door in DOORS if door.startswith("account_")}
"""Doors whose library answers other methods as it likes; nothing is behind them."""


def test_every_address_is_declared_and_nothing_else_is() -> None:
    assert {key for key, _, _ in doors()} == set(DOORS)


def methods_of(round_: int, place: int, key: str) -> tuple[str, ...]:
    """Return what one person tries at one door.

    Methods that a door does not take are tried there by a third of all people, each method by
    somebody, and by everybody at a third of all doors.
    """
    taken, times = DOORS[key].answers, len(ODD)
    is_turn = round_ % times == place % times and key not in TAKES_ANY
    others = (ODD[round_ // times % times],) if is_turn else ()
    return tuple(dict.fromkeys(("GET", "POST", *taken, *others)))


def test_every_answer_is_the_declared_one_and_every_refusal_one_entry() -> None:
    world, wrong, refused_at = sample_world(), [], set()
    for round_, (who, person) in enumerate(cast().items()):
        client = client_of(person)
        for place, (key, name, parameters) in enumerate(doors()):
            for method in methods_of(round_, place, key):
                if (key, method) in ENDS_THE_SESSION:
                    continue
                began = now()
                status, leads_to = knock(client, method, address(key, name, parameters, world))
                right = expected(DOORS[key], who, method)
                if status not in right:
                    wrong.append(f"{method} {key} as {who}: {status}, not {sorted(right)}")
                closed = who == ANONYMOUS and who not in DOORS[key].opens_to
                if closed and status == SIGN_IN and not leads_to.startswith("/account/login/"):
                    wrong.append(f"{method} {key} sends a visitor to {leads_to}")
                told = AuditEntry.objects.filter(verb="door.refused", at__gte=began).count()
                if method not in DOORS[key].answers:
                    continue
                is_told = is_refused(key, who, status)
                if told != is_told:
                    wrong.append(f"{method} {key} as {who}: {told} refusals are told")
                if is_told:
                    tried = (
                        f" {world['number']}" if status == 404 and "number" in parameters else ""
                    )
                    assert last_refusal() == (name + tried, f"user:{person.pk}")
                    refused_at.add(name)
    assert wrong == []
    rooms = {name.partition(":")[0] for name in refused_at}
    assert {"staff", "logs", "audit", "administration", "api"} <= rooms


def last_refusal() -> tuple[str, str]:
    """Return the door and the person of the latest refusal that the log keeps."""
    told = AuditEntry.objects.filter(verb="door.refused").order_by("-at")
    return told.values_list("subject", "agent")[0]


@pytest.mark.parametrize("method", ODD)
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
    assert client.get("/api/requests/").status_code == 401


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
