"""A number that is given again names another request, in whatever files and order rows come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.analytics.external_logs.imported import after, counts, requests_of
from tests.depth import examples

HEAD = "Req #,Date Rcvd,Date Out,Status,Method\n"
Row = tuple[str, str, str, str, str]
FIRST = ("1", "2025-01-01 09:00", "2025-01-05 10:00", "", "CD")
SECOND = ("1", "2025-02-01 09:00", "2025-02-05 10:00", "", "CD")
OTHERS = [
    (f"P{day}", f"2025-03-{day:02} 09:00", f"2025-04-{day:02} 10:00", "", "CD")
    for day in range(1, 9)
]


def text_of(rows: Sequence[Sequence[str]]) -> str:
    return HEAD + "".join(",".join(row) + "\n" for row in rows)


def are_alike(*files: Sequence[Row], **given: Any) -> bool:
    """Say whether files one after the other give the requests of one file of all their rows."""
    whole = after(text_of([row for rows in files for row in rows]), row="request", **given)
    return requests_of(whole) == requests_of(after(*map(text_of, files), row="request", **given))


@pytest.mark.parametrize(
    "end", [("", "Cancelled"), ("", "Closed"), ("Cancelled", ""), ("2025-01-05 10:00", "Denied")]
)
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_request_that_ended_without_a_date_does_not_take_the_next_one_of_its_number(
    end: tuple[str, str], is_turned: bool
) -> None:
    files = [[*OTHERS, ("1", "2025-01-01 09:00", *end, "")], [SECOND]]
    said = {"values": {"completed_at": {"Cancelled": "withdrawn"}}}
    assert are_alike(*(files[::-1] if is_turned else files), **said)


def test_the_older_file_may_come_after_the_newer_one() -> None:
    assert are_alike([*OTHERS, SECOND], [FIRST])
    told = after(text_of([*OTHERS, SECOND]), text_of([FIRST])).remarks
    assert any("1 row has a number that the log knew already" in one for one in told)


@pytest.mark.parametrize("turn", [1, -1])
def test_one_that_comes_when_the_other_ends_is_another_if_it_ends_later_or_not_yet(
    turn: int,
) -> None:
    days = [(one[0], one[1][:10], one[2][:10], *one[3:]) for one in OTHERS]
    ended = ("1", "2025-01-01", "2025-01-05", "", "CD")
    for end in ("2025-01-08", ""):
        files = [[*days, ended], [*days, ("1", "2025-01-05", end, "", "CD")]]
        assert counts(after(*map(text_of, files[::turn])))[0] == 1
    same = [[*days, ended], [*days, ("1", "2025-01-05", "2025-01-05", "", "CD")]]
    assert counts(after(*map(text_of, same[::turn])))[:3] == (0, len(days), 1)


def test_a_time_at_one_end_alone_makes_no_two_requests_one() -> None:
    rows = [(one[0], one[1][:10], *one[2:]) for one in (*OTHERS, FIRST)]
    again = ("1", "2025-01-05", "2025-01-08 09:00", "", "CD")
    assert are_alike(rows, [again])
    assert are_alike([*rows[:-1], again], rows[-1:])


def test_a_corrected_row_among_several_of_its_number_takes_the_place_of_its_own() -> None:
    third = ("1", "2025-03-01 09:00", "2025-03-05 10:00", "", "CD")
    log = text_of([*OTHERS, FIRST, SECOND, third])
    for receipt in ("2025-02-02 09:00", "2025-01-31 09:00"):
        reading = after(log, text_of([("1", receipt, *SECOND[2:])]))
        assert counts(reading) == (0, 0, 1, len(OTHERS) + 3)
        assert len(requests_of(reading)) == len(OTHERS) + 3
        assert reading.merged is not None
        assert SECOND[1] not in reading.merged.rows["received_at"].to_pylist()


def test_a_request_on_two_rows_whose_receipt_is_corrected_stays_on_two() -> None:
    rows = [FIRST, (*FIRST[:2], "2025-01-06 10:00", "", "portal")]
    fixed = [(row[0], "2025-01-02 09:00", *row[2:]) for row in rows]
    assert counts(after(text_of(rows), text_of(fixed), row="request")) == (0, 0, 2, 2)


@st.composite
def files(draw: st.DrawFn) -> list[list[Row]]:
    """Files whose rows of one number are requests one after the other; the last may be open."""
    has_times = draw(st.booleans())
    unit = timedelta(hours=1) if has_times else timedelta(days=1)
    form = "%Y-%m-%d %H:%M" if has_times else "%Y-%m-%d"
    rows: list[Row] = []
    for number in ("1", "2", "3"):
        at, times = datetime(2025, 1, 1, 8), draw(st.integers(0, 4))
        for nth in range(times):
            came = at + draw(st.integers(0 if nth else 1, 5)) * unit
            end = came + draw(st.integers(1, 5)) * unit
            kind = draw(st.sampled_from(("sent", "cancelled", "denied", "open")))
            is_open, is_undated = kind == "open" and nth == times - 1, kind == "cancelled"
            done = "" if is_open or is_undated else end.strftime(form)
            status = {"cancelled": "Cancelled", "denied": "Denied"}.get(kind, "")
            rows.append((number, came.strftime(form), done, status, "CD"))
            # A request that was cancelled without a date is over when it came.
            at = came + unit if is_undated else end
    rows = draw(st.permutations(rows))
    parts = draw(st.integers(1, 4))
    places = [draw(st.integers(0, parts - 1)) for _ in rows]
    found = [
        [row for row, at in zip(rows, places, strict=True) if at == one] for one in range(parts)
    ]
    sure = ("9", *(FIRST[1:] if has_times else ("2025-01-01", "2025-01-05", "", "CD")))
    return [[sure, *part] for part in found]  # a file needs a row, and it is here a known one


@settings(max_examples=examples(40), deadline=None)
@given(files())
def test_one_file_and_several_in_whatever_order_give_the_same_requests(
    parts: list[list[Row]],
) -> None:
    whole = [parts[0][0], *(row for part in parts for row in part[1:])]
    one = after(text_of(whole), row="request")
    many = after(*map(text_of, parts), row="request")
    assert requests_of(one) == requests_of(many)
