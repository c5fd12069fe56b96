"""A download of a report is recorded as a look at a page is: what did not count, what was refused."""

import json
from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEntry
from audit.proof.entry import Outcome
from requests_app.vocabulary import Role
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db
WHERE = "/reports/sla_compliance.csv"


@pytest.fixture
def director(client: Client) -> Client:
    client.force_login(make_cast().people[Role.HIM_DIRECTOR])
    return client


def recorded() -> dict[str, Any]:
    entry = AuditEntry.objects.get(verb="report.exported")
    assert b"zebulon" not in bytes(entry.body).lower()
    said: dict[str, Any] = json.loads(bytes(entry.body))
    return said


def test_words_that_did_not_count_are_named(director: Client) -> None:
    assert director.get(f"{WHERE}?clock=Zebulon&facility=Zebulon&Zebulon=1").status_code == 200
    assert recorded()["detail"]["ignored"] == "clock,facility,1 other"


def test_where_all_words_counted_none_is_named(director: Client) -> None:
    director.get(WHERE)
    assert "ignored" not in recorded()["detail"]


def test_a_source_that_is_refused_is_an_entry(director: Client) -> None:
    assert director.get(f"{WHERE}?source=zebulon").status_code == 404
    said = recorded()
    assert said["detail"] == {"refused": "source"}
    assert said["subject"] == "report:sla_compliance"
    assert said["outcome"] == Outcome.MINOR_FAILURE
