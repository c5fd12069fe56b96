"""A file whose first row is a row like the others is refused: its cells would become headers."""

import json

import pytest

from analytics.external_logs.importing import read_log
from analytics.external_logs.refusals import UnusableLog
from tests.analytics.external_logs.books import ods, xlsx
from tests.analytics.external_logs.test_workbooks import LISTS, book, row

ROWS = [
    (f"{n:03}", f"2025-03-{1 + n % 28:02}", f"2025-04-{1 + n % 28:02}", "CD", "out", "Zqsmith, Jo")
    for n in range(40)
]
HEAD = ("Req #", "Date Rcvd", "Date Out", "Method", "Direction", "Remark")
SAID = (
    "Cell 2 of row 1 is a date, as those below it are: this file has no row of column names. "
    "Add one above its rows and choose it again."
)


def csv(rows: list[tuple[str, ...]], mark: str = ",") -> bytes:
    return "".join(mark.join(f'"{cell}"' for cell in one) + "\n" for one in rows).encode()


def refused(content: bytes) -> str:
    with pytest.raises(UnusableLog) as caught:
        read_log(content, name="log")
    return caught.value.sentence


@pytest.mark.parametrize(
    "content",
    [
        csv(ROWS),
        csv(ROWS, ";"),
        csv(ROWS[:2]),
        csv([(one[0], f"{one[1]} 09:00", *one[2:]) for one in ROWS]),
        csv([(one[0], "3/4/25", *one[2:]) for one in ROWS]),
        xlsx(ROWS),
        ods(ROWS),
    ],
)
def test_a_file_without_a_row_of_names_is_refused_and_no_cell_of_it_is_repeated(
    content: bytes,
) -> None:
    assert refused(content) == SAID


def test_a_list_of_lists_has_no_names_either() -> None:
    said = refused(json.dumps(ROWS, indent=0).encode())
    assert "Zqsmith" not in said
    said = refused("\n".join(json.dumps(one) for one in ROWS).encode())
    assert "no row of column names" in said
    assert "Zqsmith" not in said


def test_with_a_row_of_names_the_same_rows_are_read() -> None:
    for content in (
        csv([HEAD, *ROWS]),
        csv([("CD log", "2025-03-01"), HEAD, *ROWS]),
        xlsx([HEAD, *ROWS]),
    ):
        assert read_log(content, name="log").answer("log")["rows_imported"] == len(ROWS)


def test_months_may_be_the_names_of_columns() -> None:
    months = [(*HEAD, "2025-03-01", "2025-04-01"), *((*one, "1", "") for one in ROWS)]
    assert read_log(csv(months), name="log").answer("log")["rows_imported"] == len(ROWS)


def test_a_sheet_without_names_is_not_read_beside_another_and_is_told() -> None:
    sheets = {"Jan": [HEAD[:4], row("1")], "Feb": [row("2"), row("3")]}
    reading = read_log(book(sheets), name="log")
    assert reading.answer("log")["rows_imported"] == 1
    assert "The sheet 'Feb' has no row of column names and is not read." in reading.raw.notes
    assert refused(book({"Codes": LISTS, "Feb": [row("2"), row("3")]})) == SAID
