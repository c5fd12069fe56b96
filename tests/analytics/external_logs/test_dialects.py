"""The same log in two dialects gives the same figures, or says in words what differs."""

import gzip
from collections.abc import Sequence
from typing import Any

import pytest

from analytics.eventlog import OWN_WORD
from analytics.external_logs.importing import Reading, read_log
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from tests.analytics.external_logs.books import ods, xlsx

CASES = [
    (
        f"00{case}",
        ("Desk", "Portal")[case % 2],
        [
            (name, f"2025-0{1 + case % 3}-{day + 3 * step:02d}T1{case % 10}:30:00+01:00")
            for step, name in enumerate(("received", "checked", "sent")[: 2 + case % 2])
        ],
    )
    for case in range(12)
    for day in [1 + case]
]
EVENT_HEADERS = ("case:concept:name", "concept:name", "time:timestamp", "case:channel")
REQUEST_HEADERS = ("Req #", "Date Rcvd", "Date Out", "Method", "Need By", "Site")
REQUESTS = [
    (
        *(f"00{number}", f"2025-01-{1 + number % 28:02d}", f"2025-02-{1 + number % 9:02d}"),
        *(("CD", "portal", "clé")[number % 3], "2025-02-05" if number % 2 else "", "Main"),
    )
    for number in range(70)
]


def events_as_csv() -> bytes:
    rows = [
        ",".join((case, name, at, channel))
        for case, channel, events in CASES
        for name, at in events
    ]
    return "\n".join([",".join(EVENT_HEADERS), *rows]).encode()


def events_as_xes() -> bytes:
    def event(name: str, at: str) -> str:
        return (
            f'<event><string key="concept:name" value="{name}"/>'
            f'<date key="time:timestamp" value="{at}"/></event>'
        )

    traces = "".join(
        f'<trace><string key="concept:name" value="{case}"/>'
        f'<string key="channel" value="{channel}"/>{"".join(event(*one) for one in events)}</trace>'
        for case, channel, events in CASES
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><log>{traces}</log>'.encode()


def as_text(mark: str, encoding: str, rows: Sequence[Sequence[str]] = REQUESTS) -> bytes:
    return "\r\n".join(mark.join(row) for row in (REQUEST_HEADERS, *rows)).encode(encoding)


def figures(reading: Reading) -> dict[str, Any]:
    """Everything that a reader sees of a log, in whatever file it came."""
    assert reading.log is not None
    answer = reading.answer("log")
    parts = ("rows_read", "rows_imported", "cases", "events", "unread", "grades")
    return {name: answer[name] for name in parts} | compute(fold(reading.log), Selection())


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_event_log_in_xes_and_in_csv_gives_the_same_figures(pack: Any) -> None:
    said = {"values": {"channel": {"Desk": "physical_cd"}}, "completed": "last_event"}
    one = read_log(events_as_csv(), name="log", given=said)
    two = read_log(pack(events_as_xes()), name="log", given=said)
    assert figures(one) == figures(two)
    assert figures(one)["turnaround_mean"].n == 12
    assert one.log is not None
    assert two.log is not None
    assert one.log.requests.equals(two.log.requests)
    assert one.log.events.equals(two.log.events)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(as_text(";", "utf-16"), id="semicolon and UTF-16"),
        pytest.param(as_text("\t", "utf-16-be"), id="tab and UTF-16 without a mark"),
        pytest.param(as_text("|", "cp1252"), id="bar and Windows"),
        pytest.param(xlsx([REQUEST_HEADERS, *REQUESTS]), id="XLSX"),
        pytest.param(ods([REQUEST_HEADERS, *REQUESTS]), id="ODS"),
    ],
)
def test_a_table_of_requests_gives_the_same_figures_in_any_dialect(content: bytes) -> None:
    plain, other = (read_log(one, name="log") for one in (as_text(",", "utf-8"), content))
    assert figures(plain) == figures(other)
    assert plain.log is not None
    assert other.log is not None
    assert plain.log.requests.equals(other.log.requests)


def test_dates_as_a_cell_shows_them_differ_and_what_differs_is_said() -> None:
    shown = [(one, f"{13 + at % 5}/1/25", *rest) for at, (one, _, *rest) in enumerate(REQUESTS)]
    plain = read_log(as_text(",", "utf-8"), name="log")
    content = as_text(",", "utf-8", [*shown, ("99", "1/13/25", *shown[0][2:])])
    (asked,) = read_log(content, name="log").questions
    assert asked["choices"] == ["MDY", "DMY"]
    other = read_log(content, name="log", given={"date_order": "DMY"})
    assert plain.mapping.date_order == ""
    assert other.mapping.date_order == "DMY"
    assert other.rejected == [(72, "'1/13/25' is not a date")]


def test_a_dialect_that_loses_the_time_of_day_says_so_in_its_grades() -> None:
    cut = [(one, day, out, *rest) for one, day, out, *rest in REQUESTS]
    timed = [(one, f"{day} 10:00", f"{out} 11:00", *rest) for one, day, out, *rest in REQUESTS]
    days, times = (read_log(as_text(",", "utf-8", rows), name="log") for rows in (cut, timed))
    assert days.log is not None
    assert times.log is not None
    assert (days.log.granularity, times.log.granularity) == ("day", "second")
    assert "dates only" in days.grades["turnaround_mean"]["why"]
    assert "dates only" not in times.grades["turnaround_mean"]["why"]


PAIRS = """Case,Activity,lifecycle:transition,Timestamp
1,Check,start,2025-01-13 09:00
1,Check,complete,2025-01-13 10:00
1,Send,start,2025-01-13 10:00
1,Send,complete,2025-01-13 11:00
1,Check,start,2025-01-14 09:00
1,Check,complete,2025-01-14 09:30
1,Chase,start,2025-01-14 09:30
"""


ODD = """Case,Activity,lifecycle:transition,Timestamp,case:startdate
1,Early,complete,2025-01-13 08:00,2025-01-12 08:00
1,Early,start,2025-01-13 12:00,2025-01-12 08:00
2,Tried,start,2025-01-13 08:00,
2,Tried,ate_abort,2025-01-13 09:00,
2,Tried,start,2025-01-13 10:00,
2,Tried,complete,2025-01-13 11:00,
"""


def test_a_start_without_its_end_stays_and_a_blank_receipt_is_the_first_event() -> None:
    log = read_log(ODD.encode(), name="log").log
    assert log is not None
    hours = {
        number: [
            row["occurred"] % 86400 // 3600
            for row in log.events.sort_by("seq").to_pylist()
            if row["request_id"] == f"case-{number}" and row["activity"] != "available"
        ]
        for number in (1, 2)
    }
    assert hours == {1: [8, 12], 2: [9, 11]}
    received = {row["number"]: row["received"] for row in log.requests.to_pylist()}
    assert received["2"] % 86400 == 8 * 3600
    assert received["2"] - received["1"] == 86400


def test_a_start_and_its_completion_are_one_step_at_its_end() -> None:
    reading = read_log(PAIRS.encode(), name="log")
    assert reading.log is not None
    assert (reading.mapping.layout, reading.events) == ("start_complete", 7)
    steps = [
        (row["activity"].removeprefix(OWN_WORD), row["occurred"] % 86400 / 3600)
        for row in reading.log.events.sort_by("seq").to_pylist()
        if row["activity"] != "available"
    ]
    assert steps == [("Check", 10), ("Send", 11), ("Check", 9.5), ("Chase", 9.5)]
    (request,) = reading.log.requests.to_pylist()
    assert request["available"] - request["received"] == 24.5 * 3600
