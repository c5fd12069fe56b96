"""Any log is read, every row is accounted for, and what is unclear is asked."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.external_logs.importing import read_log
from analytics.external_logs.refusals import BadMapping, UnusableLog
from tests.analytics.external_logs.measured import LOG, measured
from tests.depth import examples


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
