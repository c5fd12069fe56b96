"""The whole of a log lasts until its last end: page, API, command and report count alike."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from test_overview_page import html

pytestmark = pytest.mark.django_db
ROWS = "\n".join(f"{n},2025-01-{n:02},2025-03-01,2025-02-{n:02}" for n in range(6, 25))
LOG = f"Req #,Date Rcvd,Due Date,Date Out\n{ROWS}\n30,2025-01-24,2025-03-01,2025-06-30\n"
SOURCE = "?source=late-ends"


@pytest.fixture
def director(person, client: Client, tmp_path: Path) -> Client:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    call_command("import_log", str(path), "--name=late-ends", "--organization=northfield-health")
    client.force_login(person("him_director", everything=True))
    return client


def test_closings_after_the_last_receipt_are_counted_everywhere(
    director: Client, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    capsys.readouterr()
    call_command("metrics", "--source=late-ends", "--json")
    told = {one["key"]: one["value"] for one in json.loads(capsys.readouterr().out)["metrics"]}
    page = director.get(f"/api/analytics/metrics/{SOURCE}").json()
    found = {one["key"]: one["value"] for one in page["metrics"]}
    of = ("requests_received", "requests_closed", "net_flow")
    assert [found[key] for key in of] == [told[key] for key in of] == [20, 20, 0]
    assert page["period"]["to"] == "2025-06-30"
    assert "all of the log" in page["period"]["why"]
    words = director.get(f"/work/analytics/measures/{SOURCE}").content.decode()
    assert "Jan 6 – Jun 30, 2025" in words
    out = tmp_path / "report.csv"
    call_command("report", "sla_compliance", "--source=late-ends", "--format=csv", f"--out={out}")
    assert "Jan 6 – Jun 30, 2025" in out.read_text()


def test_weeks_of_receipt_end_with_the_last_receipt(director: Client) -> None:
    words = html(director, "weekly", SOURCE)
    assert words.count("Jan") and "Jun" not in words
