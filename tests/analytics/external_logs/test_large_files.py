"""A large file is read in bounded memory, and what is too large is said in a sentence."""

import json
from zoneinfo import ZoneInfo

import pytest

from analytics.external_logs.dates import read_moment
from analytics.external_logs.earlier import Earlier
from analytics.external_logs.importing import read_log
from analytics.external_logs.moments import reader_of
from analytics.external_logs.refusals import UnusableLog
from project.bench_import import measured

DAYS = (
    *("2025-03-09", "3/9/25", "13/2/2025", "1.2.25", "2025-11-02", "1969-05-01", "1900-01-01"),
    *("9999-12-31", "2/30/25", "2025-02-30", "1/1/1970", "70-1-2", "2025/1/3", "1-2-1968"),
    "2101-01-01",
)
TIMES = (
    *("", " 2:30", " 10:00", "T10:00:00+01:00", "T10:00:00.5Z", " 10a", " 25:00", "T", " x"),
    *("  11:00 pm", "T1030", " 10:00:00.999", "T10", " 1:30", "T24:00", "T01:30:00"),
)


@pytest.mark.parametrize("zone", ["UTC", "America/Chicago", "Pacific/Apia", "Australia/Lord_Howe"])
@pytest.mark.parametrize("order", ["MDY", "DMY", "YMD", ""])
def test_the_fast_way_reads_every_moment_as_the_slow_one_does(zone: str, order: str) -> None:
    place = ZoneInfo(zone)
    fast = reader_of(order, place)
    texts = [day + time for day in DAYS for time in TIMES] * 2
    assert [fast(text) for text in texts] == [
        read_moment(text, order=order, zone=place) for text in texts
    ]


@pytest.mark.parametrize(
    ("layout", "rows"),
    [("requests", 10_000), ("events", 10_000), ("narrow", 40_000), ("wide", 500)],
)
def test_what_a_file_of_two_megabytes_needs_is_measured_in_a_process_of_its_own(
    layout: str, rows: int
) -> None:
    found = measured(layout, megabytes=2)
    assert found["rows"] == found["rows_imported"] > rows
    assert found["seconds"] < 60
    assert found["peak_mb"] < 400


def test_more_rows_than_are_read_are_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("analytics.external_logs.raw.MOST_ROWS", 3)
    read_log(b"Date Rcvd,x\n" + b"1/13/25,a\n" * 3, name="log")
    with pytest.raises(UnusableLog, match="more than 3 rows"):
        read_log(b"Date Rcvd,x\n" + b"1/13/25,a\n" * 4, name="log")


def test_a_log_that_would_grow_too_large_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = read_log(b"Req #,Date Rcvd\n1,1/13/25\n2,1/14/25\n", name="log")
    assert first.merged is not None
    earlier = Earlier(
        rows=first.merged.rows,
        layout="requests",
        sources=first.mapping.sources(),
        headers=first.raw.headers,
        key=first.key,
        has_times=False,
    )
    monkeypatch.setattr("analytics.external_logs.importing.MOST_ROWS", 3)
    read_log(b"Req #,Date Rcvd\n2,1/14/25\n3,1/15/25\n", name="log", earlier=earlier)
    with pytest.raises(UnusableLog, match="would hold 4 rows; at most 3"):
        read_log(b"Req #,Date Rcvd\n3,1/14/25\n4,1/15/25\n", name="log", earlier=earlier)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[{"Date Rcvd": "1/13/25"} {"a": 1}]', "no comma"),
        ('[{"Date Rcvd": "1/13/25"}] and more', "behind its list"),
        ('[{"Date Rcvd": "1/13/25"}', "no comma"),
        ('[{"Date Rcvd": "1/13/25"},]', "no valid JSON"),
    ],
)
def test_a_list_of_objects_that_is_broken_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(UnusableLog, match=sentence):
        read_log(text.encode(), name="log")


def test_a_list_of_objects_over_many_lines_is_read() -> None:
    rows = [{"Req #": str(number), "Date Rcvd": "2025-01-13"} for number in range(5)]
    content = json.dumps(rows, indent=2).encode()
    assert read_log(content, name="log").answer("log")["rows_imported"] == 5


def test_rows_that_two_threads_have_no_room_for_are_sorted_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("analytics.external_logs.database.MEMORY", "40MB")
    rows = "".join(
        f"{at},2025-{1 + at % 12:02}-{1 + at % 27:02} {at % 24:02}:00,"
        f"2025-{1 + at % 12:02}-28 23:{at % 60:02},CD\n"
        for at in range(100_000)
    )
    reading = read_log(f"Req #,Date Rcvd,Date Out,Method\n{rows}".encode(), name="log")
    assert reading.answer("log")["cases"] == 100_000
