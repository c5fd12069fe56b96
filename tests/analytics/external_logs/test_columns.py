"""A column is known by its header, else by its values; what names a person is not kept."""

from typing import Any

import pytest

from analytics.external_logs.columns import match_headers
from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.mapping import private_headers
from analytics.external_logs.questions import example_answer
from analytics.external_logs.refusals import BadMapping, UnusableLog
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold


def read(text: str, **given: Any) -> Reading:
    return read_log(text.encode(), name="log", given=given)


def test_values_explain_columns_whose_headers_do_not() -> None:
    reading = read(
        "Kam,Ging,Wie,Was,Richtung\n"
        "2025-01-13,2025-01-20,CD,CT A/P,Out\n2025-01-14,2025-01-16,portal,MRI KNEE,Out\n"
    )
    assert reading.mapping.columns == {
        "received_at": "Kam",
        "completed_at": "Ging",
        "channel": "Wie",
        "modality": "Was",
        "direction": "Richtung",
    }
    assert reading.mapping.guessed == frozenset(reading.mapping.columns)


def test_of_two_dates_the_one_that_is_never_later_is_the_receipt() -> None:
    reading = read("B,A\n2025-01-20,2025-01-13\n2025-01-16,2025-01-14\n")
    assert reading.mapping.columns == {"received_at": "A", "completed_at": "B"}


def test_which_of_three_dates_is_the_receipt_is_asked() -> None:
    reading = read("A,B,C\n2025-01-13,2025-01-14,2025-01-20\n")
    assert reading.questions[0]["field"] == "received_at"
    assert reading.questions[0]["choices"] == ["A", "B", "C"]
    assert reading.log is None
    half = read("A,B,C\n2025-01-13,2025-01-14,2025-01-20\n", columns={"received_at": "B"})
    (asked,) = half.questions
    assert (asked["field"], asked["choices"]) == ("completed_at", ["A", "C", "none of them"])
    for choice, outcome in (("C", "delivered"), ("none of them", None)):
        said = asked["answers"][choice]["columns"] | {"received_at": "B"}
        answered = read("A,B,C\n2025-01-13,2025-01-14,2025-01-20\n", columns=said)
        assert answered.log is not None
        assert answered.log.requests["outcome"].to_pylist() == [outcome]


def test_a_date_that_comes_before_the_receipt_is_not_taken_for_the_completion() -> None:
    text = "Date Rcvd,DOS\n2025-01-13,2024-11-14\n2025-01-14,2025-01-02\n"
    assert [one["field"] for one in read(text).questions] == ["completed_at"]
    later = "Date Rcvd,Gone\n2025-01-13 09:00,2025-01-13\n2025-01-14 09:00,2025-01-20\n"
    assert read(later).mapping.columns["completed_at"] == "Gone"


def test_without_any_date_there_is_nothing_to_ask() -> None:
    with pytest.raises(UnusableLog, match="No column says when"):
        read("a,b\nx,y\n")


def test_a_header_is_believed_before_values() -> None:
    reading = read("Date Rcvd,Method,Other\n2025-01-13,by hand,CD\n")
    assert reading.mapping.columns["channel"] == "Method"


@pytest.mark.parametrize(
    "header",
    ["Pt Name", "PATIENT NAME:", "Last Name", "DOB", "Date of Birth", "SSN", "Pt Phone", "Patient"]
    + ["Requestor Name", "E-mail", "Accession #"],
)
def test_what_names_a_person_is_dropped(header: str) -> None:
    reading = read(f"Date Rcvd,Date Out,{header}\n2025-01-13,2025-01-20,Canary\n")
    assert header in private_headers(reading.raw, reading.mapping.columns)
    assert "Canary" not in everything(reading)
    with pytest.raises(BadMapping, match="particulars"):
        read(f"Date Rcvd,{header}\n2025-01-13,Canary\n", columns={"partner": header})


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Misc", ["123-45-6789", "987-65-4321"]),
        ("Misc", ["(555) 123-4567", "555-123-4568"]),
        ("Misc", ["a@example.org", "b@example.org"]),
        ("Geb.", ["1931-04-02", "1984-12-30", "2007-07-07"]),
    ],
)
def test_what_looks_like_a_person_is_dropped_by_its_values(header: str, values: list[str]) -> None:
    rows = "".join(f"2025-01-13,2025-01-20,{value}\n" for value in values)
    reading = read(f"Date Rcvd,Date Out,{header}\n{rows}")
    assert header in private_headers(reading.raw, reading.mapping.columns)
    assert header not in reading.mapping.columns.values()


def test_record_numbers_become_codes_of_this_log_alone() -> None:
    text = "Date Rcvd,Date Out,MRN\n2025-01-13,2025-01-20,4711\n2025-01-14,2025-01-20,4711\n"
    first, second = read(text), read(text)
    assert first.merged is not None
    assert second.merged is not None
    codes = first.merged.rows["record_number"].to_pylist()
    assert len(set(codes)) == 1
    assert codes != second.merged.rows["record_number"].to_pylist()
    assert "4711" not in everything(first)


def test_request_numbers_are_kept_as_they_are() -> None:
    reading = read("Req #,Date Rcvd\n25-0001,2025-01-13\n")
    assert reading.log is not None
    assert reading.log.requests["number"].to_pylist() == ["25-0001"]


def everything(reading: Reading) -> str:
    """All that would be stored."""
    assert reading.log is not None
    assert reading.merged is not None
    tables = (reading.log.requests, reading.log.events, reading.merged.rows)
    return str([table.to_pylist() for table in tables]) + str(reading.answer("log"))


MIXED = "Date Rcvd,Date Out\n2025-01-13 10:00,2025-01-13 18:00+00:00\n"
SPRING = "Date Rcvd,Date Out\n2025-03-08 10:00,2025-03-10 10:00\n"
WINTER = "Date Rcvd,Date Out\n2025-01-13 10:00,2025-01-20 10:00\n"


def test_a_zone_is_asked_where_some_times_have_an_offset_and_some_do_not() -> None:
    asked = read(MIXED).questions
    assert [one["field"] for one in asked] == ["zone"]
    reading = read(MIXED, zone="America/Chicago")
    assert reading.log is not None
    row = reading.log.requests.to_pylist()[0]
    assert row["available"] - row["received"] == 2 * 3600


@pytest.mark.parametrize(("text", "asks"), [(SPRING, True), (WINTER, False)])
def test_a_zone_is_asked_only_where_it_would_change_figures(text: str, asks: bool) -> None:
    reading = read_log(text.encode(), name="log", proposed_zone="America/Chicago")
    assert [one["choices"] for one in reading.questions] == [["America/Chicago", "UTC"]] * asks
    assert (reading.log is None) == asks
    said = read_log(text.encode(), name="log", given={"zone": "America/Chicago"})
    # Nothing said of this file settles the zone of the next with its headers.
    assert [one.to_remember()["zone"] for one in (reading, said)] == ["", "America/Chicago"]


SEVERAL = "One,Two,Three\n2025-01-13,2025-01-20,2025-01-21\n2025-01-16,2025-01-14,2025-01-15\n"
EITHER_WAY = "Date Rcvd,Date Out\n3/4/25,3/5/25\n"


@pytest.mark.parametrize(
    ("text", "asks"), [(SEVERAL, "received_at"), (EITHER_WAY, "date_order"), (MIXED, "zone")]
)
def test_the_example_of_an_answer_is_an_answer(text: str, asks: str) -> None:
    (asked,) = read(text).questions
    again = read(text, **example_answer(asked))
    assert asked["field"] == asks
    assert asks not in [one["field"] for one in again.questions]


def test_channel_words_that_nobody_knows_are_no_evidence_of_discs() -> None:
    rows = "2025-01-13,2025-01-20,Desk\n2025-01-14,2025-01-20,Post\n"
    head = "Date Rcvd,Date Out,Channel\n"
    strange = read(head + rows).grades
    assert strange["deliveries_by_channel"]["grade"] == "good"
    out = strange["physical_media_share_out"]
    assert (out["computable"], out["share"], out["grade"]) == (False, 0.0, "not_computable")
    assert "give its words a meaning" in out["why"]
    for key in ("workaround_share_electronic", "workaround_share_all"):
        assert strange[key]["grade"] == "not_computable"
    known = "2025-01-14,2025-01-20,CD\n2025-01-15,2025-01-20,CD\n2025-01-15,2025-01-20,portal\n"
    some = read(head + rows + known).grades["physical_media_share_out"]
    assert (some["computable"], some["grade"]) == (True, "weak")
    meant = {"channel": {"Desk": "physical_cd", "Post": "physical_cd"}}
    assert read(head + rows, values=meant).grades["physical_media_share_out"]["grade"] == "good"


def test_studies_are_counted_by_a_column_and_never_taken_for_one() -> None:
    head = "Req #,Date Received,Date Sent,How Sent,# Studies\n"
    rows = (
        "1,2025-01-01,2025-01-02,CD,3\n2,2025-01-01,2025-01-02,portal,5\n"
        "3,2025-01-01,2025-01-02,CD,\n4,2025-01-01,2025-01-02,CD,many\n"
        "5,2025-01-01,2025-01-02,CD + PS,2\n"
    )
    reading = read(head + rows)
    assert reading.log is not None
    assert reading.unread["studies"] == {"rows": 1, "example": "many"}
    result = compute(fold(reading.log), Selection(), ["physical_media_studies_out"])
    found = result["physical_media_studies_out"]
    assert (found.numerator, found.n) == (3, 8)
    assert found.excluded == {"sent without a count of studies": 4}
    lacking = read("Date Received,Date Sent,How Sent\n2025-01-01,2025-01-02,CD\n")
    assert lacking.log is not None
    why = compute(fold(lacking.log), Selection(), ["physical_media_studies_out"])
    assert why["physical_media_studies_out"].why == "no column counts the studies"


def test_a_list_of_requests_says_what_it_cannot_tell_of_patients() -> None:
    reading = read("Date Received,Date Sent,Requestor\n2025-01-01,2025-01-02,patient\n")
    assert reading.log is not None
    found = compute(fold(reading.log), Selection())
    for key, result in found.items():
        if key.startswith("friction"):
            assert result.value is None
            assert "a log of this kind" in (result.why or "") or "own words" in (result.why or "")


@pytest.mark.parametrize("header", ["Req No", "REQ #", "Request No.", "Req Number", "request #:"])
def test_a_number_of_the_request_is_known_by_its_header(header: str) -> None:
    assert match_headers([header, "Date Rcvd"])["request_id"] == header
