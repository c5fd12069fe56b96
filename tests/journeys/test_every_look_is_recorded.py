"""Every address that shows or exports data writes an entry before it answers, or says nothing."""

import json
from pathlib import Path

import pytest
from access_matrix import DOORS
from address_book import CALLBACK, address, client_of, doors, knock, sample_world
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from journey_cast import facility, somebody

from audit.models import AuditEntry
from requests_app.intake.submit import submit
from requests_app.models import ImagingRequest
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db
API_VERBS = (
    "link",
    "hand_over",
    "arrived",
    "failed",
    "hold",
    "release",
    "extend",
    "deny",
    "mended",
    "noted",
)
ADMINISTRATION = (
    "start",
    "new_person",
    "person",
    "switch",
    "invite",
    "new_facility",
    "facility",
    "add_holiday",
    "load_holidays",
    "remove_holiday",
    "rule",
    "withdraw",
)
NO_ENTRY: dict[str, str] = {
    "health": "says only that the product runs",
    "account_login": "the form; each sign-in and refusal is recorded by its signal",
    "account_logout": "asks whether to sign out; signing out is recorded",
    "account_inactive": "a sentence",
    "account_change_password": "the form; the change is recorded",
    "account_set_password": "sends on to the change",
    "account_reset_password": "the form",
    "account_reset_password_done": "a sentence",
    "account_reset_password_from_key": "the form",
    "account_reset_password_from_key_done": "a sentence",
    "keys:end": "here: nobody's own, not there; ending is tested beside the keys",
    "staff:new": "an empty form; filing is recorded",
    "staff:frame": "one picture of a viewer whose opening was recorded",
    "api:schema": "describes the product, no data",
    "api:docs": "describes the product, no data",
    "figures:definitions": "describes the measures, no data",
    "dashboards:part _dash-layout": "an empty page; its figures come by a recorded call",
    "dashboards:part _dash-dependencies": "describes the page, no data",
    "dashboards:part none": "nothing is there",
    "logs:new": "an empty form",
    "logs:draft": "here: somebody else's, not there; one's own is tested below",
    "logs:template": "here: somebody else's, not there",
    "logs:draft_rejected": "here: somebody else's, not there",
    "logs:run": "here: not there; a run is tested beside its pages",
    "logs:run_state": "how far a file is, for a page whose opening was recorded",
    "logs:run_cancel": "here: not there; cancelling is tested beside its pages",
    "logs:run_resume": "here: not there; resuming is tested beside its pages",
    "logs:delete": "here: not there; deleting is tested below",
    "reports:index": "a form; each report is recorded",
    "portal:start": "sends on",
    "portal:ask": "an empty form; filing is recorded",
    "portal:tracking": "here: an unknown token; a known one is tested below",
    "portal:withdraw": "here: nobody's own, not there; withdrawing is an event of the journal",
    "portal:share": "here: an unknown token; the journey of a link tests the others",
    "portal:shared": "here: not opened; the journey of a link tests the others",
    "portal:shared_frame": "one picture of a viewer whose opening was recorded",
    "portal:shared_originals": "here: not opened; the journey of a link tests the others",
    "api:transition": "here: refused, the request is not complete; a move is an event",
    **dict.fromkeys(
        (f"api:{verb}" for verb in API_VERBS),
        "here: refused, as above; a step taken is an event",
    ),
    **dict.fromkeys(
        (f"administration:{name}" for name in ADMINISTRATION),
        "here: a form, or refused for lack of words; each change is recorded",
    ),
    "audit:review": "here: refused, without days; test_reviews writes one",
    "staff:attach": "here: refused in this state; receiving images is an event of the journal",
    "staff:attach_stream": "here: refused in this state, as above",
}
"""Doors that need no entry of their own, and why."""


def passes_to_data(key: str) -> bool:
    return key not in NO_ENTRY


def test_the_list_of_doors_without_an_entry_names_only_doors() -> None:
    assert set(NO_ENTRY) <= set(DOORS)


@pytest.mark.parametrize("key", [key for key in DOORS if passes_to_data(key)])
def test_who_is_let_in_leaves_an_entry(key: str) -> None:
    world = sample_world()
    role = next(role for role in (Role.ADMINISTRATOR, *Role) if role in DOORS[key].opens_to)
    client = client_of(somebody(role, facility()))
    name, parameters = next((name, words) for found, name, words in doors() if found == key)
    method = "POST" if "POST" in DOORS[key].answers and key != "api:requests" else "GET"
    if key in ("staff:queue", "staff:outside_images"):
        method = "GET"  # their POST only keeps the words of a search
    before = AuditEntry.objects.count()
    status, _ = knock(client, method, address(key, name, parameters, world))
    assert status == DOORS[key].answers[method]
    entries = AuditEntry.objects.count() - before
    assert entries >= 1


def test_a_refusal_is_recorded_where_figures_or_the_log_are_asked_for() -> None:
    client = client_of(somebody(Role.REQUESTER, facility()))
    figures = (
        "/overview/",
        "/work/analytics/forecast/",
        "/reports/",
        "/reports/sla_compliance.csv",
    )
    for where in ("/proof/", *figures):
        before = AuditEntry.objects.exclude(outcome="0").count()
        assert client.get(where).status_code == 403
        assert AuditEntry.objects.exclude(outcome="0").count() == before + 1


def test_following_a_tracking_link_is_recorded(client: Client) -> None:
    from tests.requests_app.cast import file_request

    asked = file_request(facility())
    from requests_app.intake.submit import Submission

    said = {name: getattr(asked, name) for name in ("requester_name", "recipient_name", "scope")}
    filed = submit(
        Submission(
            facility=asked.facility,
            requester_type=asked.requester_type,
            legal_basis=asked.legal_basis,
            patient_family_name="0417",
            **said,
        ),
        by=None,
        at=asked.events.first().occurred_at,
    )
    assert client.get(f"/track/{filed.tracking_token}/").status_code == 200
    entry = AuditEntry.objects.get(verb="request.tracked")
    assert entry.subject == f"request:{filed.request.number}"
    assert filed.tracking_token.encode() not in bytes(entry.body)


@pytest.mark.parametrize("said", [{}, {"expected": "closed"}, {"expected": "received"}])
def test_a_page_that_answers_a_step_is_a_look_too(said: dict[str, str]) -> None:
    number = sample_world()["number"]
    client = client_of(somebody(Role.AUDITOR, facility()))
    answer = client.post(f"/work/requests/{number}/do/take/", said)
    assert answer.status_code in (403, 409, 422)
    assert "Sample Patient 0417" in answer.content.decode()
    looks = AuditEntry.objects.filter(verb="request.viewed", subject=f"request:{number}")
    assert looks.count() == 1


def test_previewing_importing_and_deleting_a_log_is_recorded(
    settings: object, tmp_path: Path
) -> None:
    client = client_of(somebody(Role.ANALYST, facility()))
    rows = b"Req #,Date Rcvd,Date Out,Method\n1,3/14/25,3/19/25,CD\n2,3/15/25,3/26/25,portal\n"
    draft = client.post("/logs/new/", {"log": SimpleUploadedFile("cd.csv", rows)})["Location"]
    assert client.get(draft).status_code == 200
    assert client.post(draft, {"confirm": "1"}).status_code == 302
    assert client.post("/logs/cd/delete/").status_code == 302
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"log.previewed", "log.imported", "log.deleted"} <= verbs


@pytest.mark.parametrize(
    "where",
    [
        *("/work/queue/", "/work/deliveries/", "/overview/", "/reports/sla_compliance.csv"),
        "/work/analytics/forecast/",
        *("/proof/", "/proof/access-log.csv", "/api/requests/", "/mine/", "/logs/"),
        "/work/analytics/process/",
        "/work/analytics/measures/",
        "/work/analytics/cost/",
    ],
)
def test_without_a_log_nothing_is_shown(where: str) -> None:
    client = client_of(somebody(Role.ADMINISTRATOR, facility()))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_pending RENAME TO audit_pending_lost")
    try:
        answer = client.get(where)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_pending_lost RENAME TO audit_pending")
    assert answer.status_code == 500


def test_without_a_log_a_callback_shows_nothing() -> None:
    client = client_of(somebody(Role.ADMINISTRATOR, facility()))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_pending RENAME TO audit_pending_lost")
    answer = client.post(
        "/overview/_dash-update-component", json.dumps(CALLBACK), content_type="application/json"
    )
    assert answer.status_code == 500


def test_without_a_log_no_request_moves() -> None:
    world = sample_world()
    client = client_of(somebody(Role.SUPERVISOR, facility()))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_pending RENAME TO audit_pending_lost")
    where = f"/api/requests/{world['number']}/transition/"
    answer = client.post(where, {"to": "withdrawn"}, content_type="application/json")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_pending_lost RENAME TO audit_pending")
    assert answer.status_code == 500
    found = ImagingRequest.objects.get(number=world["number"])
    assert (found.state, found.events.filter(kind="withdrawn").count()) == ("received", 0)
    assert (
        client.post(where, {"to": "withdrawn"}, content_type="application/json").status_code == 200
    )
