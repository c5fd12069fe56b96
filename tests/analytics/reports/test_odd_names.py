"""Names of facilities come from logs of any origin: none breaks a file or a command line."""

import csv
import io
import shlex
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
import synthetic
from django.core.management import get_commands, load_command_class

from analytics.metrics.selection import Selection
from analytics.readers.arguments import selection_for
from analytics.reports.builders.sla_compliance import Order, build
from analytics.reports.document import Document
from analytics.reports.writers import WRITERS

DAYS = (date(2026, 8, 24), date(2026, 11, 22))
ODD = {
    "dollar": "$x_{1}$ $\\frac{",
    "underscores": "_a__b_^c^",
    "markup": "#set page() <b>&amp; \\n ]]> `raw` *bold*",
    "controls": "a\x00b\x07c\x1bd\x85e\tf\ng\r",
    "surrogate": "half \ud800 pair \uffff",
    "long": "North" * 60,
    "one long word": "W" * 300,
    "other scripts": "東京病院 مستشفى ‮gnp.exe 🏥",
    "empty": " ",
    "quotes": 'it\'s "so"; rm -rf $(HOME) && `x`',
    "dash": "--zone=Mars",
}


def document_about(name: str) -> Document:
    """Return the report of a source and a facility of this name."""
    order = Order(
        source=name,
        snapshot=synthetic.same_snapshot(),
        selection=Selection(
            since=DAYS[0], until=DAYS[1], zone="America/Chicago", facilities=("northfield",)
        ),
        since=DAYS[0],
        until=DAYS[1],
        names={"northfield": name},
        seal=None,
    )
    return build(order)


@pytest.mark.parametrize("kind", sorted(WRITERS))
@pytest.mark.parametrize("name", ODD.values(), ids=ODD)
def test_every_format_is_written_whatever_a_facility_is_called(name: str, kind: str) -> None:
    content = WRITERS[kind][0](document_about(name))
    if kind == "pdf":
        assert content.startswith(b"%PDF")
        assert b"pdfuaid" in content
    elif kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        (again,) = [row[1] for row in rows if row[:1] == ["Reproduce"]]
        assert again.endswith(" --format csv --out sla_compliance.csv")
    elif kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert "By facility" in book.sheetnames
    else:
        import docx

        assert docx.Document(io.BytesIO(content)).tables


def test_a_sign_that_cannot_be_printed_is_shown_as_such() -> None:
    text = WRITERS["csv"][0](document_about("a\x00b")).decode("utf-8-sig")
    assert "a\ufffdb" in text


@pytest.mark.parametrize("name", [n for n in ODD.values() if n.isprintable()])
def test_the_line_to_reproduce_is_read_by_a_shell_as_it_was_meant(name: str) -> None:
    document = document_about(name)
    chosen = Selection(facilities=(name, "plain"), zone="America/Chicago")
    line = f"{document.reproduced_as('pdf')} {chosen.words()}"
    command = load_command_class(get_commands()["report"], "report")
    words = shlex.split(line)
    assert words[:3] == [".venv/bin/python", "manage.py", "report"]
    said = command.create_parser("manage.py", "report").parse_args(words[3:])
    assert said.facility == ["northfield", name, "plain"]
    assert said.source == name


def test_no_facility_at_all_is_an_option_of_its_own() -> None:
    """Without an option the line would be about every facility."""
    words = shlex.split(Selection(facilities=()).words())
    assert words == ["--facility", "", "--zone", "UTC"]
    command = load_command_class(get_commands()["metrics"], "metrics")
    options = vars(command.create_parser("manage.py", "metrics").parse_args(words))
    assert selection_for(options, synthetic.mirror(), None).facilities == ()


def test_plain_words_stay_without_quotes() -> None:
    chosen = Selection(facilities=("northfield",), zone="America/Chicago", since=DAYS[0])
    said = replace(chosen, direction="outbound").words()
    assert said == (
        "--facility northfield --direction outbound --from 2026-08-24 --zone America/Chicago"
    )
