"""A mapping gives words of any field a meaning, as it does for channels."""

import pytest

from analytics.external_logs.importing import read_log
from analytics.external_logs.refusals import BadMapping


def test_words_of_other_fields_are_given_a_meaning_too() -> None:
    head = "Req #,Date Rcvd,Date Out,Method,In/Out,Status,Opened OK?,Requestor\n"
    text = head + "1,1/13/25,1/20/25,CD,Ein,,gut,Pt\n2,1/13/25,,CD,Aus,Storno,,Kasse\n"
    values = {
        "direction": {"Ein": "inbound", "Aus": "outbound"},
        "status": {"Storno": "withdrawn"},
        "usable": {"gut": "immediate"},
        "requester_type": {"Pt": "patient"},
    }
    log = read_log(text.encode(), name="log", given={"values": values}).log
    assert log is not None
    names = ("number", "direction", "outcome", "usable", "requester_type")
    assert [tuple(row[name] for name in names) for row in log.requests.to_pylist()] == [
        ("1", "inbound", "delivered", "immediate", "patient"),
        ("2", "outbound", "withdrawn", "untested", "Kasse"),
    ]


def test_a_meaning_that_means_nothing_is_refused() -> None:
    values = {"usable": {"gut": "great"}}
    with pytest.raises(BadMapping, match=r"Nothing of 'usable' is called 'great'\. Known: after_"):
        read_log(b"Req #,Date Rcvd\n1,1/13/25\n", name="log", given={"values": values})


@pytest.mark.parametrize("means", ["a\x00b", "a\ud800", "a" * 201])
def test_a_meaning_that_no_answer_can_hold_is_refused(means: str) -> None:
    values = {"facility": {"Main": means}}
    with pytest.raises(BadMapping, match="Values are given by field"):
        read_log(b"Req #,Date Rcvd\n1,1/13/25\n", name="log", given={"values": values})


def test_words_of_events_are_given_a_meaning() -> None:
    text = "case id,activity,timestamp,org:resource\n1,Sent,2025-01-13 10:00,kw\n"
    log = read_log(text.encode(), name="log", given={"values": {"staff": {"kw": "desk"}}}).log
    assert log is not None
    assert log.events["actor"].to_pylist()[0] == "desk"
