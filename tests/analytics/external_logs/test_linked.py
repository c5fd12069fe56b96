"""A table of requests and a history of their steps are one log; rows without partner are listed."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.external_logs.as_said import read_linked
from analytics.external_logs.importing import Reading
from analytics.external_logs.refusals import BadMapping
from analytics.external_logs.saved import with_blanks
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.models import UploadedLog

REQUESTS = """Req #,Date Received,Date Sent,Method,Pt Name,Status
007,2025-01-13,2025-01-20,CD,Canary A,closed
8,2025-01-14,2025-01-16,portal,Canary B,closed
9,2025-01-15,,CD,Canary C,open
8,2025-01-17,,CD,Canary D,open
,2025-01-17,,CD,Canary E,open
"""
STEPS = """Request,New Status,Changed At,Changed By
007,Received,2025-01-13 09:00,ann
007,Approved,2025-01-14 09:00,bob
007,Sent,2025-01-20 09:00,ann
8,Received,2025-01-14 09:00,ann
8,Sent,2025-01-16 09:00,ann
4711,Received,2025-01-16 09:00,ann
,Received,2025-01-16 09:00,ann
8,Sent,soon,ann
"""


def read(requests: str = REQUESTS, steps: str = STEPS, **words: Any) -> Reading:
    said = {"given": {}, "by": "Req #=Request", "name": "log"} | words
    reading = read_linked(requests.encode(), steps.encode(), **said)
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    assert answer["requests_read"] == answer["requests_linked"] + len(answer["unlinked"])
    return reading


def test_steps_are_put_to_their_requests_and_measured() -> None:
    reading = read()
    assert reading.log is not None
    found = compute(fold(reading.log), Selection())
    assert found["turnaround_mean"].value == 4.5
    assert found["physical_media_share_out"].value == 50
    assert sorted(reading.log.requests["number"].to_pylist()) == ["007", "8"]
    activities = set(reading.log.events["activity"].to_pylist())
    assert {"log: Received", "log: Approved", "log: Sent"} <= activities


def test_the_receipt_is_the_same_when_the_columns_are_said_as_they_were_shown() -> None:
    shown = read().mapping
    assert shown.received == {"column": "Date Received"}
    said = with_blanks(shown.as_json())["columns"]
    assert read(given={"columns": said}).mapping.received == shown.received
    without = {**said, "received_at": ""}
    assert read(given={"columns": without}).mapping.received == "first_event"


def test_rows_without_a_partner_are_listed_on_either_side() -> None:
    reading = read()
    assert reading.rejected == [
        (7, "its request is not in the file of requests"),
        (8, "no request number"),
        (9, "'soon' is not a time"),
    ]
    assert reading.answer("log")["unlinked"] == [
        {"row": 4, "reason": "no step names this request"},
        {"row": 5, "reason": "a request of this number stands in the file before"},
        {"row": 6, "reason": "no request number"},
    ]


def test_what_names_a_person_in_either_table_is_not_kept() -> None:
    steps = STEPS.replace("Changed By", "Pt Name").replace("ann", "Canary")
    reading = read(steps=steps)
    assert reading.log is not None
    assert reading.merged is not None
    kept = (reading.log.requests, reading.log.events, reading.merged.rows)
    assert "Canary" not in str([table.to_pylist() for table in kept])
    with pytest.raises(BadMapping, match="particulars"):
        read(steps=steps, given={"columns": {"partner": "case:Pt Name"}})


def test_the_same_header_in_both_files_joins_them() -> None:
    steps = STEPS.replace("Request,", "REQ #,")
    assert read(steps=steps, by="").answer("log")["cases"] == 2


@pytest.mark.parametrize(
    ("by", "sentence"),
    [("Nowhere", "requests has no column"), ("Req #=Nowhere", "steps has no column")],
)
def test_a_column_that_is_not_there_joins_nothing(by: str, sentence: str) -> None:
    with pytest.raises(BadMapping, match=sentence):
        read(by=by)


def test_without_a_number_in_both_files_nothing_is_joined_by_guess() -> None:
    with pytest.raises(BadMapping, match="No column of a request number"):
        read(steps=STEPS.replace("Request,", "Thing,"), by="")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["1", "2", "3", ""]), max_size=6),
    st.lists(st.sampled_from(["1", "2", "4", "", "9"]), max_size=8),
)
def test_whatever_is_joined_each_row_is_counted_once(left: list[str], right: list[str]) -> None:
    rows = "".join(f"{one},1/13/25\n" for one in ["9", *left])
    steps = "".join(f"{one},sent,2025-01-14\n" for one in ["9", *right])
    reading = read(f"Req #,Date Rcvd\n{rows}", f"Req #,Status,Changed At\n{steps}", by="")
    answer = reading.answer("log")
    linked = {one for one in right if one in left} | {"9"}
    assert answer["requests_linked"] == len(linked - {""})
    assert answer["rows_imported"] == 1 + sum(one in {"9", *left} - {""} for one in right)


@pytest.mark.django_db
def test_the_command_takes_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = tmp_path / "requests.csv", tmp_path / "history.csv"
    one.write_text(REQUESTS)
    two.write_text(STEPS)
    words = ["import_log", str(one), "--events", str(two), "--by", "Req #=Request"]
    for _ in range(2):
        call_command(*words, "--json")
        answer = json.loads(capsys.readouterr().out)
        assert (answer["log"], answer["cases"], answer["requests_linked"]) == ("requests", 2, 2)
    assert UploadedLog.objects.count() == 1
    call_command(*words)
    assert "  requests, row 4: no step names this request" in capsys.readouterr().out
    for wrong in (["--events", str(tmp_path / "none")], ["--events", str(two), "--as-last-time"]):
        with pytest.raises(CommandError) as refused:
            call_command("import_log", str(one), *wrong)
        assert refused.value.returncode == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "mapping", ['{"columns":"abc"}', '{"columns":null}', '{"columns":{"staff":1}}', "[1]"]
)
def test_what_is_no_mapping_is_refused_before_it_is_used(tmp_path: Path, mapping: str) -> None:
    one, two, said = (tmp_path / name for name in ("requests.csv", "history.csv", "said.json"))
    one.write_text(REQUESTS)
    two.write_text(STEPS)
    said.write_text(mapping)
    words = ["--events", str(two), "--by", "Req #=Request", "--mapping", str(said)]
    with pytest.raises(CommandError) as refused:
        call_command("import_log", str(one), *words)
    assert refused.value.returncode == 2
