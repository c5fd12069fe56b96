"""Words in place of a date of completion: only those that somebody gave a meaning have one."""

from typing import Any

import pytest

from analytics.external_logs.earlier import Earlier
from analytics.external_logs.importing import Reading, read_log
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


NO_VALUE = ("n/a", "N/A", "na", "none", "pending", "TBD", "tbd.", "-", "--", "?", "unknown", "NULL")
MANY_DATES = "".join(f"d{at},1/13/25,1/{14 + at % 9}/25,CD\n" for at in range(300))


@pytest.mark.parametrize("word", NO_VALUE)
def test_a_word_for_no_value_is_asked_for_wherever_it_stands(word: str) -> None:
    rows = MANY_DATES + f"x,1/13/25,{word},CD\ny,1/13/25,mislaid,CD\n"
    (asked,) = read(rows).questions
    assert (asked["field"], asked["rows"], asked["choices"][0]) == ("blank", 1, "blank")
    assert f"“{word}” (1 row)" in asked["question"]
    reading = read(rows, **asked["answers"]["blank"])
    assert reading.rejected == [(303, "'mislaid' is not a date")]  # one slip in three hundred
    assert column(reading, "outcome").count(None) == 1


def test_a_word_for_no_value_is_asked_for_beside_those_of_an_end() -> None:
    rows = MANY_DATES + "x,1/13/25,n/a,CD\ny,1/13/25,Cancelled,CD\n"
    (first,) = read(rows).questions
    assert "“Cancelled” (1 row)" in first["question"]
    (second,) = read(rows, **first["answers"]["ended"]).questions
    assert "“n/a” (1 row)" in second["question"]


def letters(number: int) -> str:
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))


def remarks(count: int, text: str) -> str:
    return "".join(f"{text[0]}{at},1/13/25,{letters(at)} {text},CD\n" for at in range(count))


@pytest.mark.parametrize(
    ("said", "outcomes", "told"),
    [
        ("told", {"withdrawn": 2500, None: 2500}, "2,500 as withdrawn, 2,500 as still open"),
        (
            "ended",
            {"withdrawn": 2500, "ended_undated": 2500},
            "2,500 as withdrawn, 2,500 as over, nobody wrote when",
        ),
        ("blank", {None: 5000}, "5,000 as still open"),
        ("unreadable", {}, "5,000 as no date, and rejected"),
    ],
)
def test_of_thousands_of_texts_it_is_asked_once_what_they_mean(
    said: str, outcomes: dict[str | None, int], told: str
) -> None:
    rows = DATED + remarks(2500, "cancelled") + remarks(2500, "was told")
    (asked,) = read(rows).questions
    assert (asked["field"], asked["rows"]) == ("undated", 5000)
    assert asked["choices"] == ["told", "ended", "blank", "unreadable"]
    assert "5,000 different texts that are no dates, in 5,000 rows" in asked["question"]
    reading = read(rows, **asked["answers"][said])
    assert reading.questions == []
    found = column(reading, "outcome")
    assert {one: found.count(one) for one in set(found)} == {"delivered": 1, **outcomes}
    assert len(reading.rejected) == (5000 if said == "unreadable" else 0)
    (remark,) = [one for one in reading.remarks if "no answer names" in one]
    assert remark.startswith("5,000 rows have a text in “Date Completed” that is no date")
    assert remark.endswith(f"They were read so: {told}.")
    assert "undated" not in reading.to_remember()
    assert reading.mapping.as_json()["undated"] == said


def test_what_stands_often_among_many_texts_is_answered_for_itself() -> None:
    often = "".join(f"o{at},1/13/25,Voided,CD\np{at},1/13/25,see book,CD\n" for at in range(50))
    rows = DATED + often + remarks(200, "cancelled") + "q,1/13/25,tba,CD\n"
    given: dict[str, Any] = {}
    asked = []
    while questions := read(rows, **given).questions:
        asked.append((questions[0]["field"], questions[0]["rows"]))
        answer = questions[0]["answers"][questions[0]["choices"][0]]
        words = given.get("values", {}).get("completed_at", {})
        words |= answer.get("values", {}).get("completed_at", {})
        given = {**given, **answer, "values": {"completed_at": words}}
    assert asked == [("blank", 50), ("blank", 51), ("undated", 200)]
    assert given["values"]["completed_at"] == dict.fromkeys(("see book", "tba"), "blank") | {
        "Voided": "withdrawn"
    }
    found = column(read(rows, **given), "outcome")
    assert (found.count("withdrawn"), found.count(None)) == (250, 51)


def test_what_was_said_of_all_texts_takes_no_slip_of_a_date_and_no_word_for_no_value() -> None:
    rows = DATED + "2,1/13/25,1/15/2S,CD\n3,1/13/25,#REF!,CD\n4,1/13/25,gone home,CD\n"
    reading = read(rows, undated="ended")
    assert [row for row, _ in reading.rejected] == [3, 4]
    assert column(reading, "outcome") == ["delivered", "ended_undated"]
    (asked,) = read(rows + "5,1/13/25,pending,CD\n", undated="ended").questions
    assert "“pending” (1 row)" in asked["question"]
    own = {"completed_at": {"gone home": "duplicate"}}
    assert column(read(rows, undated="ended", values=own), "outcome") == ["delivered", "duplicate"]


def test_what_was_said_of_all_texts_is_told_of_those_alone_that_no_answer_names() -> None:
    own = {"completed_at": {"gone home": "duplicate"}}
    rows = DATED + "2,1/13/25,gone home,CD\n3,1/13/25,moved away,CD\n4,,moved away,CD\n"
    reading = read(rows, undated="told", values=own)
    (remark,) = [one for one in reading.remarks if "no answer names" in one]
    assert remark.startswith("1 row has a text")
    assert remark.endswith("It was read so: 1 as still open.")
    none = read(DATED + "2,1/13/25,gone home,CD\n", undated="told", values=own).remarks
    assert not [one for one in none if "no answer names" in one]
