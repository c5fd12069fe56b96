"""The SLA report: its figures are compute()'s, its files are safe."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import synthetic

from analytics.charts.words import span
from analytics.metrics.compute import compute
from analytics.metrics.reading import most_of
from analytics.metrics.selection import Selection
from analytics.reports.builders.sla_compliance import KEYS, Order, build
from analytics.reports.builders.tables import NUMBER
from analytics.reports.document import Column, Document, Seal, Section, Table, printed
from analytics.reports.writers import WRITERS
from analytics.reports.writers.pdf_file import _shares
from audit.spreadsheet import guarded

DAYS = (date(2026, 8, 24), date(2026, 11, 22))
SELECTION = Selection(since=DAYS[0], until=DAYS[1], zone="America/Chicago")
SEAL = Seal(
    size=7,
    root="9f3c" * 16,
    note="discless.example/log\n7\nAAAA\n\n— discless.example/log AAAA\n",
    signed_at=datetime(2026, 11, 24, 14, tzinfo=UTC),
    key="discless.example/log+00000000+AAAA",
)


@pytest.fixture(scope="module")
def shot():
    return synthetic.same_snapshot()


@pytest.fixture(scope="module")
def document(shot) -> Document:
    return report_of(shot, names={"northfield": "Northfield General"})


def report_of(shot, **said: object) -> Document:
    words: dict[str, object] = {"source": "live", "names": {}, "seal": SEAL, **said}
    days = {"since": DAYS[0], "until": DAYS[1]}
    return build(Order(snapshot=shot, selection=SELECTION, **days, **words))  # type: ignore[arg-type]


def nasty() -> Document:
    rows = (('=HYPERLINK("http://example.org")', 1), ("@SUM(A1)", 2), ("+1", 3), ("-2+3", 4))
    columns = (Column(heading="=1+1"), Column(heading="n", is_number=True))
    table = Table(name="Nasty", caption="#set page #eval", columns=columns, rows=rows)
    section = Section(heading="= #panic()", paragraphs=("=1+1", "#read(sys)"), table=table)
    return Document(
        name="x", title="=1+1", subtitle="-1", sections=(section,), facts=(), reproduce="=1"
    )


def test_figures_in_the_files_are_those_of_compute(document: Document, shot) -> None:
    expected = compute(shot.mirror, SELECTION, KEYS)
    rows = list(csv.reader(io.StringIO(WRITERS["csv"][0](document).decode("utf-8-sig"))))
    written = {row[0]: row[1] for row in rows if len(row) == 2}
    book = openpyxl.load_workbook(io.BytesIO(WRITERS["xlsx"][0](document)))
    sheet = {row[0].value: row[1].value for row in book["Unrounded"].iter_rows()}
    for key, result in expected.items():
        for name in ("value", "numerator", "n", "low", "high"):
            number = getattr(result, name)
            if number is not None:
                assert float(written[f"{key}.{name}"]) == pytest.approx(number, abs=1e-9)
                assert sheet[f"{key}.{name}"] == pytest.approx(number, abs=1e-9)


def test_late_list_has_numbers_only_and_all_of_them(document: Document) -> None:
    (late,) = (table for table in document.tables if table.name == "Late")
    assert (
        len(late.rows)
        == document.figures["sla_compliance.n"] - document.figures["sla_compliance.numerator"]
    )
    assert all(str(row[0]).startswith("R-") for row in late.rows)


def test_a_due_date_is_a_day_of_its_facility(shot, document: Document) -> None:
    away = report_of(shot, zones={"riverside": "Pacific/Honolulu"})
    stands = {row["number"]: row for row in shot.mirror.cases.to_pylist()}
    zones = {"northfield": ZoneInfo("America/Chicago"), "riverside": ZoneInfo("Pacific/Honolulu")}
    (late,) = (table for table in away.tables if table.name == "Late")
    for number, facility, was_due, _, _ in late.rows:
        due = datetime.fromtimestamp(stands[number]["contract_due"] - 1, zones[facility])
        assert was_due == due.date()
    (here,) = (table for table in document.tables if table.name == "Late")
    assert {row[0]: row[2] for row in here.rows} != {row[0]: row[2] for row in late.rows}


def test_days_are_words_on_paper_and_sort_in_a_sheet_and_no_lateness_reads_as_none() -> None:
    days_over = Column(heading="Calendar days over", is_number=True, digits=1)
    due = date(2026, 3, 5)
    assert [printed(one, days_over) for one in (due, 0.04, 0.06, 0.0, 0)] == [
        *("Mar 5, 2026", "under 0.1", "0.1", "0.0", "0")
    ]
    table = Table(name="Late", caption="Late", columns=(days_over,), rows=((due,),))
    paper = replace(nasty(), sections=(Section(heading="Late", table=table),))
    assert "\r\n2026-03-05\r\n" in WRITERS["csv"][0](paper).decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(WRITERS["xlsx"][0](paper)))
    assert book["Late"]["A2"].value == datetime(2026, 3, 5)  # noqa: DTZ001 a cell has no zone


def test_a_column_of_short_words_is_as_wide_as_they_are() -> None:
    columns = (Column(heading="Measure"), Column(heading="Unit"), NUMBER)
    table = Table(name="x", caption="x", columns=columns, rows=(("Requests received", "days", 3),))
    assert _shares(table) == [17, 0, 0]
    short = replace(table, rows=(("Late", "days", 3),))
    assert _shares(short) == [7, 4, 0]


def test_why_a_measure_has_no_value_is_a_sentence_of_its_own() -> None:
    told = "no column holds a deadline"
    silent = synthetic.snapshot(missing={"contract_due": told})
    paper = report_of(silent, source="log", seal=None)
    (definitions,) = (table for table in paper.tables if table.name == "Definitions")
    minds = {row[0]: row[3] for row in definitions.rows}
    assert minds["The log's own deadline met (sla_compliance)"].endswith(
        " No column holds a deadline."
    )


def test_what_is_open_of_those_received_is_called_so(document: Document) -> None:
    (figures,) = (table for table in document.tables if table.name == "Figures")
    called = [row[0] for row in figures.rows]
    assert called[-2:] == ["Requests received", "Of these still open"]
    assert {row[0]: row[5] for row in figures.rows}["Median turnaround"] == 3


def test_what_unknowns_leave_open_is_a_range_now_and_before_within_its_interval(
    document: Document, shot
) -> None:
    (table,) = (table for table in document.tables if table.name == "Figures")
    rows = {row[0]: row for row in table.rows}
    assert [column.heading for column in table.columns][3] == "Range"
    earlier = SELECTION.before()
    assert earlier is not None
    now, before = (
        compute(shot.mirror, one, ["physical_media_share_out"])["physical_media_share_out"]
        for one in (SELECTION, earlier)
    )
    sent = rows["Sent on disc"]
    ranges = tuple(span(one.value, most_of(one)) for one in (now, before))
    assert (sent[1], sent[4]) == ranges
    assert now.low < now.value < most_of(now) < now.high
    sure = f"{span(now.low, now.high)} (95% interval, depending on {now.unknown} unknown channels)"
    assert sent[3] == sure
    met = rows["Contract SLA met"]
    assert isinstance(met[1], float)
    assert str(met[3]).endswith("(95% interval)")


def test_a_report_of_a_log_names_the_log_and_whose_it_is(shot) -> None:
    paper = report_of(shot, source="cd_log", organization="Lakeshore Health")
    assert paper.subtitle.startswith("Lakeshore Health · imported log cd_log · ")


def test_the_line_that_reproduces_it_names_the_program(document: Document) -> None:
    assert document.reproduce.startswith(".venv/bin/python manage.py report sla_compliance ")


def test_definitions_and_exclusions_are_carried(document: Document) -> None:
    names = {table.name for table in document.tables}
    assert {"Figures", "By facility", "Definitions", "Left out"} <= names


def test_csv_never_holds_a_formula() -> None:
    text = WRITERS["csv"][0](nasty()).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_unit_of_per_cent_stands_bare_in_csv(document: Document) -> None:
    rows = list(csv.reader(io.StringIO(WRITERS["csv"][0](document).decode("utf-8-sig"))))
    units = {row[2] for row in rows if row[:1] == ["Contract SLA met"] and len(row) == 8}
    assert units == {"%"}
    assert guarded("%cmd") == "'%cmd"


def test_xlsx_never_holds_a_formula_or_a_link(document: Document) -> None:
    for paper in (nasty(), document):
        book = openpyxl.load_workbook(io.BytesIO(WRITERS["xlsx"][0](paper)))
        for sheet in book:
            for row in sheet.iter_rows():
                assert all(cell.data_type != "f" and not cell.hyperlink for cell in row)


def test_pdf_is_tagged_and_takes_data_as_data(document: Document) -> None:
    for paper in (document, nasty()):
        content = WRITERS["pdf"][0](paper)
        assert content.startswith(b"%PDF")
        assert b"/StructTreeRoot" in content
        assert b"pdfuaid" in content


def test_docx_opens_with_a_heading(document: Document) -> None:
    import docx

    paper = docx.Document(io.BytesIO(WRITERS["docx"][0](document)))
    assert paper.paragraphs[0].text == document.title
    assert len(paper.tables) == len(document.tables)
