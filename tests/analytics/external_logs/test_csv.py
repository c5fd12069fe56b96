"""Whatever dialect a sheet is in, its rows are its rows: no mark swallows any."""

from typing import Any

import pytest

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.refusals import UnusableLog

HEAD = "Req #,Date Rcvd,Date Out,Method,Notes\n"


def read(text: str, **given: Any) -> Reading:
    reading = read_log(text.encode(), name="log", given=given)
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


def rows(count: int) -> str:
    return "".join(f"R{one},1/13/25,1/14/25,CD,ok\n" for one in range(count))


UNCLOSED = "a quotation mark opens and does not close in this row"


@pytest.mark.parametrize(
    "meets",
    [
        'Z,1/13/25,1/14/25,CD,"said ""x"""\n',
        'Z,1/13/25,1/14/25,CD,"x"\n',
        'Z,1/13/25,1/14/25,"CD, mailed",x\n',
    ],
)
@pytest.mark.parametrize("between", [0, 1, 300])
def test_a_mark_that_meets_a_later_one_swallows_no_row(meets: str, between: int) -> None:
    reading = read(HEAD + 'A,1/13/25,1/14/25,CD,"6 film\n' + rows(between) + meets + "B,1/13/25\n")
    assert reading.rejected == [(2, UNCLOSED)]
    assert reading.answer("log")["rows_read"] == between + 3


def test_two_stray_marks_cost_their_two_rows() -> None:
    stray = 'A,1/13/25,1/14/25,CD,"6 film\n', 'Z,1/13/25,1/14/25,CD,"8 film\n'
    reading = read(HEAD + stray[0] + rows(3) + stray[1] + rows(1).replace("R", "S"))
    assert reading.rejected == [(2, UNCLOSED), (6, UNCLOSED)]
    assert reading.answer("log")["cases"] == 4


@pytest.mark.parametrize(
    "record",
    [
        '"A\nB",1/13/25,1/14/25,CD,ok\n',
        'A,1/13/25,1/14/25,"CD\nor\nPS",ok\n',
        'A,1/13/25,1/14/25,CD,"called, then\nsent, or so, on, 1/3/25, again, to him"\n',
        'A,1/13/25,1/14/25,CD,"called\nsee,1/3/25,x,y,z\ndone"\n',
        'A,1/13/25,1/14/25,"said ""see\nQ,1/3/25,1/4/25,CD,z\nQ,1/3/25,1/4/25,CD,z\n""",ok\n',
        'A,1/13/25,1/14/25,CD,"one, two, three, four, five\nsix, seven, eight, nine, ten"\n',
    ],
)
def test_a_line_break_within_a_cell_stays_there(record: str) -> None:
    reading = read(HEAD + record + rows(1))
    assert (reading.answer("log")["cases"], reading.rejected) == (2, [])


@pytest.mark.parametrize(
    "text",
    [
        'Req #, Date Rcvd, Date Out, Method\n1, "1/13/25", "1/14/25", "CD, mailed"\n',
        'Req #,Date Rcvd,Date Out,Method\n1,1/13/25,1/14/25,"CD, mailed"\n',
        "'Req #','Date Rcvd','Date Out','Method'\n'1','1/13/25','1/14/25','CD, mailed'\n",
        "Req #^Date Rcvd^Date Out^Method\n1^1/13/25^1/14/25^CD, mailed\n",
        "Req #~Date Rcvd~Date Out~Method\n1~1/13/25~1/14/25~CD, mailed\n",
        "Req #\x1fDate Rcvd\x1fDate Out\x1fMethod\n1\x1f1/13/25\x1f1/14/25\x1fCD, mailed\n",
        '\ufeff\ufeffReq #,Date Rcvd,Date Out,Method\n1,1/13/25,1/14/25,"CD, mailed"\n',
        'Location:,Main Campus,,\nReq #,Date Rcvd,Date Out,Method\n1,1/13/25,1/14/25,"CD, mailed"\n',
        'Name,Imaging log\nReq #,Date Rcvd,Date Out,Method\n1,1/13/25,1/14/25,"CD, mailed"\n',
    ],
)
def test_a_dialect_changes_no_cell(text: str) -> None:
    reading = read(text)
    assert reading.raw.headers == ("Req #", "Date Rcvd", "Date Out", "Method")
    assert reading.raw.table.to_pylist() == [
        {"0": "1", "1": "1/13/25", "2": "1/14/25", "3": "CD, mailed"}
    ]


def test_a_mark_behind_a_backslash_is_part_of_its_cell() -> None:
    reading = read(HEAD + 'A,1/13/25,1/14/25,CD,"said \\"hi, there\\" ok"\n' + rows(1))
    assert reading.raw.column("Notes") == ['said "hi, there" ok', "ok"]
    reading = read(HEAD + 'A,1/13/25,1/14/25,CD,"C:\\out\\"\n' + rows(1))
    assert reading.raw.column("Notes") == ["C:\\out\\", "ok"]


def test_a_row_in_another_dialect_is_listed_as_such() -> None:
    reading = read(HEAD + rows(2) + "R3;1/13/25;1/14/25;CD;ok\n")
    assert reading.rejected == [
        (4, "its cells are set apart by a semicolon, those of the file by a comma")
    ]


def test_a_file_of_one_column_says_so() -> None:
    with pytest.raises(UnusableLog, match="Only one column was found"):
        read("Req # Rcvd\n1 1/13/25\n")
