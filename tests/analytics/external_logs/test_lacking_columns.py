"""A file that lacks a column of its log says nothing of it: what the log knew, it keeps."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.external_logs.importing import Reading, read_log
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.models import UploadedLog
from tests.analytics.external_logs.imported import after, counts, kept, requests_of
from tests.depth import examples

WHOLE = """Req #,Date Rcvd,Date Out,Status,Method
1,1/13/25,1/20/25,Sent,CD
2,1/14/25,,Withdrawn,
3,1/15/25,1/18/25,Sent,portal
"""
SHORT = "Req #,Date Rcvd,Date Out\n"
SAME = SHORT + "1,1/13/25,1/20/25\n2,1/14/25,\n3,1/15/25,1/18/25\n"


def figures(reading: Reading) -> tuple[Any, ...]:
    assert reading.log is not None
    found = compute(fold(reading.log), Selection())
    share = found["physical_media_share_out"]
    return share.value, share.denominator, found["open_requests"].n


def test_rows_without_their_status_open_no_withdrawn_request_and_forget_no_way_of_sending() -> None:
    again = after(WHOLE, SAME)
    assert counts(again) == (0, 3, 0, 3)
    assert figures(again) == figures(after(WHOLE)) == (50, 2, 0)
    said = "This file has no columns “Status”, “Method”: rows that were there keep theirs, new ones"
    assert f"{said} have none." in again.remarks


def test_a_corrected_row_keeps_the_cells_that_its_file_does_not_have() -> None:
    fixed = after(WHOLE, SHORT + "1,1/13/25,1/21/25\n2,1/14/25,1/16/25\n")
    assert counts(fixed) == (0, 0, 2, 3)
    assert fixed.merged is not None
    rows = {row["request_id"]: row for row in fixed.merged.rows.to_pylist()}
    assert [rows[one]["channel"] for one in "123"] == ["CD", "", "portal"]
    assert [rows[one]["completed_at"] for one in "123"] == ["1/21/25", "1/16/25", "1/18/25"]
    assert rows["2"]["status"] == "Withdrawn"


def test_a_moment_that_a_file_does_not_have_is_kept_too() -> None:
    due = "Req #,Date Rcvd,Date Out,Need By\n1,1/13/25,1/20/25,1/16/25\n"
    fixed = after(due, SHORT + "1,1/13/25,1/15/25\n")
    assert fixed.log is not None
    assert fixed.log.requests["due"].to_pylist() == after(due).log.requests["due"].to_pylist()  # type: ignore[union-attr]


def test_one_new_row_without_a_column_leaves_the_figures_of_the_others() -> None:
    more = after(WHOLE, SHORT + "4,1/16/25,1/17/25\n")
    assert counts(more) == (1, 0, 0, 4)
    assert more.grades["physical_media_share_out"]["computable"]
    assert figures(more)[2] == 0
    whole = after(WHOLE, SHORT + "4,1/16/25,1/17/25\n", WHOLE)
    assert counts(whole) == (0, 3, 0, 4)
    assert figures(whole) == figures(more)


def test_meanings_of_words_are_kept_with_their_column() -> None:
    desk = WHOLE.replace("CD", "Desk")
    said = {"channel": {"Desk": "physical_cd"}}
    again = after(desk, SAME, values=said)
    assert again.merged is not None
    assert again.merged.mapping.values == said
    assert again.merged.mapping.columns["channel"] == "Method"
    assert again.mapping.columns.keys() == {"request_id", "received_at", "completed_at"}
    assert figures(again) == (50, 2, 0)


def test_a_column_that_is_there_and_not_wanted_is_not_kept() -> None:
    unwanted = {"columns": {"channel": ""}}
    again = read_log(WHOLE.encode(), name="log", given=unwanted, earlier=kept(after(WHOLE)))
    assert again.merged is not None
    assert not again.merged.lacks
    kept_words = set(again.merged.rows["channel"].to_pylist())
    assert kept_words == {""}


def test_cases_keep_the_column_of_their_ends_and_new_ones_are_open() -> None:
    head = "case id,activity,timestamp,case:enddate\n"
    first = head + "a,start,2025-01-01 10:00,2025-01-03 10:00\n"
    short = "case id,activity,timestamp\na,start,2025-01-01 10:00\nb,start,2025-01-02 10:00\n"
    both = after(first, short)
    assert counts(both) == (1, 1, 0, 2)
    assert both.log is not None
    ends = dict(
        zip(*(both.log.requests[one].to_pylist() for one in ("number", "ended")), strict=True)
    )
    assert ends["b"] is None
    assert ends["a"] == after(first).log.requests["ended"].to_pylist()[0]  # type: ignore[union-attr]


def test_rows_of_studies_stay_so_where_a_file_holds_each_number_once() -> None:
    studies = "Req #,Date Rcvd,Date Out,Exam\n1,1/13/25,1/20/25,CT\n1,1/13/25,1/20/25,MR\n"
    earlier = after(studies, row="study")
    more = SHORT + "2,1/14/25,1/20/25\n"
    assert read_log(more.encode(), name="log", earlier=kept(earlier)).answer("log")["cases"] == 2


FILLED = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", ""]),
        st.sampled_from(["1/13/25", "1/14/25", "1/20/25"]),
        st.sampled_from(["", "1/20/25", "1/22/25"]),
        st.sampled_from(["", "Withdrawn", "Sent"]),
        st.sampled_from(["CD", "portal", ""]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=examples(15), deadline=None)
@given(FILLED, FILLED, st.sets(st.sampled_from([0, 2, 3, 4]), min_size=1))
def test_a_file_that_lacks_columns_changes_nothing_when_it_comes_again(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]], lacks: set[int]
) -> None:
    head = tuple(WHOLE.splitlines()[0].split(","))
    whole = "".join(",".join(row) + "\n" for row in (head, *first))
    short = "".join(
        ",".join(cell for place, cell in enumerate(row) if place not in lacks) + "\n"
        for row in (head, *second)
    )
    said: dict[str, Any] = {"row": "request", "layout": "requests"}
    said["columns"] = {"completed_at": ""} if 2 in lacks else {}
    log = kept(after(whole, row="request"))
    once = read_log(short.encode(), name="log", given=said, earlier=log)
    twice = read_log(short.encode(), name="log", given=said, earlier=kept(once))
    assert (counts(twice)[0], counts(twice)[2]) == (0, 0)
    assert once.merged is not None
    assert twice.merged is not None
    assert twice.merged.rows.num_rows == once.merged.rows.num_rows
    assert twice.merged.mapping.sources() == log.sources
    # What has no number is called by its row in the last file.
    known = [
        sorted((one[1:] for one in requests_of(reading)), key=repr) for reading in (once, twice)
    ]
    assert known[0] == known[1]


@pytest.mark.django_db
def test_the_mapping_that_is_stored_is_that_of_the_whole_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cd_log.csv"
    for text in (WHOLE, SAME):
        path.write_text(text)
        call_command("import_log", str(path), "--json")
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["grades"]["physical_media_share_out"]["computable"]
    log = UploadedLog.objects.get()
    assert log.mapping["columns"]["status"] == "Status"
    figures = ["metrics", "--source", "cd-log", "--json"]
    call_command(*figures, "--key", "physical_media_share_out", "--key", "open_requests")
    found = json.loads(capsys.readouterr().out)["metrics"]
    assert [(one["value"], one["n"]) for one in found] == [(50, 2), (0, 0)]
    path.write_text(WHOLE)
    call_command("import_log", str(path), "--json")
    assert not json.loads(capsys.readouterr().out)["replaced_whole"]
