"""What a row is, what completes a case, and what a word for no date means: plain, or asked."""

from typing import Any

import pytest

from analytics.external_logs.earlier import Earlier
from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.questions import example_answer
from analytics.external_logs.refusals import BadMapping
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold


def read(text: str, **given: Any) -> Reading:
    return read_log(text.encode(), name="log", given={"zone": "UTC", **given})


def figures(reading: Reading) -> dict[str, Result]:
    assert reading.log is not None
    return compute(fold(reading.log), Selection())


STEPS = (
    "\nA,received,2025-01-13 10:00\nA,sent,2025-01-14 10:00"
    "\nB,received,2025-01-14 10:00\nB,sent,2025-01-16 10:00\n"
)


@pytest.mark.parametrize(
    "headers",
    [
        *("Request ID,Activity,Timestamp", "Req #,Step,Time", "Request ID,Event,Date"),
        *("Case Number,Activity,Timestamp", "CaseID,Activity,Timestamp", "Case,Activity,Date"),
        *("case_id,event_type,event_time", "order id,event,event time", "MRN,Activity,Timestamp"),
        *("Request,New Status,Changed At", "ID,Activity,Timestamp"),
    ],
)
def test_a_number_a_step_and_a_time_are_an_event_log(headers: str) -> None:
    reading = read(headers + STEPS)
    assert reading.mapping.layout == "events"
    found = figures(reading)
    assert (found["turnaround_mean"].value, found["open_requests"].n) == (1.5, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Req #,Action,Date,Date Sent\n1,burn,1/13/25,1/14/25\n2,burn,1/13/25,1/15/25\n",
        "Req #,Action,Date\n1,burn,1/13/25\n2,mail,1/13/25\n",
        "Patient,Action,Date,Method\na,burn,1/13/25,CD\na,mail,1/15/25,CD\n",
    ],
)
def test_a_list_of_requests_with_a_column_of_actions_is_none(text: str) -> None:
    assert read(text).mapping.layout == "requests"


CHANGES = "request_id,status,changed_at" + STEPS


def test_whether_rows_with_a_status_and_one_date_are_steps_is_asked() -> None:
    (asked,) = read(CHANGES).questions
    assert (asked["field"], asked["choices"]) == ("layout", ["requests", "events"])
    events = read(CHANGES, **asked["answers"]["events"])
    assert figures(events)["turnaround_mean"].value == 1.5
    requests = read(CHANGES, **asked["answers"]["requests"])
    assert figures(requests)["open_requests"].n == 2  # two say "sent", and not when
    assert requests.answer("log")["remarks"][-1].endswith("(2 numbers in 4 rows).")


def test_one_row_a_number_is_plain() -> None:
    text = "Req #,Status,Date Received\n1,open,1/13/25\n2,open,1/14/25\n"
    assert read(text).questions == []


def running(*cases: str) -> str:
    rows = [
        f"{case},{step},2025-01-{10 + case:02} {10 + at}:00"
        for case, steps in enumerate(cases)
        for at, step in enumerate(steps.split())
    ]
    return "\n".join(["case,activity,timestamp", *rows, ""])


@pytest.mark.parametrize(
    "cases",
    [
        ("received sent", "received", "received"),
        ("received logged", "received logged sent"),
        ("asked sent viewed", "asked sent"),
        ("begun", "begun worked"),
    ],
)
def test_what_completes_a_case_is_asked_where_some_may_be_open(cases: tuple[str, ...]) -> None:
    reading = read(running(*cases))
    assert reading.log is None
    (asked,) = reading.questions
    assert (asked["field"], asked["rows"]) == ("completed", len(cases))
    assert asked["choices"][-1] == "last_event"
    for choice in asked["choices"]:
        assert read(running(*cases), **asked["answers"][choice]).questions == []
    assert read(running(*cases), **example_answer(asked)).log is not None


def test_cases_without_what_completes_them_are_open() -> None:
    text = running("received sent", "received", "received")
    found = figures(read(text, completed={"activity": ["sent"]}))
    assert (found["turnaround_mean"].n, found["open_requests"].n) == (1, 2)
    every = read(text, completed="last_event")
    assert figures(every)["open_requests"].n == 0
    assert every.answer("log")["remarks"] == []


def test_where_all_cases_end_alike_their_last_event_is_plain() -> None:
    reading = read(running("received checked sent", "received sent"))
    assert figures(reading)["open_requests"].n == 0
    assert reading.answer("log")["remarks"] == []


def test_that_the_last_event_of_another_trade_is_taken_is_said() -> None:
    reading = read(running("register decide pay", "register decide reject", "register pay"))
    (remark,) = reading.answer("log")["remarks"]
    assert remark.startswith(
        "Each case is taken to be completed by its last event, whatever it is: "
        "“pay” in 2 cases, “reject” in 1 case."
    )


def test_a_last_event_that_nobody_said_is_asked_of_the_next_file() -> None:
    plain = read(running("received sent", "received sent"))
    assert "completed" not in plain.to_remember()
    assert read(running("received sent", "received"), **plain.to_remember()).questions
    said = read(running("received sent", "received"), completed={"activity": ["sent"]})
    assert said.to_remember()["completed"] == {"activity": ["sent"]}


EXAMS = (
    "Req #,Date Received,Date Sent,Method,Exam\n"
    "R1,1/13/25,1/14/25,CD,CT\nR1,1/13/25,1/16/25,CD,MRI\nR1,1/13/25,1/15/25,CD,US\n"
    "R2,1/13/25,1/14/25,PS,US\n"
)


def test_whether_rows_of_one_number_are_studies_is_asked() -> None:
    (asked,) = read(EXAMS).questions
    assert (asked["field"], asked["rows"]) == ("row", 3)
    studies = read(EXAMS, **asked["answers"]["study"])
    answer = studies.answer("log")
    assert (answer["rows_imported"], answer["cases"]) == (4, 2)
    found = figures(studies)
    assert found["physical_media_share_out"].value == 50
    assert found["physical_media_studies_out"].value == 75
    assert found["turnaround_mean"].value == 2  # a request is sent with the last of its studies
    assert studies.to_remember()["row"] == "study"
    requests = read(EXAMS, **asked["answers"]["request"])
    assert figures(requests)["physical_media_share_out"].value == 75


def test_rows_of_one_number_received_apart_are_requests_and_it_is_said() -> None:
    text = "Req #,Date Received,Date Sent\nR1,1/13/25,1/14/25\nR1,2/13/25,2/14/25\n"
    reading = read(text)
    assert reading.answer("log")["cases"] == 2
    assert reading.remarks[0].endswith("(1 numbers in 2 rows).")


def test_studies_of_other_receipts_are_other_requests_also_where_the_number_is_the_same() -> None:
    text = "Req #,Date Received,Date Sent,Exam\n1,1/13/24,1/14/24,CT\n"
    later = "1,1/13/25,1/20/25,MR\n1,1/13/25,1/20/25,CT\n"
    reading = read(text + later, row="study")
    assert reading.answer("log")["cases"] == 2
    assert figures(reading)["turnaround_mean"].value == 4
    assert reading.remarks[0].endswith("(1 numbers in 3 rows).")


def test_a_later_study_of_a_request_takes_the_place_of_no_other() -> None:
    first = read(EXAMS, row="study")
    assert first.merged is not None
    earlier = Earlier(
        rows=first.merged.rows,
        layout="requests",
        sources=first.mapping.sources(),
        headers=first.raw.headers,
        key=first.key,
        has_times=False,
    )
    text = EXAMS.splitlines()[0] + "\nR1,1/13/25,1/17/25,CD,XR\nR1,1/13/25,1/18/25,CD,CT\n"
    again = read_log(text.encode(), name="log", given={"row": "study"}, earlier=earlier)
    assert again.merged is not None
    cells = (again.merged.rows[name].to_pylist() for name in ("request_id", "modality"))
    rows = list(zip(*cells, strict=True))
    assert sorted(rows) == [("R1", "CT"), ("R1", "MRI"), ("R1", "US"), ("R1", "XR"), ("R2", "US")]
    assert (again.merged.added, again.merged.corrected) == (1, 1)


MANY = "Req #,Date Received,Date Sent,Method,In/Out,Opened OK?,Status,Hold,Hold End,Problem,# Studies\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            ["1/13/25,1/14/25,CD,in,Y,,,,none,2", "1/13/25,,CD,in,,Open,,,lost,1"],
            {"outcome": None, "usable": "untested"},
        ),
        (
            ["1/13/25,1/14/25,CD,in,Y,,,,,", "1/13/25,1/15/25,PS,in,No,,,,,"],
            {"outcome": "delivered", "usable": "not_usable"},
        ),
        (
            ["1/13/25,1/14/25,CD,in,,Done,,,,", "1/13/25,,,in,,Denied,,,,"],
            {"outcome": "delivered", "usable": "untested"},
        ),
        (
            ["1/13/25,1/14/25,CD,in,,Denied,,,,", "1/13/25,,,in,,Denied,,,,"],
            {"outcome": "denied", "available": None},
        ),
        (
            ["1/13/25,,,in,,,1/14/25,1/15/25,,", "1/13/25,,,in,,,1/16/25,,,"],
            {"outcome": None, "held_since": 1736812800},
        ),
        (
            ["1/13/25,1/14/25,CD,in,,,,,,", "1/13/25,,CD,in,,Closed,,,,"],
            {"outcome": "ended_undated"},
        ),
    ],
)
def test_the_studies_of_a_request_tell_together(rows: list[str], expected: dict[str, Any]) -> None:
    reading = read(MANY + "".join(f"7,{row}\n" for row in rows), row="study")
    assert reading.log is not None
    (row,) = reading.log.requests.to_pylist()
    assert {name: row[name] for name in expected} == expected


NULLS = "Req #,Date Received,Date Completed\n1,1/13/25,NULL\n2,1/13/25,1/15/25\n3,1/13/25,TBD\n"


def test_what_a_word_for_no_date_means_is_asked() -> None:
    (asked,) = read(NULLS).questions
    assert (asked["field"], asked["column"], asked["rows"]) == ("blank", "Date Completed", 2)
    assert "“NULL” (1 row), “TBD” (1 row)" in asked["question"]
    still_open = read(NULLS, **asked["answers"]["blank"])
    assert still_open.rejected == []
    assert figures(still_open)["open_requests"].n == 2
    left_out = read(NULLS, **asked["answers"]["unreadable"])
    assert left_out.rejected == [(2, "'NULL' is not a date"), (4, "'TBD' is not a date")]
    with pytest.raises(BadMapping, match="Known: blank, closed, denied, "):
        read(NULLS, values={"completed_at": {"NULL": "never"}})


def test_a_slip_of_the_pen_is_no_question() -> None:
    rows = "".join(f"{at},1/13/25,1/15/25\n" for at in range(60))
    reading = read(f"Req #,Date Received,Date Completed\n{rows}x,1/13/25,1/15/2S\ny,1/13/25,lost\n")
    assert [row for row, _ in reading.rejected] == [62, 63]
    for slip in ("lost", "#REF!"):
        few = read(f"Req #,Date Received,Date Completed\n1,1/13/25,1/15/25\nx,1/13/25,{slip}\n")
        assert few.rejected == [(3, f"{slip!r} is not a date")]
    twice = "1,1/13/25,lost\n2,1/13/25,lost\n3,1/13/25,1/15/25\n"
    assert read(f"Req #,Date Received,Date Completed\n{twice}").questions


@pytest.mark.parametrize("given", [{"row": "page"}, {"completed": {"activity": ["\x00"]}}])
def test_a_mapping_that_means_nothing_gets_a_sentence(given: dict[str, Any]) -> None:
    with pytest.raises(BadMapping):
        read(running("received sent"), **given)
