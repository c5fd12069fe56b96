"""Whatever a column is called and wherever they stand, particulars of persons are not kept."""

from typing import Any

import pytest

from analytics.external_logs.columns import is_private, match_headers
from analytics.external_logs.earlier import Earlier
from analytics.external_logs.importing import Reading, read_log
from analytics.imports.page import columns_of
from tests.analytics.external_logs.test_columns import everything

SNAKE = (
    *("patient_name", "Patient_Name", "PatientID", "patient_id", "last_name", "date_of_birth"),
    *("DateOfBirth", "birth_date", "PATIENT_MRN", "mrn_no", "Pat Name", "SS#", "MR #", "Acct #"),
    *("FIN", "EMPI", "Surname", "Given Name", "Guarantor", "Next of Kin", "Zip Code", "Addr"),
    *(
        "Insured ID",
        "Contact",
        "ContactName",
        "patientDOB",
        "home_phone",
        "EMail",
        "case:PatientName",
    ),
)
PLAIN = (
    *("Patient type", "patient_class", "request_id", "Facility", "# MR", "Mobile unit", "Method"),
    *("Sent To", "Requestor", "contacted", "Final report", "Account", "Company name"),
)


def read(text: str, **given: Any) -> Reading:
    return read_log(text.encode(), name="log", given=given)


@pytest.mark.parametrize("header", SNAKE)
def test_a_person_s_particulars_are_known_in_any_way_of_writing(header: str) -> None:
    assert is_private(header)
    rows = "2025-01-13,2025-01-20,{}\n"
    reading = read(f"Date Rcvd,Date Out,{header}\n" + rows.format("Canary"))
    assert "Canary" not in everything(reading)
    assert all("Canary" not in str(one["examples"]) for one in columns_of(reading))
    # A date of birth is offered for nothing.
    assert header not in read(
        f"Rcvd,{header}\n2025-01-13,1950-01-02\n"
    ).mapping.columns.values() or (reading.mapping.columns.get("record_number") == header)


@pytest.mark.parametrize("header", PLAIN)
def test_what_names_no_person_stays_a_column_like_any(header: str) -> None:
    assert not is_private(header)


@pytest.mark.parametrize(
    "headers",
    [
        ("request_id", "received_at", "completed_at", "need_by", "hold_start", "partner"),
        ("requestId", "receivedAt", "CompletedAt", "needBy", "HoldStart", "Partner"),
        ("RequestNumber", "DateReceived", "date_sent", "DueDate", "on_hold_since", "sent_to"),
    ],
)
def test_a_header_is_known_in_snake_and_in_camel_case(headers: tuple[str, ...]) -> None:
    fields = ("request_id", "received_at", "completed_at", "need_by", "hold_start", "partner")
    assert match_headers(headers) == dict(zip(fields, headers, strict=True))


ROWS = """Req #,Date Rcvd,Date Out,Method,Requestor,Sent To,Hold Reason,Waiting
R1,1/13/2025,1/14/2025,CD,"Canary, John",canary@example.org,"call (312) 555-1212",1
R2,1/13/2025,1/14/2025,CD,"Canary, Jane",other@example.org,none,2
R3,1/14/2025,1/14/2025,CD,Attorney,canary@example.org,123-45-6789,3
R4,1/14/2025,called 312-555-1212,CD,"Canary, Ann",Mercy,none,3
"""


def test_addresses_and_numbers_in_a_column_that_is_kept_give_way_to_words() -> None:
    reading = read(ROWS)
    stored = everything(reading)
    for told in ("Canary", "canary", "other@", "555", "123-45"):
        assert told not in stored
    assert reading.log is not None
    rows = {row["number"]: row for row in reading.log.requests.to_pylist()}
    assert rows["R1"]["requester_type"] == "[name]"
    assert rows["R3"]["requester_type"] == "Attorney"
    # Two partners stay two.
    assert rows["R1"]["partner"] == rows["R3"]["partner"] != rows["R2"]["partner"]
    assert reading.merged is not None
    reasons = ["call [phone]", "none", "[social security number]"]
    assert reading.merged.rows["hold_reason"].to_pylist() == reasons
    assert [reason for _, reason in reading.rejected] == ["'called [phone]' is not a date"]
    assert len(reading.answer("log")["remarks"]) == 4


def test_a_number_of_a_person_as_a_number_of_requests_becomes_a_code() -> None:
    reading = read("Req #,Date Rcvd\n123-45-6789,2025-01-13\n987-65-4321,2025-01-14\n")
    assert "123-45" not in everything(reading)
    assert reading.log is not None
    assert len(set(reading.log.requests["number"].to_pylist())) == 2


def test_a_column_that_means_nothing_shows_no_address_on_the_page() -> None:
    reading = read("Date Rcvd,Notes\n2025-01-13,ring 312-555-1212\n2025-01-14,x\n2025-01-15,y\n")
    (notes,) = (one for one in columns_of(reading) if one["header"] == "Notes")
    assert notes["examples"] == ["ring [phone]", "x"]


def test_rows_that_were_kept_as_written_lose_their_particulars_with_the_next_file() -> None:
    first = read(ROWS)
    assert first.merged is not None
    rows = first.merged.rows
    at = rows.column_names.index("partner")
    as_written = rows.set_column(
        at, "partner", [["canary@example.org", "a@b.org", "canary@example.org"]]
    )
    earlier = Earlier(
        rows=as_written,
        layout="requests",
        sources=first.mapping.sources(),
        headers=first.raw.headers,
        key=first.key,
        has_times=False,
    )
    again = read_log(ROWS.encode(), name="log", earlier=earlier)
    assert "@" not in everything(again)
    assert again.answer("log")["rows_recognised"] == 2  # the third address is another's
