"""Any log is read, every row is accounted for, and what is unclear is asked."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.refusals import BadMapping, UnusableLog
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.models import SavedMapping, UploadedLog
from analytics.sources.opening import names_of_logs
from requests_app.models import Facility, Organization
from tests.depth import examples

LOG = b"Req #,Date Rcvd,Date Out,Method\n1,1/13/25,1/20/25,CD\n2,1/14/25,1/16/25,portal\n"


def measured(reading: Reading) -> dict[str, Result]:
    assert reading.log is not None
    return compute(fold(reading.log), Selection())


def test_a_log_that_tells_of_one_end_says_nothing_of_further_deliveries() -> None:
    both = read_log(LOG.replace(b"portal", b"CD + portal"), name="log")
    assert measured(both)["deliveries_by_channel"].value == 3
    for reading in (read_log(LOG, name="log"), both):
        again = measured(reading)["rework_rate"]
        assert (again.value, again.why) == (
            None,
            "no column says how often a request was sent",
        )
        assert reading.grades["rework_rate"]["grade"] == "not_computable"


def test_a_plain_log_is_read_and_measured() -> None:
    reading = read_log(LOG, name="log")
    found = measured(reading)
    assert found["turnaround_mean"].value == 4.5
    assert found["physical_media_share_out"].value == 50
    assert found["sla_compliance"].value is None
    assert reading.log is not None
    assert reading.log.granularity == "day"


@pytest.mark.parametrize("mark", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_dialect_and_encoding_change_no_figure(mark: str, encoding: str) -> None:
    other = LOG.decode().replace(",", mark).encode(encoding)
    assert measured(read_log(other, name="log")) == measured(read_log(LOG, name="log"))


def test_ambiguous_dates_are_asked_and_nothing_is_built() -> None:
    reading = read_log(b"Date Received,Date Sent\n3/4/25,3/5/25\n", name="log")
    assert reading.log is None
    assert reading.questions[0]["choices"] == ["MDY", "DMY"]


def test_the_answer_decides_the_days_between() -> None:
    content = b"Date Received,Date Sent\n3/4/25,3/5/25\n"
    first = measured(read_log(content, name="a", given={"date_order": "MDY"}))
    second = measured(read_log(content, name="a", given={"date_order": "DMY"}))
    assert (first["turnaround_mean"].value, second["turnaround_mean"].value) == (1, 30)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,1/20/25,1/13/25,CD", "completed before it was received"),
        ("1,,1/13/25,CD", "no received date"),
        ("1,13/32/25,1/13/25,CD", "'13/32/25' is not a date"),
        ("TOTAL,,,", "a totals row, not a request"),
        ("Req #,Date Rcvd,Date Out,Method", "a repeated header row, not a request"),
        ("1,1/13/25,1/20/25,CD,more,cells", "6 cells under 4 headers"),
        ("2,1/14/25,1/16/25,portal", "the same row stands in the file before"),
    ],
)
def test_a_row_that_cannot_be_used_is_listed_with_its_reason(row: str, reason: str) -> None:
    reading = read_log(LOG + row.encode() + b"\n", name="log")
    assert reading.rejected == [(4, reason)]
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"] == 3


def test_two_media_in_one_cell_are_two_deliveries() -> None:
    content = LOG + b"3,1/15/25,1/16/25,CD + PS\n"
    groups = {
        one.group: one.n
        for one in measured(read_log(content, name="a"))["deliveries_by_channel"].by
    }
    assert groups == {"physical_cd": 2, "portal_patient": 1, "network_vendor": 1}


def test_a_mapping_names_columns_and_words() -> None:
    content = b"When,Gone,How\n2025-01-01,2025-01-03,Desk\n"
    given: dict[str, Any] = {
        "columns": {"received_at": "When", "completed_at": "Gone", "channel": "How"},
        "values": {"channel": {"Desk": "physical_cd"}},
    }
    reading = read_log(content, name="log", given=given)
    assert measured(reading)["physical_media_share_out"].value == 100


@pytest.mark.parametrize(
    "given",
    [
        {"colums": {}},
        {"layout": "rows"},
        {"columns": {"received_at": "Nowhere"}},
        {"columns": {"nothing": "Req #"}},
        {"zone": "Mars/Olympus"},
        {"completed": {"column": "Nowhere"}},
        {"values": {"channel": "CD"}},
        {"values": {"channel": {"Desk": 1}}},
        {"values": {"nope": {}}},
    ],
)
def test_a_mapping_that_does_not_fit_gets_a_sentence(given: dict[str, Any]) -> None:
    with pytest.raises(BadMapping) as refused:
        read_log(LOG, name="log", given=given)
    assert refused.value.sentence.endswith((".", '"'))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\x01", b"a,b\n", b"a,b\n1,2\n"])
def test_what_holds_no_log_gets_a_sentence(content: bytes) -> None:
    with pytest.raises(UnusableLog):
        read_log(content, name="log")


def test_names_and_record_numbers_are_not_kept() -> None:
    content = b"Pt Name,MRN,Date Rcvd,Date Out\nCanary,4711,1/13/25,1/20/25\n"
    reading = read_log(content, name="log")
    assert reading.log is not None
    kept = str(reading.log.requests.to_pylist()) + str(reading.log.events.to_pylist())
    assert "Canary" not in kept
    assert "4711" not in kept


CELLS = st.sampled_from(
    ["", "1/13/25", "1/20/25", "2025-02-03", "x", "CD", "TOTAL", "=1+1", "13/13/13"]
)


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=12))
def test_every_row_is_imported_or_listed(rows: list[list[str]]) -> None:
    content = LOG + "".join(",".join(row) + "\n" for row in rows).encode()
    said = {"date_order": "MDY", "row": "request", "layout": "requests"}
    words = dict.fromkeys(("x", "CD", "TOTAL"), "unreadable")
    reading = read_log(content, name="log", given=said | {"values": {"completed_at": words}})
    answer = reading.answer("log")
    written = sum(any(cell for cell in row) for row in rows)
    assert answer["rows_read"] == 2 + written
    assert answer["rows_imported"] + answer["rows_rejected"] == answer["rows_read"]
    assert answer["cases"] == answer["rows_imported"]


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


def test_what_comes_after_the_moment_until_which_a_log_speaks_is_counted_apart() -> None:
    ours = "Req #,Date Rcvd,Date Out\n1,2025-01-13,2025-01-20\n2,2025-02-03,\n3,2025-01-15,\n"
    until = datetime(2025, 1, 31, tzinfo=UTC)
    reading = read_log(ours.encode(), name="a", as_of=until)
    assert reading.rejected == [(3, "received after the as-of time")]
    found = measured(reading)
    assert (found["requests_received"].value, found["open_requests"].value) == (2, 1)
    assert found["open_age_mean"].value == 16
    steps = "Case,Activity,Time\n1,asked,2025-01-13 08:00\n1,sent,2025-02-03 08:00\n"
    events = read_log(steps.encode(), name="b", given={"zone": "UTC"}, as_of=until)
    assert events.rejected == [(3, "happened after the as-of time")]


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
    assert said == f"Requests received: - (cannot be cut by “Priority”: {why})\n"
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
    assert "Times without a zone are read in UTC." in said
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
    assert 'by --mapping, such as {"zone": "America/Chicago"}' in capsys.readouterr().out
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
    example = said.partition("such as ")[2].partition("\n")[0]
    mapping.write_text(example)
    told = imported(capsys, str(path), "--name=second", f"--mapping={mapping}")
    assert "without a meaning" not in told
    assert "physical_media_share_out: Good; every row says it" in told
    mapping.write_text(json.dumps({"values": {"channel": {'Desk "A"': "nope"}}}))
    told = imported(capsys, str(path), "--name=own", f"--mapping={mapping}")
    assert 'channel: “Desk "A"” means “nope” by the mapping, which is no channel of ours' in told
    assert "Channels: " in told
    SavedMapping.objects.update(mapping={"columns": {}, "values": {"nope": {"a": "b"}}})
    assert "4 of 4 rows" in imported(capsys, str(path), "--name=kept", "--as-last-time")
    answer = json.loads(imported(capsys, str(path), "--name=third", "--json"))
    assert answer["unknown_words"] == [{"word": 'Desk "A"', "rows": 3}]


FACTS = {
    "permit_receipt.csv": (8577, 1434, 8577),
    "hospital_patients.csv": (5442, 500, 5442),
    "interval_event_log.csv": (8109, 1266, 8109),
    "foia_requests_2017.csv": (244, 244, 488),
    "running-example.csv": (42, 6, 42),
}


@pytest.mark.parametrize(("name", "facts"), FACTS.items())
def test_real_logs_are_imported_whole(
    shared_data: Path, name: str, facts: tuple[int, int, int]
) -> None:
    answer = read_log((shared_data / "logs" / name).read_bytes(), name="log").answer("log")
    assert (answer["rows_imported"], answer["cases"], answer["events"]) == facts
    assert answer["rejected"] == []


def test_thousands_of_events_are_read_in_seconds(shared_data: Path) -> None:
    content = (shared_data / "logs" / "permit_receipt.csv").read_bytes()
    began = time.process_time()
    read_log(content, name="log")
    assert time.process_time() - began < 5


def test_the_figures_of_the_real_logs(shared_data: Path) -> None:
    given = {"received": "first_event", "completed": "last_event"}
    content = (shared_data / "logs" / "permit_receipt.csv").read_bytes()
    found = measured(read_log(content, name="log", given=given))
    assert found["turnaround_mean"].value == pytest.approx(5.4081, abs=1e-3)
    assert found["turnaround_p90"].value == pytest.approx(14.0952, abs=1e-3)
    assert [one.n for one in found["deliveries_by_channel"].by] == [1250, 109, 53, 21, 1]
    dated = {"received": "first_event", "completed": {"column": "case:enddate"}}
    ended = measured(read_log(content, name="log", given=dated))
    assert ended["open_requests"].n == 105
    # 113 cases ended a second or more before their first event: told, not counted, not mended.
    assert ended["turnaround_mean"].excluded == {
        "completed before it was received": 113,
        "open": 105,
    }
    foia = read_log((shared_data / "logs" / "foia_requests_2017.csv").read_bytes(), name="log")
    figures = measured(foia)
    assert figures["turnaround_mean"].value == pytest.approx(317.10, abs=0.005)
    assert figures["turnaround_median"].value == 48
    assert figures["turnaround_p90"].value == pytest.approx(1121.6)
    assert figures["physical_media_share_out"].why == "no column says how the images were sent"
