"""How a request ended is believed before its date, and what a log does not say is not guessed."""

from typing import Any

import pytest

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.values import direction_of, outcome_of, usable_of
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold

HEAD = "Req #,Date Received,Date Completed,Need By,Method,Status\n"


def read(rows: str, head: str = HEAD, **given: Any) -> Reading:
    return read_log((head + rows).encode(), name="log", given={"zone": "UTC", **given})


def figures(reading: Reading) -> dict[str, Result]:
    assert reading.log is not None
    return compute(fold(reading.log), Selection())


def column(reading: Reading, name: str) -> list[Any]:
    assert reading.log is not None
    rows = sorted(reading.log.requests.to_pylist(), key=lambda row: row["number"])
    return [row[name] for row in rows]


def test_a_denied_request_with_a_date_is_no_delivery() -> None:
    reading = read(
        "1,1/13/25,1/15/25,1/20/25,CD,Completed\n2,1/13/25,2/25/25,1/20/25,portal,Denied - no auth\n"
    )
    assert column(reading, "outcome") == ["delivered", "denied"]
    assert column(reading, "ended")[1] - column(reading, "received")[1] == 43 * 86400
    found = figures(reading)
    assert found["turnaround_mean"].value == 2
    assert found["physical_media_share_out"].n == 1
    assert found["sla_compliance"].n == 1
    assert found["sla_compliance"].excluded == {"denied or not found": 1}


def test_where_a_log_knows_closing_dates_alone_each_closing_counts() -> None:
    reading = read(
        "1,1/13/25,1/15/25,Full grant\n2,1/13/25,1/17/25,Request withdrawn\n",
        "Tracking Number,Submitted Date,Closed Date,Disposition\n",
    )
    assert column(reading, "outcome") == ["delivered", "withdrawn"]
    assert figures(reading)["turnaround_mean"].value == 3


def test_what_is_closed_without_a_date_is_neither_open_nor_late() -> None:
    reading = read(
        "1,1/1/25,1/15/25,1/20/25,CD,Closed\n2,1/2/25,,1/5/25,CD,Closed\n3,1/2/25,,1/5/25,CD,Open\n"
    )
    assert column(reading, "outcome") == ["delivered", "ended_undated", None]
    found = figures(reading)
    assert (found["open_requests"].n, found["late_requests"].n) == (1, 1)
    assert (found["sla_compliance"].numerator, found["sla_compliance"].n) == (1, 2)
    (remark,) = reading.answer("log")["remarks"]
    assert remark.startswith("1 row says that the request is over, and no date says when")


def test_a_yes_under_a_header_that_asks_whether_it_is_done_says_that_it_is() -> None:
    head = "Req #,Date Received,Date Completed,Done?\n"
    reading = read("1,1/1/25,,Y\n2,1/1/25,,N\n3,1/1/25,,\n", head)
    assert column(reading, "outcome") == ["ended_undated", None, None]


def test_a_status_is_given_the_meaning_closed_by_a_mapping() -> None:
    rows = "1,1/1/25,,,CD,Fertig\n"
    assert column(read(rows), "outcome") == [None]
    meant = {"status": {"Fertig": "closed"}}
    assert column(read(rows, values=meant), "outcome") == ["ended_undated"]


CANCELLED = (
    "1,1/13/25,1/15/25,1/20/25,CD,\n2,1/13/25,Cancelled,1/20/25,CD,Pending\n"
    "3,1/13/25,,1/14/25,CD,\n4,1/13/25,Declined by MD,1/20/25,CD,\n5,1/13/25,sent,1/20/25,CD,\n"
)


def test_words_of_an_end_among_dates_are_asked_and_count_as_ended() -> None:
    (asked,) = read(CANCELLED).questions
    assert (asked["field"], asked["rows"]) == ("blank", 3)
    assert asked["choices"] == ["ended", "blank", "unreadable"]
    ended = read(CANCELLED, **asked["answers"]["ended"])
    assert ended.rejected == []
    assert column(ended, "outcome") == ["delivered", "withdrawn", None, "denied", "ended_undated"]
    found = figures(ended)
    assert (found["open_requests"].n, found["late_requests"].n) == (1, 1)
    assert (found["sla_compliance"].numerator, found["sla_compliance"].n) == (1, 2)
    assert found["turnaround_mean"].n == found["physical_media_share_out"].n == 1
    (remark,) = ended.answer("log")["remarks"]
    assert remark.startswith("1 row says that the request is over, and no date says when")
    still_open = read(CANCELLED, **asked["answers"]["blank"])
    assert column(still_open, "outcome") == ["delivered", None, None, None, None]


def test_a_word_that_only_says_that_it_is_over_leaves_the_status_its_say() -> None:
    rows = (
        "1,1/13/25,1/15/25,,CD,\n2,1/13/25,Sent,,CD,Denied\n3,1/13/25,Sent,,CD,Withdrawn\n"
        "4,1/13/25,Sent,,CD,Delivered\n5,1/13/25,Cancelled,,CD,Closed\n"
    )
    (asked,) = read(rows).questions
    reading = read(rows, **asked["answers"]["ended"])
    ends = ["delivered", "denied", "withdrawn", "ended_undated", "withdrawn"]
    assert column(reading, "outcome") == ends


def test_one_answer_holds_for_all_words_of_an_end() -> None:
    places = "abcdefghijkl"
    rows = "".join(f"{one},1/13/25,denied by {one},,CD,\n" for one in places)
    (asked,) = read("1,1/13/25,1/15/25,,CD,\n" + rows).questions
    assert "and 4 more. " in asked["question"]
    reading = read("1,1/13/25,1/15/25,,CD,\n" + rows, **asked["answers"]["ended"])
    assert column(reading, "outcome") == ["delivered", *["denied"] * len(places)]


def test_a_longer_text_of_one_row_is_not_asked_about() -> None:
    rows = "1,1/13/25,1/15/25,,CD,\n2,1/13/25,Cancelled by Sample Patient,,CD,\n"
    reading = read(rows)
    assert reading.questions == []
    assert reading.rejected == [(3, "'Cancelled by Sample Patient' is not a date")]
    assert read(rows + rows.splitlines()[1].replace("2,", "3,", 1) + "\n").questions


def test_a_word_that_says_no_end_may_be_said_to_be_one() -> None:
    rows = "1,1/13/25,1/15/25,,CD,\n2,1/13/25,n/a,,CD,\n3,1/13/25,n/a,,CD,\n"
    (asked,) = read(rows).questions
    assert asked["choices"] == ["blank", "ended", "unreadable"]
    reading = read(rows, **asked["answers"]["ended"])
    assert column(reading, "outcome") == ["delivered", "ended_undated", "ended_undated"]
    named = read(rows, values={"completed_at": {"n/a": "duplicate"}})
    assert column(named, "outcome") == ["delivered", "duplicate", "duplicate"]


@pytest.mark.parametrize(
    ("dates", "outcome"),
    [
        (("Cancelled", "Cancelled"), "withdrawn"),
        (("Cancelled", ""), None),
        (("Cancelled", "1/15/25"), "delivered"),
        (("1/15/25", "sent"), "ended_undated"),
        (("sent", ""), None),
    ],
)
def test_of_studies_one_that_ended_by_a_word_ends_no_other(
    dates: tuple[str, str], outcome: str | None
) -> None:
    rows = "".join(f"7,1/13/25,{day},,CD,,{part}\n" for part, day in enumerate(dates))
    meant = {"completed_at": {"Cancelled": "withdrawn", "sent": "closed"}}
    head = HEAD.replace("Status", "Status,Exam")
    assert column(read(rows, head, row="study", values=meant), "outcome") == [outcome]


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("Denied", "denied"),
        ("Rejected: expired", "denied"),
        ("Refused", "denied"),
        ("denial", "denied"),
        ("Full denial based on exemptions", None),
        ("VOID", "withdrawn"),
        ("Pt withdrew", "withdrawn"),
        ("Cancelled by requester", "withdrawn"),
        ("Dup", "duplicate"),
        ("not a duplicate", None),
        ("no longer denied", None),
        ("Not found", "not_found"),
        ("Not our patient", "not_our_patient"),
        ("not_our_patient", "not_our_patient"),
        ("Complete", "closed"),
        ("Incomplete", None),
        ("Picked Up", "closed"),
        ("", None),
    ],
)
def test_a_status_ends_a_request_only_where_it_says_so(word: str, outcome: str | None) -> None:
    assert outcome_of(word) == outcome


@pytest.mark.parametrize(
    ("word", "way"),
    [
        *(("I", "inbound"), ("Received", "inbound"), ("from OSH", "inbound"), ("IN", "inbound")),
        *(("O", "outbound"), ("Sent to OSH", "outbound"), ("Export", "outbound")),
        *(("Internal", None), ("Insurance", None), ("Incomplete", None), ("External", None)),
        *(("", None), ("in/out", None)),
    ],
)
def test_two_letters_make_no_direction(word: str, way: str | None) -> None:
    assert direction_of(word) == way


IN_OUT = "Req #,Date Received,Date Sent,Method,In/Out\n"
WAYS = (
    "1,1/13/25,1/14/25,CD,I\n2,1/13/25,1/14/25,CD,O\n3,1/13/25,1/14/25,CD,\n"
    "4,1/13/25,1/14/25,PS,External\n"
)


def test_a_direction_that_nobody_knows_is_in_neither_measure_and_is_told() -> None:
    reading = read(WAYS, IN_OUT)
    assert column(reading, "direction") == ["inbound", "outbound", "unknown", "unknown"]
    found = figures(reading)
    assert (found["physical_media_share_out"].n, found["physical_media_share_in"].n) == (1, 1)
    answer = reading.answer("log")
    assert answer["unread"]["direction"] == {"rows": 1, "example": "External"}
    assert answer["unknown_meanings"] == {"direction": [{"word": "External", "rows": 1}]}
    assert answer["remarks"][0].startswith("2 of the rows say neither in nor out")
    grade = answer["grades"]["physical_media_share_out"]
    assert (grade["share"], grade["grade"]) == (0.5, "weak")
    assert "and whether they came in or went out" in grade["why"]


def test_a_direction_that_a_mapping_explains_is_known() -> None:
    reading = read(WAYS, IN_OUT, values={"direction": {"External": "outbound", "": "outbound"}})
    assert column(reading, "direction") == ["inbound", "outbound", "outbound", "outbound"]
    assert reading.answer("log")["remarks"] == []


def test_a_case_of_events_has_a_direction_and_an_end_of_its_own() -> None:
    head = "case id,activity,timestamp,Channel,In/Out,Status\n"
    reading = read(
        "a,asked,2025-01-13 10:00,,in,\na,arrived,2025-01-14 10:00,CD,,Done\n"
        "b,asked,2025-01-13 10:00,,out,\nb,answered,2025-01-15 10:00,PS,out,Denied\n"
        "c,asked,2025-01-13 10:00,,,\nc,answered,2025-01-16 10:00,CD,,\n",
        head,
        completed={"activity": ["arrived", "answered"]},
    )
    assert column(reading, "direction") == ["inbound", "outbound", "unknown"]
    assert column(reading, "outcome") == ["delivered", "denied", "delivered"]
    found = figures(reading)
    assert found["physical_media_share_in"].n == 1
    assert found["physical_media_share_out"].n == 0
    assert reading.answer("log")["remarks"][-1].startswith("1 of the cases says neither in nor out")


HOLDS = "Req #,Date Received,Date Sent,Hold,Hold End,Hold Reason,Need By\n"


def test_a_hold_that_has_begun_and_not_ended_holds_an_open_request() -> None:
    reading = read(
        "1,1/13/25,1/24/25,1/14/25,1/20/25,auth,1/30/25\n2,1/13/25,,1/14/25,,auth,1/30/25\n"
        "3,1/13/25,,1/14/25,1/17/25,fee,1/30/25\n4,1/13/25,,1/16/25,,fee,1/20/25\n",
        HOLDS,
    )
    found = figures(reading)
    assert found["held_requests"].n == 1  # the fourth is late
    assert found["hold_age_median"].n == 2
    assert [(one.group, one.n) for one in found["holds_by_cause"].by] == [("auth", 1), ("fee", 1)]


def test_without_the_ends_of_holds_nobody_is_said_to_be_on_hold() -> None:
    head = "Req #,Date Received,Date Sent,Hold,Need By\n"
    reading = read("1,1/13/25,,1/14/25,1/30/25\n", head)
    assert figures(reading)["held_requests"].value is None
    assert "no column says which holds still last" in reading.grades["held_requests"]["why"]
    since = read("1,1/13/25,,1/14/25,1/30/25\n", head.replace("Hold", "Pending Since"))
    assert figures(since)["held_requests"].n == 1


@pytest.mark.parametrize(
    ("word", "grade"),
    [
        *(("Y", "immediate"), ("OK", "immediate"), ("pass", "immediate")),
        *(("No - encrypted", "not_usable"), ("NO (CD cracked)", "not_usable")),
        *(("failed", "not_usable"), ("fail", "not_usable"), ("bad", "not_usable")),
        *(("unreadable", "not_usable"), ("F", "not_usable"), ("not ok", "not_usable")),
        *(("", "untested"), ("N/A", "untested"), ("not tested", "untested")),
        *(("after rework", "after_rework"), ("X", None), ("yes, after re-burn", None)),
    ],
)
def test_whether_images_opened_is_what_the_first_word_says(word: str, grade: str | None) -> None:
    assert usable_of(word) == grade


def test_a_word_that_does_not_say_whether_images_opened_is_listed() -> None:
    head = "Req #,Date Received,Date Sent,In/Out,Opened OK?\n"
    rows = "1,1/13/25,1/14/25,in,Y\n2,1/13/25,1/14/25,in,No - encrypted\n3,1/13/25,1/14/25,in,X\n"
    reading = read(rows, head)
    assert column(reading, "usable") == ["immediate", "not_usable", "untested"]
    assert reading.unread["usable"] == {"rows": 1, "example": "X"}
    said = {"usable": {"X": "immediate"}}
    assert column(read(rows, head, values=said), "usable")[2] == "immediate"


def test_rows_that_are_the_same_are_all_counted_where_nothing_numbers_them() -> None:
    rows = "1/13/25,1/14/25,CD\n1/13/25,1/14/25,CD\n1/13/25,1/20/25,portal\n"
    reading = read(rows, "Received,Completed,Method\n")
    assert reading.rejected == []
    assert figures(reading)["turnaround_mean"].value == 3
    (remark,) = reading.answer("log")["remarks"]
    assert remark.startswith("1 row is the same as another")
    numbered = read("7,1/13/25,,,CD,\n7,1/13/25,,,CD,\n")
    assert numbered.rejected == [(3, "the same row stands in the file before")]
