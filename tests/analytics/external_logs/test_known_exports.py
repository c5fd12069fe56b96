"""Exports of common tools are known by their headers; what they mean is proposed, not forced."""

from typing import Any

import pytest

from analytics.external_logs.columns import FIELD_WORDS, is_private, plain
from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.known_exports import EXPORTS
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold

ONBASE = b"""Request #,Created,Priority,Request Type,Delivery Method,Created By,Assigned To,Status,\
Request Reason,Requester Name,Requester Email,Company,Relationship,Shipping Address,Due Date,Completed
1,1/13/2025 9:00 AM,Normal,Standard,CD,ann,bob,Completed,Continuing care,Canary,c@example.org,\
Example Law,Attorney,Canary Street,2/12/2025,1/20/2025 9:00 AM
2,1/14/2025 9:00 AM,Normal,Standard,Portal,ann,bob,Canceled,Own use,Canary,c@example.org,,Self,\
Canary Street,2/13/2025,
"""
ONBASE_LOG = b"""roirequestlognum,messagetext,actionnum,subactionnum,logdate,usernum,roirequestnum
1,Canary was viewed,1,4,2025-01-13 09:00:00,12,4711
2,Canary was changed,2,1,2025-01-14 09:00:00,12,4711
3,Canary was delivered,3,1,2025-01-16 09:00:00,13,4711
4,Canary was viewed,1,4,2025-01-17 09:00:00,12,4711
5,Canary was viewed,1,4,2025-01-17 09:00:00,12,4712
"""
ORTHANC = b"""Timestamp;UserId;UserName;ResourceId;Action;LogData
20250113T090000.123456;u1;Canary;aaaa-bbbb;uploaded-study;{}
20250114T090000;u1;Canary;aaaa-bbbb;downloaded-study;{"Canary": 1}
2025-01-15T09:00:00Z;u2;Canary;cccc-dddd;deleted-study;null
"""
GATEWAY = b"""Study Instance UID,Patient Name,Patient ID,Accession Number,Modality,Sent From,Sent To,\
Date Sent,Date Received,Status
1.2.3,Canary,Canary-1,Canary-2,CT,Example Clinic,Main,2025-01-13 09:00,2025-01-13 11:00,Received
1.2.4,Canary,Canary-1,Canary-2,MR,Example Clinic,Main,2025-01-14 09:00,,Pending
"""
FILES = dict(
    zip((one.name for one in EXPORTS), (ONBASE, ONBASE_LOG, ORTHANC, GATEWAY), strict=True)
)


def read(content: bytes, **given: Any) -> Reading:
    reading = read_log(content, name="log", given={"zone": "UTC", **given})
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


@pytest.mark.parametrize("name", FILES)
def test_an_export_is_known_and_read_whole_without_persons(name: str) -> None:
    reading = read(FILES[name])
    assert reading.answer("log")["recognised_as"] == name
    assert reading.rejected == []
    assert reading.log is not None
    assert reading.merged is not None
    kept = (reading.log.requests, reading.log.events, reading.merged.rows)
    assert "canary" not in str([table.to_pylist() for table in kept]).lower()


def test_a_proposal_names_fields_that_there_are_and_keeps_no_person() -> None:
    for export in EXPORTS:
        assert set(export.columns) <= set(FIELD_WORDS)
        assert not [one for one in export.columns.values() if is_private(one)]
        assert {plain(one) for one in export.required} == export.required
        assert export.source


def figures(reading: Reading) -> Any:
    assert reading.log is not None
    return compute(fold(reading.log), Selection())


def test_onbase_requests_are_measured_from_created_to_completed() -> None:
    found = figures(read(ONBASE))
    assert found["turnaround_mean"].value == 7
    reading = read(ONBASE)
    assert reading.log is not None
    assert reading.log.requests["outcome"].to_pylist() == ["delivered", "withdrawn"]
    assert reading.log.requests["requester_type"].to_pylist() == ["Attorney", "Self"]


def test_an_onbase_request_ends_with_its_last_delivery_and_not_with_a_look() -> None:
    found = figures(read(ONBASE_LOG))
    assert found["turnaround_mean"].value == 3
    assert found["open_requests"].n == 1


def test_orthanc_writes_moments_without_dashes() -> None:
    reading = read(ORTHANC)
    assert reading.log is not None
    assert sorted(reading.log.requests["received"].to_pylist()) == [1736758800, 1736931600]
    assert figures(reading)["turnaround_mean"].n == 2


def test_a_study_that_a_gateway_sent_is_received_after_it() -> None:
    found = figures(read(GATEWAY))
    assert found["turnaround_mean"].value == pytest.approx(2 / 24)
    assert found["open_requests"].n == 1


def test_what_is_said_of_a_column_is_believed_before_the_proposal() -> None:
    reading = read(ONBASE, columns={"channel": "Priority", "partner": ""})
    assert reading.mapping.columns["channel"] == "Priority"
    assert "partner" not in reading.mapping.columns
    whole = read(ORTHANC, columns={"activity": "", "received_at": "Timestamp", "timestamp": ""})
    assert whole.mapping.layout == "requests"


def test_a_file_like_any_is_no_export() -> None:
    reading = read(b"Req #,Date Rcvd,Date Out\n1,2025-01-13,2025-01-20\n")
    assert reading.answer("log")["recognised_as"] is None


@pytest.mark.parametrize("text", ["20250113T090000", "20250113T090000.5Z", "20250113T100000+0100"])
def test_the_basic_form_of_a_moment_is_read(text: str) -> None:
    reading = read(f"Date Rcvd,x\n{text},a\n".encode())
    assert reading.log is not None
    assert reading.log.requests["received"].to_pylist() == [1736758800]


@pytest.mark.parametrize("text", ["20251313T090000", "20250113T990000", "20250113T0900"])
def test_what_only_looks_like_the_basic_form_is_no_date(text: str) -> None:
    reading = read(f"Date Rcvd,x\n2025-01-13,a\n{text},a\n".encode())
    assert reading.rejected == [(3, f"{text!r} is not a date")]
