"""A quoted note that looks like rows is a note where it can be nothing else, and is asked about."""

import csv
import io
import json
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.external_logs.as_said import read_linked
from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.refusals import BadMapping
from analytics.models import SavedMapping, UploadedLog
from requests_app.vocabulary import Role
from tests.analytics.imports.sent import send
from tests.requests_app.cast import make_cast

HEAD = ("Req #", "Date Rcvd", "Date Out", "Method", "Notes")


def read(text: str, **given: Any) -> Reading:
    reading = read_log(text.encode(), name="log", given=given)
    answer = reading.answer("log")
    if reading.log is not None:
        assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


def noted(note: Callable[[int], str], rows: int = 30, every: int = 3) -> str:
    """Return a log as a program writes it by RFC 4180, a note in every third row."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEAD)
    for at in range(rows):
        cells = (f"R{at}", f"1/{1 + at % 28}/25", "2/14/25", "CD")
        writer.writerow((*cells, "fine" if at % every else note(at)))
    return file.getvalue()


def a_row(at: int) -> str:
    return f"see\nQ{at},1/3/25,1/4/25,CD,x"


QUOTES: list[Callable[[int], str]] = [
    lambda at: f'quoted mail:\n"Q{at}",1/3/25,1/4/25,CD,x',
    lambda at: f'see\nQ{at},1/3/25,1/4/25,CD,x\n"S{at}",1/3/25,1/4/25,CD,',
    lambda at: f'he said "no"\nQ{at},1/3/25,1/4/25,CD,x',
    lambda at: f'see\n"Q{at}",1/3/25,1/4/25,CD,x\nT,1/3/25,1/4/25,CD,x',
]


@pytest.mark.parametrize("note", QUOTES)
def test_a_note_that_doubles_its_marks_is_one_cell(note: Callable[[int], str]) -> None:
    reading = read(noted(note))
    assert (reading.questions, reading.rejected) == ([], [])
    assert reading.answer("log")["rows_imported"] == 30
    assert reading.raw.column("Notes")[0] == note(0)


@pytest.mark.parametrize("note", QUOTES)
def test_a_note_that_doubles_its_marks_is_one_cell_beside_a_stray_too(
    note: Callable[[int], str],
) -> None:
    reading = read(noted(note) + 'Z,1/13/25,1/14/25,CD,8" film\n')
    assert (reading.questions, reading.rejected) == ([], [])
    assert reading.answer("log")["rows_imported"] == 31


def test_whether_lines_of_a_note_are_rows_is_asked_with_what_each_answer_makes() -> None:
    reading = read(noted(a_row))
    assert reading.log is None
    (asked,) = reading.questions
    assert (asked["field"], asked["rows"]) == ("quoted", 10)
    assert (
        "in row 2 has several lines that look like rows, and so do those of 9 more"
        in (asked["question"])
    )
    assert asked["labels"]["cells"].endswith(": 30 rows in all")
    assert ": 40 rows in all" in asked["labels"]["rows"]
    cells = read(noted(a_row), **asked["answers"]["cells"])
    assert (cells.answer("log")["rows_imported"], cells.rejected) == (30, [])
    assert cells.raw.column("Notes")[:2] == [a_row(0), "fine"]
    rows = read(noted(a_row), **asked["answers"]["rows"])
    assert (rows.answer("log")["rows_imported"], rows.rejected) == (40, [])
    assert rows.raw.column("Notes")[:3] == ['"see', 'x"', "fine"]
    for one, taken in ((cells, "one cell"), (rows, "rows of their own")):
        (remark,) = one.answer("log")["remarks"]
        assert remark.startswith("There are 10 quoted cells of several lines that look like rows")
        assert f"read as {taken}, as was said" in remark
        assert remark.count("30") == remark.count("40") == 1
        assert one.to_remember()["quoted"] == one.mapping.quoted


def test_two_strays_that_stand_as_marks_may_are_asked_about() -> None:
    stray = 'A,1/13/25,1/14/25,CD,"6 film\nB,1/13/25,1/14/25,CD,ok\n,,,,\nC,1/13/25,1/14/25,CD,5"\n'
    text = ",".join(HEAD) + "\n" + stray + "D,1/13/25,1/14/25,CD,ok\n"
    (asked,) = read(text).questions
    assert [asked["labels"][one].partition(": ")[2][:6] for one in ("cells", "rows")] == [
        "2 rows",
        "4 rows",
    ]
    rows = read(text, quoted="rows")
    assert (rows.answer("log")["rows_read"], rows.rejected) == (4, [])
    assert rows.raw.column("Notes") == ['"6 film', "ok", '5"', "ok"]
    assert rows.raw.numbers.tolist() == [2, 3, 5, 6]
    assert read(text, quoted="cells").answer("log")["rows_read"] == 2


@pytest.mark.parametrize(
    "stray",
    [
        'A,,1/14/25,CD,"6 film\nB,1/13/25,1/14/25,CD,ok\nC,1/13/25,,CD,5"\n',
        'A,1/13/25,",CD,ok\nB,1/13/25,1/14/25,CD,ok\nC,1/13/25,",CD,ok\n',
        'A,1/13/25,"1/14/25,CD,ok\nB,1/13/25,1/14/25,CD,""\nC,1/13/25,1/14/25",CD,ok\n',
        'A,1/13/25,1/14/25,CD,"""\nB,1/13/25,1/14/25,CD,ok\nC,1/13/25,1/14/25,CD,5"\n',
        'A,1/13/25,1/14/25,CD,"6 film\nB,1/13/25,1/14/25,CD,ok\nC,1/13/25,1/14/25,CD,"""\n',
    ],
)
def test_strays_join_no_rows_in_silence_wherever_they_stand(stray: str) -> None:
    text = ",".join(HEAD) + "\n" + stray + "D,1/13/25,1/14/25,CD,ok\n" * 3
    (asked,) = read(text).questions
    assert asked["field"] == "quoted"
    assert read(text, quoted="rows").answer("log")["rows_read"] == 6
    crooked = read(text + 'E,1/13/25,1/14/25,CD,8" film\n')
    assert (crooked.questions, crooked.answer("log")["rows_read"]) == ([], 7)


NAMES = ",".join((*HEAD[:-1], "Patient Name")) + "\n"
UNCLOSED = "a quotation mark opens and does not close in this row"


@pytest.mark.parametrize(
    ("outer", "listed"),
    [
        (('"SMITH, ANN', 'ROE, BOB"'), [3, 6]),
        (('"SMITH, ANN', 'ROE BOB"'), [3]),
        (('"SMITH ANN', 'ROE, BOB, JR"'), [6]),
    ],
)
def test_strays_in_cells_with_a_separator_join_no_rows_in_silence(
    outer: tuple[str, str], listed: list[int]
) -> None:
    cells = ['"DOE, JO"', outer[0], "X", "", outer[1], '"DOE, AL"']
    rows = [f"R{at},1/13/25,1/14/25,CD,{cell}" for at, cell in enumerate(cells)]
    text = NAMES + "\n".join(rows) + "\n"
    (asked,) = read(text).questions
    assert asked["labels"]["cells"].endswith(": 3 rows in all")
    said = f"; {len(listed)} of them listed, as their cells have no sure end"
    assert asked["labels"]["rows"].endswith(f": 6 rows in all, such marks being letters{said}")
    as_rows = read(text, quoted="rows")
    assert as_rows.answer("log")["rows_read"] == 6
    assert as_rows.rejected == [(row, UNCLOSED) for row in listed]
    assert read(text, quoted="cells").answer("log")["rows_read"] == 3


def test_rows_between_strays_are_asked_about_where_the_last_row_has_no_date() -> None:
    stray = 'A,1/13/25,1/14/25,CD,"6 film\nB,1/13/25,1/14/25,CD,ok\nC,,,CD,5"\n'
    text = ",".join(HEAD) + "\n" + stray + "D,1/13/25,1/14/25,CD,ok\n"
    assert [one["field"] for one in read(text).questions] == ["quoted"]
    assert read(text, quoted="rows").answer("log")["rows_read"] == 4


def test_a_wide_last_line_with_a_date_in_no_column_of_dates_is_of_a_note() -> None:
    note = 'A,1/13/25,1/14/25,CD,"called, twice\nsent, or so, on, 1/3/25, again, to him"\n'
    reading = read(",".join(HEAD) + "\n" + note + "B,1/13/25,1/14/25,CD,ok\n")
    assert (reading.questions, reading.answer("log")["rows_imported"]) == ([], 2)


def test_one_mark_out_of_place_makes_strays_of_all_whatever_was_said() -> None:
    text = noted(a_row) + 'Z,1/13/25,1/14/25,CD,8" film\n'
    for said in ({}, {"quoted": "cells"}, {"quoted": "rows"}):
        reading = read(text, **said)
        assert reading.questions == []
        assert reading.answer("log")["rows_read"] == 41
        assert len(reading.rejected) == 20


def test_a_question_may_come_up_far_below_where_characters_are_of_windows() -> None:
    text = noted("clé {}".format, rows=40) + noted(a_row, rows=1).partition("\n")[2]
    reading = read_log(text.encode("cp1252"), name="log")
    (asked,) = reading.questions
    assert "in row 42 has several lines that look like rows. Is" in asked["question"]
    said = read_log(text.encode("cp1252"), name="log", given={"quoted": "cells"})
    assert len(said.answer("log")["remarks"]) == 2


def test_linked_tables_ask_as_one_file_does() -> None:
    steps = "Req #,Status,Changed At\nR0,sent,1/15/25\nR1,sent,1/15/25\n"
    words: dict[str, Any] = {"name": "log"}
    content = noted(a_row, rows=6).encode()
    (asked,) = read_linked(content, steps.encode(), given={}, **words).questions
    assert asked["field"] == "quoted"
    linked = read_linked(content, steps.encode(), given={"quoted": "rows"}, **words)
    assert linked.answer("log")["requests_read"] == 8


def test_what_quoted_lines_cannot_be_is_refused() -> None:
    with pytest.raises(BadMapping, match="Quoted lines are one of cells, rows"):
        read(noted(a_row), quoted="notes")


@pytest.mark.django_db
def test_the_answer_is_given_on_the_page_and_holds_for_the_next_file(client: Client) -> None:
    client.force_login(make_cast().people[Role.ANALYST])
    address = send(client, noted(a_row).encode(), "a.csv")
    page = unescape(client.get(address).content.decode())
    assert "A note is one cell: 30 rows in all" in page
    client.post(address, {"answer": json.dumps({"quoted": "cells"}), "confirm": "yes"})
    assert UploadedLog.objects.get(name="a").mapping["quoted"] == "cells"
    assert SavedMapping.objects.get().mapping["quoted"] == "cells"
    page = client.get(send(client, noted(a_row, 60).encode(), "b.csv")).content.decode()
    assert "Read as last time." in page
    assert "One question first" not in page
    assert "There are 20 quoted cells" in page


@pytest.mark.django_db
def test_the_command_asks_and_takes_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, mapping = tmp_path / "log.csv", tmp_path / "mapping.json"
    path.write_text(noted(a_row), newline="")
    with pytest.raises(SystemExit, match="1"):
        call_command("import_log", str(path))
    said = capsys.readouterr().out
    mapping.write_text(said.partition("for --mapping: ")[2].partition("\n")[0])
    assert json.loads(mapping.read_text()) == {"quoted": "cells"}
    call_command("import_log", str(path), f"--mapping={mapping}")
    assert "30 of 30 rows imported" in capsys.readouterr().out
    call_command("import_log", str(path), "--as-last-time", "--name=again")
    assert "30 of 30 rows imported" in capsys.readouterr().out


def test_a_record_wider_than_its_file_is_no_note() -> None:
    lines = [f"R{at},1/{at}/25,2/14/25,CD,fine" for at in range(1, 13)]
    lines[3] = 'R4,1/4/25,2/14/25,"CD,fine'
    lines[5] = 'R6,1/6/25,2/14/25,CD",fine,more'
    reading = read("\n".join([",".join(HEAD), *lines]) + "\n")
    answer = reading.answer("log")
    assert answer["rows_read"] == 12
    assert [one["row"] for one in answer["rejected"]] == [5, 7]
