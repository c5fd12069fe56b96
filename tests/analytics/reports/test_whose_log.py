"""Several organizations may call their logs the same: a name then needs its organization."""

import csv
import re
import shlex
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from analytics.metrics.selection import Selection
from analytics.readers.places import organizations_of
from analytics.sources.opening import open_source
from requests_app.models import Organization
from tests.requests_app.cast import AT

pytestmark = pytest.mark.django_db
LOG = "Req #,Date Rcvd,Date Out\n1,2025-01-13,2025-01-20\n"
SLUGS = ("lakeside", "northfield")


@pytest.fixture
def logs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Leave a log of one name with each of two organizations; the second has a request more."""
    path = tmp_path / "log.csv"
    for n, slug in enumerate(SLUGS):
        Organization.objects.create(name=f"{slug.capitalize()} Health", slug=slug)
        path.write_text(LOG + "2,2025-01-14,2025-01-15\n" * n)
        call_command("import_log", str(path), "--name=cd-log", f"--organization={slug}")
    capsys.readouterr()
    return tmp_path


@pytest.mark.usefixtures("logs")
def test_a_name_that_several_hold_is_refused_with_whose_it_may_be() -> None:
    with pytest.raises(CommandError, match=r"cd-log': lakeside, northfield\. Say whose") as refused:
        call_command("metrics", "--source=cd-log")
    assert refused.value.returncode == 2


def test_a_log_of_nobody_is_meant_by_its_name_alone(logs: Path) -> None:
    call_command("import_log", str(logs / "log.csv"), "--name=cd-log")
    shot = open_source("cd-log", at=AT, any_organization=True)
    assert organizations_of("cd-log", shot, Selection(), ()) == []


@pytest.mark.parametrize(("slug", "rows"), [("lakeside", "1"), ("northfield", "2")])
def test_the_line_that_reproduces_a_report_of_a_log_names_whose_it_is(
    logs: Path, slug: str, rows: str
) -> None:
    first, again = logs / "first.csv", logs / "again.csv"
    said = ("--format=csv", f"--out={first}", "--source=cd-log", f"--organization={slug}")
    call_command("report", "sla_compliance", *said)
    words = shlex.split(facts_of(first)["Reproduce"])
    assert words[-8:-4] == ["--source", "cd-log", "--organization", slug]
    call_command(*words[2:-1], str(again))
    for path in (first, again):
        facts = facts_of(path)
        assert facts["Organization"] == f"{slug.capitalize()} Health"
        assert facts["Requests received"] == rows
        assert re.match(r"log cd-log as imported .*\d{4}.*; told from", facts["State of the data"])


def facts_of(path: Path) -> dict[str, str]:
    """Return the second cell of each row of a report by its first."""
    rows = csv.reader(path.read_text("utf-8-sig").splitlines())
    return {row[0]: row[1] for row in rows if len(row) > 1}
