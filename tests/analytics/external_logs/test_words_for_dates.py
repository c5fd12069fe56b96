"""Words in place of a date of completion: only those that somebody gave a meaning have one."""

from typing import Any

import pytest

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.merge import Earlier
from tests.analytics.external_logs.test_ends_of_requests import column

HEAD = "Req #,Date Received,Date Completed,Method\n"
DATED = "1,1/13/25,1/15/25,CD\n"


def read(rows: str, earlier: Reading | None = None, head: str = HEAD, **given: Any) -> Reading:
    before = earlier and held(earlier)
    reading = read_log((head + rows).encode(), name="log", given=given, earlier=before or None)
    answer = reading.answer("log")
    if reading.log is not None:
        assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


def held(first: Reading) -> Earlier:
    """Return what a log holds after its first file."""
    assert first.merged is not None
    return Earlier(
        rows=first.merged.rows,
        layout=first.mapping.layout,
        sources=first.mapping.sources(),
        headers=first.raw.headers,
        key=first.key,
        has_times=first.has_times,
    )


@pytest.mark.parametrize("said", [{}, {"denied": "unreadable"}])
def test_a_word_that_is_called_as_a_meaning_has_it_only_where_somebody_says_so(
    said: dict[str, str],
) -> None:
    rows = DATED + "2,1/13/25,No go,CD\n3,1/13/25,denied,CD\n"
    reading = read(rows, values={"completed_at": {"No go": "denied", **said}})
    if not said:
        (asked,) = reading.questions
        assert "“denied” (1 row)" in asked["question"]
        return
    assert reading.rejected == [(4, "'denied' is not a date")]
    assert column(reading, "outcome") == ["delivered", "denied"]


def test_a_blank_may_be_said_to_be_an_end() -> None:
    reading = read(DATED + "2,1/13/25,,CD\n", values={"completed_at": {"": "closed"}})
    assert column(reading, "outcome") == ["delivered", "ended_undated"]


def test_how_a_request_ended_stays_when_the_next_file_has_no_such_word() -> None:
    first = read(
        DATED + "2,1/13/25,Cancelled,CD\n", values={"completed_at": {"Cancelled": "denied"}}
    )
    again = read("3,1/14/25,1/15/25,CD\n", first)
    assert column(again, "outcome") == ["delivered", "denied", "delivered"]
    assert again.answer("log")["rows_in_log"] == 3
