"""A log that is imported again grows by what is new; nothing in it is ever doubled."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.external_logs.importing import read_log
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.models import UploadedLog
from tests.analytics.external_logs.imported import after, counts, kept
from tests.depth import examples

HEAD = "Req #,Date Rcvd,Date Out,Method\n"
PLAIN = "Date Rcvd,Date Out,Method,Requestor\n"
EVENTS = "case id,activity,timestamp,case:channel,case:enddate\n"


def test_a_longer_export_adds_its_new_rows_and_recognises_the_others() -> None:
    january = HEAD + "1,1/13/25,1/20/25,CD\n2,1/14/25,1/16/25,portal\n"
    longer = january + "3,1/15/25,1/18/25,CD\n"
    reading = after(january, longer)
    assert counts(reading) == (1, 2, 0, 3)
    assert reading.answer("log")["rows_imported"] == 3
    assert reading.answer("log")["cases"] == 3


def test_another_month_is_put_to_the_log_and_loses_none() -> None:
    reading = after(HEAD + "1,1/13/25,1/20/25,CD\n", HEAD + "2,2/14/25,2/16/25,portal\n")
    assert counts(reading) == (1, 0, 0, 2)


def test_a_corrected_row_takes_the_place_of_the_old_one() -> None:
    first = HEAD + "1,1/13/25,,\n2,1/14/25,1/16/25,portal\n"
    second = HEAD + "1,1/13/25,1/20/25,CD\n2,1/14/25,1/16/25,portal\n"
    reading = after(first, second)
    assert counts(reading) == (0, 1, 1, 2)
    assert reading.log is not None
    found = compute(fold(reading.log), Selection())
    assert found["turnaround_mean"].value == 4.5
    assert found["open_requests"].n == 0


def test_a_number_that_is_given_again_after_its_request_ended_is_another_request() -> None:
    first = HEAD + "1,1/13/25,1/20/25,CD\n2,1/14/25,,portal\n3,1/15/25,1/16/25,CD\n"
    again = HEAD + "1,1/13/26,,CD\n2,1/15/25,1/20/25,portal\n3,1/15/25,1/18/25,CD\n"
    reading = after(first, again)
    assert counts(reading) == (1, 0, 2, 4)
    assert any("1 row has a number that the log knew already" in one for one in reading.remarks)
    closed = again.replace("1,1/13/26,,CD", "1,1/13/26,1/15/26,CD")
    later = after(first, again, closed)
    assert counts(later) == (0, 2, 1, 4)
    whole = after(HEAD + "1,1/13/25,1/20/25,CD\n" + closed.removeprefix(HEAD))
    assert later.log is not None and whole.log is not None  # noqa: PT018
    assert later.log.requests.num_rows == whole.log.requests.num_rows == 4


def test_a_receipt_that_is_corrected_belongs_to_the_newest_request_of_its_number() -> None:
    first = HEAD + "1,1/13/25,1/20/25,CD\n1,1/13/26,,CD\n"
    reading = after(first, HEAD + "1,1/14/26,1/20/26,CD\n")
    assert counts(reading) == (0, 0, 1, 2)
    assert reading.log is not None
    ended = sorted(reading.log.requests["ended"].to_pylist())
    assert None not in ended


def test_an_open_row_without_a_number_is_closed_and_not_doubled() -> None:
    first = PLAIN + "1/13/25,,,Pt\n1/14/25,1/16/25,portal,Atty\n"
    second = PLAIN + "1/13/25,1/20/25,CD,Pt\n1/14/25,1/16/25,portal,Atty\n"
    assert counts(after(first, second)) == (0, 1, 1, 2)


def test_a_closed_row_without_a_number_is_never_taken_for_another() -> None:
    first = PLAIN + "1/13/25,1/20/25,CD,Pt\n"
    second = first + "1/13/25,1/21/25,CD,Pt\n"
    assert counts(after(first, second)) == (1, 1, 0, 2)


def test_two_patients_with_the_same_day_and_method_stay_two() -> None:
    head = "Date Rcvd,Date Out,Method,Pt Name\n"
    both = head + "1/13/25,1/20/25,CD,Canary A\n1/13/25,1/20/25,CD,Canary B\n"
    assert counts(after(both, both)) == (0, 2, 0, 2)


def test_one_request_on_two_rows_stays_on_two_in_whatever_order_they_come() -> None:
    first = HEAD + "1,1/13/25,1/20/25,CD\n1,1/13/25,1/21/25,portal\n"
    turned = HEAD + "1,1/13/25,1/21/25,portal\n1,1/13/25,1/20/25,CD\n"
    assert counts(after(first, turned, row="request")) == (0, 2, 0, 2)
    assert counts(after(first, turned, row="study")) == (0, 2, 0, 2)


def test_events_are_recognised_and_a_late_end_date_corrects_them() -> None:
    open_case = EVENTS + "a,start,2025-01-01 10:00,Desk,\na,check,2025-01-02 10:00,Desk,\n"
    ended = EVENTS + (
        "a,start,2025-01-01 10:00,Desk,2025-01-03 10:00\n"
        "a,check,2025-01-02 10:00,Desk,2025-01-03 10:00\n"
        "a,close,2025-01-03 10:00,Desk,2025-01-03 10:00\n"
    )
    reading = after(open_case, ended)
    assert counts(reading) == (1, 0, 2, 3)
    assert reading.events == 3


def test_the_same_event_twice_in_a_file_is_two_and_stays_two() -> None:
    twice = EVENTS + "a,call,2025-01-01 10:00,Desk,\n" * 2
    assert counts(after(twice, twice)) == (0, 2, 0, 2)


def test_a_column_that_came_later_fills_the_rows_that_were_there() -> None:
    first = "Date Rcvd,Date Out\n1/13/25,1/20/25\n1/14/25,1/16/25\n"
    second = "Date Rcvd,Date Out,Method\n1/13/25,1/20/25,CD\n1/14/25,1/16/25,portal\n"
    reading = after(first, second)
    assert counts(reading) == (0, 0, 2, 2)
    assert reading.log is not None
    assert compute(fold(reading.log), Selection())["physical_media_share_out"].value == 50


def test_a_file_read_in_another_way_takes_the_place_of_the_whole_log() -> None:
    text = b"Date Rcvd,Date Logged,Date Out\n1/13/25,1/14/25,1/20/25\n"
    first = read_log(text, name="log")
    other = {"columns": {"received_at": "Date Logged"}}
    second = read_log(text, name="log", given=other, earlier=kept(first))
    assert counts(second) == (1, 0, 0, 1)
    assert second.answer("log")["replaced_whole"]


def test_patients_codes_are_the_same_in_the_next_file_and_other_in_another_log() -> None:
    first = "patient,activity,timestamp\n4711,start,2025-01-01\n"
    longer = first + "4711,end,2025-01-02\n"
    reading = after(first, longer)
    assert counts(reading) == (1, 1, 0, 2)
    assert reading.log is not None
    numbers = reading.log.requests["number"].to_pylist()
    assert len(numbers) == 1
    assert numbers != after(longer).log.requests["number"].to_pylist()  # type: ignore[union-attr]
    assert "4711" not in str(reading.merged)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", ""]),
        st.sampled_from(["1/13/25", "1/14/25"]),
        st.sampled_from(["", "1/20/25", "1/22/25", "1/1/25", "x"]),
        st.sampled_from(["CD", "portal", ""]),
    ),
    max_size=8,
)


@settings(max_examples=examples(10), deadline=None)
@given(ROWS, ROWS)
def test_whatever_comes_importing_it_again_changes_nothing(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]]
) -> None:
    sure = "9,1/13/25,1/20/25,CD\n"
    files = [
        HEAD + sure + "".join(",".join(row) + "\n" for row in rows) for rows in (first, second)
    ]
    said: dict[str, Any] = {"row": "request", "values": {"completed_at": {"x": "unreadable"}}}
    once, twice = after(*files, **said), after(*files, files[1], **said)
    counts(once)
    added, _, corrected, rows = counts(twice)
    assert (added, corrected) == (0, 0)
    assert once.merged is not None
    assert rows == once.merged.rows.num_rows


@pytest.mark.parametrize("order", [1, -1])
def test_an_end_by_the_last_event_instead_of_a_column_is_another_reading(order: int) -> None:
    text = EVENTS + "1,received,2025-01-13,CD,2025-01-20\n1,sent,2025-01-18,CD,2025-01-20\n"
    ends = [{"completed": {"column": "case:enddate"}}, {"completed": "last_event"}][::order]
    first, same = (read_log(text.encode(), name="log", given=ends[0]) for _ in range(2))
    second = read_log(text.encode(), name="log", given=ends[1], earlier=kept(first))
    assert second.answer("log")["replaced_whole"]
    assert counts(second) == (2, 0, 0, 2)
    again = read_log(text.encode(), name="log", given=ends[0], earlier=kept(same))
    assert counts(again) == (0, 2, 0, 2)


@pytest.mark.django_db
def test_the_command_puts_a_longer_file_to_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cd_log.csv"
    answers = []
    for rows in ("1,1/13/25,1/20/25,CD\n", "1,1/13/25,1/21/25,CD\n2,1/14/25,1/16/25,portal\n"):
        path.write_text(HEAD + rows)
        call_command("import_log", str(path), "--json")
        answers.append(json.loads(capsys.readouterr().out))
    last = answers[1]
    assert (last["rows_added"], last["rows_recognised"], last["rows_corrected"]) == (1, 0, 1)
    assert UploadedLog.objects.count() == 1
    call_command("metrics", "--source", "cd-log", "--key", "turnaround_mean", "--json")
    assert json.loads(capsys.readouterr().out)["metrics"][0]["value"] == 5


def test_real_logs_are_recognised_row_by_row(shared_data: Path) -> None:
    for name in ("permit_receipt.csv", "hospital_patients.csv", "foia_requests_2017.csv"):
        content = (shared_data / "logs" / name).read_bytes()
        lines = content.splitlines(keepends=True)
        half = read_log(b"".join(lines[: len(lines) // 2]), name="log")
        whole = read_log(content, name="log", earlier=kept(half))
        alone = read_log(content, name="log")
        assert counts(whole)[1] + counts(whole)[2] == half.answer("log")["rows_imported"]
        assert whole.answer("log")["rows_in_log"] == alone.answer("log")["rows_in_log"]
        assert whole.answer("log")["cases"] == alone.answer("log")["cases"]


def test_a_column_of_receipt_that_nobody_named_takes_no_logs_place() -> None:
    head = "case id,activity,timestamp,case:startdate\n"
    january = head + "1,Sent,2025-01-13 10:00,2025-01-12 10:00\n"
    february = head + "2,Sent,2025-02-13 10:00,2025-02-12 10:00\n"
    first = read_log(january.encode(), name="log", given={"received": "first_event"})
    then = read_log(february.encode(), name="log", earlier=kept(first))
    assert then.merged is not None
    assert (then.merged.replaced_whole, then.merged.rows.num_rows) == (False, 2)
    assert then.mapping.received == "first_event"


def test_the_same_moments_in_another_way_of_writing_are_recognised() -> None:
    sheet = b"Date Rcvd,Date Out,Method\n1/13/2025,1/14/2025 9:00 AM,CD\n2/14/2025,,PS\n"
    book = b"Date Rcvd,Date Out,Method\n2025-01-13,2025-01-14 09:00:00,CD\n45702,,PS\n"
    first = read_log(sheet, name="log")
    answer = read_log(book, name="log", earlier=kept(first)).answer("log")
    assert (answer["rows_recognised"], answer["rows_in_log"]) == (2, 2)
