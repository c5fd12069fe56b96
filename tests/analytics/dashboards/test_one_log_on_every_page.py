"""A request and a log are the same on the overview, the forecast and the page of reports."""

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import synthetic
from django.core.management import call_command
from django.test import Client
from pyarrow import compute as pc
from test_overview_page import html

from analytics.mirror.fold import fold
from analytics.mirror.refresh import Snapshot

pytestmark = pytest.mark.django_db
LOG = "Req #,Date Rcvd,Due Date,Date Out\n1,2025-01-13,2025-01-20,2025-01-20\n2,2025-01-14,2025-02-20,\n"
FORECAST, REPORTS = "/work/analytics/forecast/", "/reports/"


def test_a_received_request_that_is_complete_waits_to_be_approved(
    person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = synthetic.log()
    place = log.requests.schema.get_field_index("state")
    field = log.requests.schema.field(place)
    states = pc.replace_substring(
        log.requests["state"].cast(pa.string()), pattern="approved", replacement="received"
    )
    requests = log.requests.set_column(place, field, states.cast(field.type))
    shot = Snapshot(
        mirror=fold(replace(log, requests=requests)), watermark="1", content="received" * 8
    )
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    client.force_login(person("him_director", everything=True))
    words = html(client, "needs")
    assert words.count("to be approved") == 6
    assert "to be checked" not in words


@pytest.fixture
def director(person, client: Client, tmp_path: Path) -> Client:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    call_command("import_log", str(path), "--name=cd-log", "--organization=northfield-health")
    client.force_login(person("him_director", everything=True))
    return client


@pytest.mark.parametrize("where", [FORECAST, REPORTS])
def test_live_work_and_each_log_can_be_chosen_as_the_source(director: Client, where: str) -> None:
    words = director.get(where).content.decode()
    assert "<span>Source</span> Live work" in words
    assert '<a href="?source=cd-log">Log cd-log</a>' in words
    assert (
        "<span>Source</span> Log cd-log" in director.get(f"{where}?source=cd-log").content.decode()
    )


def test_the_overview_of_a_log_leads_to_its_forecast(director: Client) -> None:
    doors = re.findall(rf'href="({FORECAST}[^"]*)"', html(director, "needs", "?source=cd-log"))
    assert doors == [f"{FORECAST}?source=cd-log"]
    assert director.get(doors[0]).status_code == 200
