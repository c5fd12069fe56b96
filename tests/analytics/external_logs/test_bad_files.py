"""Whatever a file holds, each of its rows is accounted for and none is changed in silence."""

from typing import Any

import pytest

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.refusals import UnusableLog

HEAD = "Req #,Date Rcvd,Date Out,Method\n"
GOOD = "1,1/13/25,1/20/25,CD\n"


def read(text: str | bytes, **given: Any) -> Reading:
    content = text.encode() if isinstance(text, str) else text
    reading = read_log(content, name="log", given=given)
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


def test_doubled_headers_get_names_of_their_own() -> None:
    text = "Date Rcvd,Date Rcvd,,Date Rcvd (2)\n1/13/25,1/14/25,,x\n"
    reading = read(text, columns={"received_at": "Date Rcvd"})
    assert len(set(reading.raw.headers)) == 4
    assert reading.mapping.columns["received_at"] == "Date Rcvd"


def test_short_rows_are_filled_and_long_ones_are_listed() -> None:
    reading = read(HEAD + GOOD + "2,1/14/25\n3,1/15/25,1/16/25,CD,stray\n4,1/15/25,,,,,\n")
    assert reading.rejected == [(4, "5 cells under 4 headers")]
    assert reading.answer("log")["cases"] == 3


def test_characters_of_two_encodings_in_one_file_are_both_read() -> None:
    mixed = (HEAD + GOOD).encode() + "2,1/14/25,1/15/25,é1\n".encode()
    mixed += "3,1/14/25,1/15/25,é2\n".encode("cp1252")
    assert read(mixed).raw.column("Method") == ["CD", "é1", "é2"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252"])
def test_an_encoding_changes_no_cell(encoding: str) -> None:
    text = HEAD + "1,1/13/25,1/20/25,clé\n"
    assert read(text.encode(encoding)).raw.column("Method") == ["clé"]


def test_a_thousand_and_one_columns_are_refused_in_a_sentence() -> None:
    with pytest.raises(UnusableLog, match="1001 columns"):
        read(",".join(f"c{n}" for n in range(1001)) + "\n1\n")


def test_a_cell_of_ten_megabytes_costs_only_its_row() -> None:
    reading = read(HEAD + GOOD + "2,1/14/25,1/15/25," + "x" * 10_000_000 + "\n")
    assert reading.rejected == [(3, "a cell holds more than 1,000,000 characters")]
    assert reading.answer("log")["cases"] == 1


def test_a_quotation_mark_that_never_closes_swallows_no_rows() -> None:
    with pytest.raises(UnusableLog, match="Row 3 opens a quotation mark"):
        read(HEAD + GOOD + '2,1/14/25,1/15/25,"CD\n3,1/14/25,1/15/25,CD\n')


def test_a_line_break_inside_a_cell_is_no_row() -> None:
    assert read(HEAD + '1,1/13/25,1/20/25,"CD\nand PS"\n').raw.rows_read == 1


@pytest.mark.parametrize(
    "day", ["1/1/1900", "12/31/9999", "1900-01-01", "9999-12-31", "0001-01-01"]
)
def test_a_placeholder_is_no_date(day: str) -> None:
    reading = read(HEAD + GOOD + f"2,{day},1/20/25,CD\n3,1/13/25,{day},CD\n")
    assert [row for row, _ in reading.rejected] == [3, 4]
    assert all("placeholder" in reason for _, reason in reading.rejected)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("45660", "2025-01-03"),
        ("20250103", "2025-01-03"),
        ("3-Jan-25", "2025-01-03"),
        ("January 3, 2025", "2025-01-03"),
        ("1/3/2025 10a", "2025-01-03"),
        ("2025-01-03T10:00:00Z", "2025-01-03"),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, day: str) -> None:
    reading = read(f'Req #,Date Rcvd,Date Out\n1,"{text}",1/20/25\n', date_order="MDY")
    assert reading.log is not None
    moment = reading.log.requests["received"][0].as_py()
    import datetime as clock

    assert clock.datetime.fromtimestamp(moment, clock.UTC).date().isoformat() == day


@pytest.mark.parametrize(
    "text", ["2/30/25", "13/13/25", "4711", "soon", "1/3/25 25:00", "3-Foo-25"]
)
def test_what_is_no_date_is_not_made_one(text: str) -> None:
    reading = read(HEAD + GOOD + f"2,{text},1/20/25,CD\n")
    assert reading.rejected == [(3, f"{text!r} is not a date")]


def test_a_deadline_that_cannot_be_read_is_told_and_keeps_its_row() -> None:
    reading = read("Date Rcvd,Date Out,Need By\n1/13/25,1/20/25,1/31/25\n1/14/25,1/20/25,asap\n")
    assert reading.rejected == []
    assert reading.answer("log")["unread"] == {"need_by": {"rows": 1, "example": "asap"}}
    assert reading.grades["sla_compliance"]["share"] <= 0.5


def test_a_hold_that_ends_before_it_begins_is_told_and_left_out() -> None:
    reading = read("Date Rcvd,Date Out,Hold Start,Hold End\n1/13/25,1/20/25,1/17/25,1/15/25\n")
    assert reading.answer("log")["unread"]["hold"]["rows"] == 1
    assert reading.log is not None
    assert "hold_started" not in reading.log.events["activity"].to_pylist()


def test_headings_titles_and_totals_between_rows_are_listed() -> None:
    reading = read(
        "Radiology CD log 2025\n\n"
        + HEAD
        + GOOD
        + "FEBRUARY,,,\n"
        + HEAD
        + "Total: 1,,,\n"
        + "Grand Total,,1,\n"
    )
    assert [reason for _, reason in reading.rejected] == [
        "a title above the header row, not a request",
        "a heading between rows, not a request",
        "a repeated header row, not a request",
        "a totals row, not a request",
        "a totals row, not a request",
    ]


def test_identifiers_that_look_like_numbers_or_dates_stay_as_written() -> None:
    ids = ["00017", "1/2/25", "1E5", "12345678901234567890", "-5"]
    reading = read(HEAD + "".join(f"{one},1/13/25,1/20/25,CD\n" for one in ids))
    assert reading.log is not None
    assert sorted(reading.log.requests["number"].to_pylist()) == sorted(ids)


def test_blank_is_neither_yes_nor_no() -> None:
    reading = read(
        "Date Rcvd,Date Out,In/Out,Opened OK?\n"
        "1/13/25,1/20/25,In,Y\n1/14/25,1/20/25,In,N\n1/15/25,1/20/25,In,\n1/16/25,1/20/25,In,\n"
    )
    assert reading.log is not None
    grades = reading.log.requests["usable"].to_pylist()
    assert grades == ["immediate", "not_usable", "untested", "untested"]
    usable = reading.grades["immediately_usable"]
    assert (usable["share"], usable["grade"]) == (0.5, "weak")


def test_days_between_dates_are_whole_whatever_the_zone() -> None:
    reading = read(HEAD + "1,3/7/25,3/10/25,CD\n", zone="America/Chicago", date_order="MDY")
    assert reading.log is not None
    row = reading.log.requests.to_pylist()[0]
    assert row["available"] - row["received"] == 3 * 86400
    assert reading.log.granularity == "day"


def test_a_place_whose_name_begins_like_a_total_is_no_total() -> None:
    reading = read("Sent To,Date Rcvd,Date Out\nTotal Imaging,1/13/25,1/20/25\nTotal,,1\n")
    assert reading.rejected == [(3, "a totals row, not a request")]
