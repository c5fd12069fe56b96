"""A row that a mark out of place lets be read in two ways is listed, and no cell of it is kept."""

from typing import Any

import pytest

from analytics.external_logs.formats.crooked import CROOKED
from analytics.external_logs.importing import Reading, read_log

HEAD = "Req #,Date Rcvd,Date Out,Method,Patient Name,Facility\n"
PLAIN = "".join(f'R{at},1/13/25,1/14/25,CD,"DOE, JO",Main\n' for at in range(9))


def read(rows: str, head: str = HEAD, plain: str = PLAIN, **given: Any) -> Reading:
    reading = read_log((head + plain + rows).encode(), name="log", given=given)
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


@pytest.mark.parametrize(
    "row",
    [
        'Z,1/13/25,1/14/25,"CD,"ROE, ANN",Main',
        'Z,1/13/25,,"CD,"ROE, ANN",Main',
        'Z,1/13/25,"1/14/25,CD,"ROE, ANN",Main',
        'Z,1/13/25,1/14/25,"CD,"ROE,Main',
        'Z,1/13/25,1/14/25,CD,"ROE, "AL", ANN"',
        'Z,1/13/25,1/14/25,CD,"AL" ROE, ANN"',
        'Z,1/13/25,1/14/25,"CD,"ROE, ANN","Main\ncampus"',
    ],
)
def test_a_stray_mark_moves_no_name_into_another_column(row: str) -> None:
    reading = read(row + "\nA,1/13/25,1/14/25,CD,x,Main\n")
    assert reading.rejected == [(11, CROOKED)]
    assert reading.answer("log")["rows_imported"] == 10
    kept = str(reading.raw.table.to_pylist()) + str(reading.answer("log"))
    assert "ROE" not in kept
    assert "ANN" not in kept


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ('"ROE, ANN"', "ROE, ANN"),
        ('"ROE, ANN" ', "ROE, ANN"),
        (' "ROE, ANN"', "ROE, ANN"),
        ('"ROE, ""AL"" ANN"', 'ROE, "AL" ANN'),
        ('"ROE, ANN" JR', "ROE, ANN JR"),
        ('"5" film', "5 film"),
        ('5" film', '5" film'),
        ('ROE "AL" ANN', 'ROE "AL" ANN'),
        ('""', ""),
    ],
)
@pytest.mark.parametrize("site", ["Main", '"Main, North"', '"Main" North'])
def test_a_row_that_every_reading_cuts_alike_or_one_alone_fits_is_read(
    cell: str, means: str, site: str
) -> None:
    reading = read(f"Z,1/13/25,1/14/25,CD,{cell},{site}\n")
    assert reading.rejected == []
    assert reading.raw.column("Patient Name")[-1] == means
    assert reading.raw.column("Facility")[-1] == site.replace('"', "")


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ('"ROE, \\"AL, JO\\" ANN"', 'ROE, "AL, JO" ANN'),
        ('"ROE, ""AL"" ANN"', 'ROE, "AL" ANN'),
        ('"ROE, ANN" (MD)', "ROE, ANN (MD)"),
    ],
)
def test_a_file_that_uses_its_marks_so_throughout_is_read(cell: str, means: str) -> None:
    rows = "".join(f"R{at},1/13/25,1/14/25,CD,{cell},Main\n" for at in range(30))
    reading = read(rows, plain=PLAIN.replace("R", "P") + PLAIN.replace("R", "Q"))
    assert reading.rejected == []
    assert set(reading.raw.column("Patient Name")) == {"DOE, JO", means}


def test_a_header_row_with_a_mark_out_of_place_names_its_columns_still() -> None:
    reading = read(
        "", head=HEAD.replace("Patient Name,Facility", '"Patient, "Name,Facility,"x, y"')
    )
    assert reading.answer("log")["rows_imported"] == 9
    assert reading.raw.headers[4:6] == ("Patient, Name", "Facility")


def test_rows_behind_text_that_follows_a_closing_mark_are_read_one_by_one() -> None:
    rows = 'Y,1/13/25,",CD,X,Main\nZ,1/13/25,1/14/25,CD,"ROE, ANN",a, b\n'
    reading = read(rows + "A,1/13/25,1/14/25,CD,x,Main\n")
    assert [row for row, _ in reading.rejected] == [11, 12]
    assert reading.answer("log")["rows_read"] == 12


def test_many_marks_out_of_place_are_weighed_in_one_pass() -> None:
    reading = read("Z," + '"a,' * 200_000 + "\n")
    assert [row for row, _ in reading.rejected] == [11]
