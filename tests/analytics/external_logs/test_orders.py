"""The order of day, month and year is asked where values do not settle it beyond doubt."""

from typing import Any

import pytest

from analytics.external_logs.dates import Orders, orders_of
from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.questions import example_answer

HEAD = "Req #,Date Rcvd,Date Out\n"


def read(rows: str, **given: Any) -> Reading:
    return read_log((HEAD + rows).encode(), name="log", given=given)


ASKS = Orders(possible=("MDY", "DMY"), is_contradicted=True)


@pytest.mark.parametrize(
    ("values", "orders"),
    [
        (["2025-01-03", "soon"], Orders()),
        (["3/4/25"], Orders(possible=("MDY", "DMY"))),
        (["3/4/25", "3/14/25"], Orders(possible=("MDY",))),
        (["3/4/25", "14/3/25"], Orders(possible=("DMY",))),
        (["3/14/25", "14/3/25"], ASKS),
        # Nine days of March, day first, and one row of another hand.
        ([f"{day}/3/2025" for day in range(1, 10)] + ["3/14/2025"], ASKS),
        ([f"3/{day}/2025" for day in range(1, 10)] + ["14/3/2025"], ASKS),
        ([f"1/{day}/2025" for day in range(1, 13)] + ["1/13/2025"], Orders(possible=("MDY",))),
        # Deadlines on the first and the middle of each month.
        ([f"{one}/{day}/25" for one in range(1, 13) for day in (1, 15)], Orders(possible=("MDY",))),
        (["25-01-07"], Orders(possible=("DMY", "YMD"))),
        ([f"25-01-{day:02d}" for day in range(1, 29)], Orders(possible=("YMD",))),
        ([f"{day}-01-25" for day in range(13, 29)], Orders(possible=("DMY",))),
        (["13/2/2025"], Orders(possible=("DMY",))),
        (["13-2-45"], Orders(possible=("DMY",))),
        (["13-2-25", "5-2-25"], Orders(possible=("DMY",))),
    ],
)
def test_what_orders_the_values_of_a_column_allow(values: list[str], orders: Orders) -> None:
    assert orders_of(values) == orders


def test_columns_that_contradict_each_other_are_asked_about() -> None:
    rows = "R1,1/13/2025,14/1/2025\nR2,2/3/2025,3/4/2025\n"
    (asked,) = read(rows).questions
    assert (asked["field"], asked["choices"]) == ("date_order", ["MDY", "DMY"])
    assert "speak against each other" in asked["question"]
    reading = read(rows, **example_answer(asked))
    assert reading.rejected == [(2, "'14/1/2025' is not a date")]


def test_a_year_that_may_stand_first_is_asked_with_its_year() -> None:
    (asked,) = read("R1,25-01-07,25-01-09\n").questions
    assert asked["labels"] == {"DMY": "January 25, 2007", "YMD": "January 7, 2025"}
    reading = read("R1,25-01-07,25-01-09\n", date_order="YMD")
    assert reading.log is not None
    row = reading.log.requests.to_pylist()[0]
    assert row["available"] - row["received"] == 2 * 86400


def test_an_order_that_a_file_settled_is_not_kept_for_the_next() -> None:
    settled, said = read("R1,1/13/2025,1/14/2025\n"), read("R1,3/4/25,3/5/25\n", date_order="MDY")
    assert settled.mapping.date_order == said.mapping.date_order == "MDY"
    assert [one.to_remember()["date_order"] for one in (settled, said)] == ["", "MDY"]


def test_an_order_that_was_said_and_that_no_date_allows_is_asked_again() -> None:
    rows = "R1,13/1/2025,14/1/2025\nR2,3/4/2025,5/4/2025\n"
    (asked,) = read(rows, date_order="MDY").questions
    assert asked["choices"] == ["DMY"]
    assert "said to be month first, and '13/1/2025' in 'Date Rcvd' is not" in asked["question"]
    assert read(rows, **example_answer(asked)).rejected == []
