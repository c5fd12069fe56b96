"""The sealed access log outlives an imported log: it holds no word of its own."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from django.test import Client

from analytics.metrics.selection import Selection
from analytics.readers.counted import each_told, filters_of, told
from audit.models import AuditEntry
from requests_app.vocabulary import Role
from tests.analytics import synthetic
from tests.analytics.readers.leaking import MARK, SENT_TO, load_leaking
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db
OF_THE_LOG = "?source=leak"


@pytest.fixture
def director(tmp_path: Path, client: Client) -> Client:
    """Return a browser of a director whose organization has the log."""
    person = make_cast().people[Role.HIM_DIRECTOR]
    load_leaking(tmp_path, f"--organization={person.organization.slug}")
    client.force_login(person)
    return client


def last(verb: str) -> dict[str, Any]:
    """Return the detail of the latest entry of a verb; no entry holds a word of the log."""
    assert not [one for one in AuditEntry.objects.all() if MARK in bytes(one.body).decode().lower()]
    entry = AuditEntry.objects.filter(verb=verb).order_by("at").last()
    assert entry is not None
    detail: dict[str, Any] = json.loads(bytes(entry.body))["detail"]
    return detail


def counts(detail: dict[str, Any]) -> dict[str, list[str]]:
    return {name: of for name, of in parse_qs(detail["filters"]).items() if name.endswith("_own")}


CUT = f"{OF_THE_LOG}&slice=partner={quote(SENT_TO)}&slice=partner=Mercy&slice=modality=CT"
SAID = {"partner_own": ["2"], "facility_own": ["2"]}


@pytest.mark.parametrize(
    "page",
    [
        "/overview/",
        "/work/analytics/process/",
        "/work/analytics/forecast/",
        "/work/analytics/cost/",
    ],
)
def test_pages_count_the_own_words_of_a_log(director: Client, page: str) -> None:
    assert director.get(f"{page}{CUT}").status_code == 200
    detail = last("dashboard.viewed")
    assert counts(detail) == SAID
    assert "slice=modality%3DCT" in detail["filters"]


def test_a_list_behind_a_number_counts_them(director: Client) -> None:
    group = quote("see Eva Zqxdoe")
    director.get(f"/overview/behind/{CUT}&key=failures_by_code&group={group}")
    assert counts(last("figure.opened")) == SAID | {"group_own": ["1"]}


def test_a_ticked_code_of_a_log_is_not_told(director: Client) -> None:
    code = quote("see Eva Zqxdoe")
    director.get(f"/work/analytics/process/{OF_THE_LOG}&without={code}&without=AU02")
    detail = last("dashboard.viewed")
    assert counts(detail) == {"facility_own": ["2"]}
    assert "without=AU02" in detail["filters"]
    assert detail["ignored"] == "without"


def test_an_answer_for_programs_counts_them(director: Client) -> None:
    director.get(f"/api/analytics/graph/{CUT}")
    assert counts(last("api.figures_read")) == SAID
    director.get(f"/api/analytics/metrics/{CUT}&key=requests_received&facility=North Zqxdoe")
    assert counts(last("api.figures_read")) == SAID | {"facility_own": ["1"]}


def test_a_report_counts_them(director: Client) -> None:
    found = director.get(f"/reports/sla_compliance.csv{CUT}")
    assert found.status_code == 200
    detail = last("report.exported")
    assert counts(detail)["partner_own"] == ["2"]


def test_of_live_work_the_names_that_the_house_chose_stand() -> None:
    chosen = {"facility": "north", "partner": "Mercy", "modality": "CT of Dee"}
    assert list(each_told(chosen, {name: name for name in chosen}, is_live=True)) == [
        *(("facility", "north"), ("partner", "Mercy"), ("modality_own", "1"))
    ]
    assert list(told("without", {"AU02", "told Eva"}, of="reason", is_live=False)) == [
        *(("without", "AU02"), ("without_own", "1"))
    ]
    said = filters_of(synthetic.mirror(), Selection(slices=(("modality", ("CT chest",)),)))
    assert said == "facility=northfield&facility=riverside&days=all&zone=UTC&modality_own=1"
