"""The command imports a log, says what it found, and refuses misuse."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from analytics.external_logs.store import name_for
from analytics.models import SavedMapping, UploadedLog
from analytics.sources.opening import names_of_logs
from requests_app.models import Facility, Organization
from tests.analytics.external_logs.measured import LOG


@pytest.mark.django_db
def test_the_command_imports_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cd_log.csv"
    path.write_bytes(LOG)
    for _ in range(2):
        call_command("import_log", str(path), "--json")
        assert json.loads(capsys.readouterr().out)["log"] == "cd-log"
    assert UploadedLog.objects.count() == 1
    call_command("metrics", "--source", "cd-log", "--key", "turnaround_mean", "--json")
    assert json.loads(capsys.readouterr().out)["metrics"][0]["value"] == 4.5


@pytest.mark.django_db
def test_a_cut_that_a_log_cannot_make_is_refused_or_answered_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cd_log.csv"
    path.write_bytes(LOG)
    imported(capsys, str(path))
    asked = ("--source=cd-log", "--slice=priority=urgent")
    why = "a log of this kind does not say what is urgent"
    call_command("metrics", *asked, "--key=requests_received")
    said = capsys.readouterr().out
    assert said.endswith(f"\nRequests received: - (cannot be cut by “Priority”: {why})\n")
    call_command("metrics", "--source=cd-log", "--key=requests_received", "--by=priority")
    assert capsys.readouterr().out.endswith(f"\n  cannot be grouped by “Priority”: {why}\n")
    for command in (
        ("process",),
        ("what_if",),
        ("report", "sla_compliance", "--format=csv", "--out=-"),
    ):
        with pytest.raises(CommandError, match="cannot be cut by “Priority”") as refused:
            call_command(*command, *asked)
        assert refused.value.returncode == 2


@pytest.mark.django_db
def test_the_commands_refuse_misuse_with_status_2(tmp_path: Path) -> None:
    path = tmp_path / "map.json"
    path.write_text("[]")
    log = tmp_path / "log.csv"
    log.write_bytes(LOG)
    for words in (
        ["import_log", str(tmp_path / "nowhere.csv")],
        ["import_log", str(log), "--mapping", str(path)],
        ["import_log", str(log), "--as-of", "someday"],
        ["metrics", "--source", "nowhere"],
        ["metrics", "--key", "nothing"],
        ["metrics", "--from", "2026-02-01", "--to", "2026-01-01"],
    ):
        with pytest.raises(CommandError) as refused:
            call_command(*words)
        assert refused.value.returncode == 2


def imported(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    call_command("import_log", *words)
    return capsys.readouterr().out


@pytest.mark.django_db
def test_the_command_gives_a_log_to_the_only_organization(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cd_log.csv"
    path.write_bytes(LOG)
    said = imported(capsys, str(path))
    assert "visible on the command line only" in said
    assert "Times without a zone" not in said  # it holds dates alone
    assert "  turnaround_mean: Good; " in said
    (discs,) = (line for line in said.splitlines() if "opened where they arrived" in line)
    assert discs.startswith("  Not computable: no column says ")
    assert ": immediately_usable, usable_after_rework, " in discs
    only = Organization.objects.create(name="Example Health", slug="example-health")
    Facility.objects.create(organization=only, name="North", slug="north", zone="America/Chicago")
    asking = tmp_path / "spring.csv"
    asking.write_text("Date Rcvd,Date Out\n2025-03-08 10:00,2025-03-10 10:00\n")
    with pytest.raises(SystemExit, match="1"):
        imported(capsys, str(asking))
    assert 'in a file for --mapping: {"zone": "America/Chicago"}' in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"Known: live, cd-log\.$"):
        call_command("metrics", "--source", "cd_log")
    assert "Example Health sees it under Imported logs" in imported(capsys, str(path))
    assert names_of_logs(only.pk) == ("cd-log",)
    Organization.objects.create(name="Other Health", slug="other-health")
    assert "command line only" in imported(capsys, str(path), "--name=second")
    with pytest.raises(CommandError, match=r"Known: example-health, other-health\."):
        imported(capsys, str(path), "--organization=northfield")


@pytest.mark.django_db
def test_the_command_names_words_without_a_meaning_and_how_to_give_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, mapping = tmp_path / "desk.csv", tmp_path / "mapping.json"
    rows = [f'{at},1/13/25,1/20/25,"Desk ""A"""' for at in range(3)]
    path.write_text("\n".join(["Req #,Date Rcvd,Date Out,How sent", *rows, "9,1/13/25,1/20/25,CD"]))
    said = imported(capsys, str(path), "--name=first")
    assert "1 of 4 rows say a way of sending that we know (CD)" in said
    assert 'channel: words without a meaning: “Desk "A"” (3 rows)' in said
    example = said.partition("for --mapping: ")[2].partition("\n")[0]
    mapping.write_text(example)
    told = imported(capsys, str(path), "--name=second", f"--mapping={mapping}")
    assert "without a meaning" not in told
    assert (
        "physical_media_share_out: Good; every row says a way of sending that is known as a disc or not"
        in told
    )
    mapping.write_text(json.dumps({"values": {"channel": {'Desk "A"': "nope"}}}))
    told = imported(capsys, str(path), "--name=own", f"--mapping={mapping}")
    assert 'channel: “Desk "A"” means “nope” by the mapping, which is no channel of ours' in told
    assert "Channels: " in told
    SavedMapping.objects.update(mapping={"columns": {}, "values": {"nope": {"a": "b"}}})
    assert "4 of 4 rows" in imported(capsys, str(path), "--name=kept", "--as-last-time")
    answer = json.loads(imported(capsys, str(path), "--name=third", "--json"))
    assert answer["unknown_words"] == [{"word": 'Desk "A"', "rows": 3}]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Release Log_2026.xlsx", "release-log-2026"),
        ("../steps.XES.gz", "steps"),
        ("live.csv", "live-log"),
        ("§.csv", "log"),
        (f"{'x' * 90}.csv", "x" * 60),
    ],
)
def test_a_log_is_called_after_its_file_and_never_as_live_work(file: str, name: str) -> None:
    assert name_for(file) == name


@pytest.mark.django_db
def test_a_question_tells_each_answer_in_words_and_as_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("Req #,Date Received,Date Sent\n1,1/13/25,NULL\n2,1/13/25,1/14/25\n")
    with pytest.raises(SystemExit):
        call_command("import_log", str(path))
    said = capsys.readouterr().out
    assert "Where a date would stand, “Date Sent” holds “NULL” (1 row). Were" in said
    assert 'Yes, read it as a blank: {"values": {"completed_at": {"NULL": "blank"}}}' in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("time", "said"),
    [("", False), (" 10:00", True), ("T10:00:00Z", False), ("T10:00:00-06:00", False)],
)
def test_the_zone_of_times_is_said_only_where_times_lack_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], time: str, said: bool
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"Date Rcvd,Date Out\n2025-01-13{time},2025-01-14{time}\n")
    told = imported(capsys, str(path))
    assert ("Times without a zone are read in UTC." in told) is said


@pytest.mark.django_db
def test_the_command_says_what_each_column_was_read_as(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "Req #,Date Rcvd,Date Out,Patient Name,MRN,Shelf\n1,2025-01-13,2025-01-14,Canary,77,B\n"
    )
    lines = [line.strip() for line in imported(capsys, str(path)).splitlines()]
    (read,) = (line for line in lines if line.startswith("Columns read: "))
    assert "“Req #” is Request number" in read
    assert "“Date Rcvd” is Received" in read
    assert "“MRN” is Random code" in read
    assert "Columns dropped: “Patient Name”." in lines
    assert "Columns ignored: “Shelf”." in lines
    assert "Canary" not in "".join(lines)
    assert lines[0].startswith("1 of 1 row imported as log: 1 case, 2 events. 1 row is new, ")
