"""Every format gives the same figures, and a hostile file gets a sentence."""

import gzip
import io
import json
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from openpyxl import Workbook

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.refusals import UnusableLog

HEADERS = ("Req #", "Date Rcvd", "Date Out", "Method")
ROWS = (
    ("0017", "2025-01-13", "2025-01-20", "CD"),
    ("0018", "2025-01-14", "2025-01-16", "portal"),
)
XES = """<?xml version="1.0"?>{doctype}<log xmlns="http://www.xes-standard.org/">
<trace><string key="concept:name" value="a"/><string key="channel" value="Desk"/>
<event><string key="concept:name" value="start"/><date key="time:timestamp" value="2025-01-01T10:00:00+01:00"/>
<list key="notes"><string key="concept:name" value="not this"/></list></event>
<event><string key="concept:name" value="end"/>
<date key="time:timestamp" value="2025-01-03T10:00:00+01:00"/></event></trace>
</log>"""


def facts(reading: Reading) -> list[tuple[object, ...]]:
    assert reading.log is not None
    rows = reading.log.requests.to_pylist()
    return [(row["number"], row["received"], row["available"]) for row in rows]


def as_csv() -> bytes:
    return "\n".join(",".join(row) for row in (HEADERS, *ROWS)).encode()


def as_xlsx(*, title: bool = False, serial: bool = False) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "m/d/yy"}) as book:
        book.add_worksheet("Read me").write(0, 0, "Only words")
        sheet = book.add_worksheet("CD LOG")
        top = 2 if title else 0
        if title:
            sheet.write(0, 0, "Radiology 2025")
        sheet.write_row(top, 0, HEADERS)
        for at, row in enumerate(ROWS, start=top + 1):
            sheet.write_string(at, 0, row[0])
            for place in (1, 2):
                day = datetime.fromisoformat(row[place])
                if serial:
                    sheet.write_number(at, place, (day - datetime(1899, 12, 30)).days)
                else:
                    sheet.write_datetime(at, place, day)
            sheet.write_string(at, 3, row[3])
    return file.getvalue()


def as_json_lines() -> bytes:
    return "\n".join(json.dumps(dict(zip(HEADERS, row, strict=True))) for row in ROWS).encode()


@pytest.mark.parametrize(
    "content",
    [
        as_xlsx(),
        as_xlsx(title=True),
        as_xlsx(serial=True),
        as_json_lines(),
        json.dumps([dict(zip(HEADERS, row, strict=True)) for row in ROWS]).encode(),
        gzip.compress(as_csv()),
    ],
    ids=["xlsx", "xlsx with a title", "xlsx of serial days", "json lines", "json list", "csv.gz"],
)
def test_every_format_tells_the_same(content: bytes) -> None:
    assert facts(read_log(content, name="log")) == facts(read_log(as_csv(), name="log"))


def test_a_workbook_of_another_hand_is_read() -> None:
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADERS))
    for row in ROWS:
        sheet.append([row[0], *map(date.fromisoformat, row[1:3]), row[3]])
    book.save(file)
    assert facts(read_log(file.getvalue(), name="log")) == facts(read_log(as_csv(), name="log"))


def test_the_first_sheet_with_a_header_row_is_read() -> None:
    reading = read_log(as_xlsx(title=True), name="log")
    assert reading.raw.sheet == "CD LOG"
    assert reading.rejected == [(1, "a title above the header row, not a request")]


def test_identifiers_keep_their_leading_zeros() -> None:
    for content in (as_csv(), as_xlsx(), as_json_lines()):
        assert [one[0] for one in facts(read_log(content, name="log"))] == ["0017", "0018"]


def test_a_broken_line_of_json_costs_only_itself() -> None:
    reading = read_log(as_json_lines() + b'\n{"Req #": \n7\n', name="log")
    assert reading.rejected == [(3, "not a JSON object"), (4, "not a JSON object")]
    assert reading.raw.rows_read == 4


@pytest.mark.parametrize("word", [r'{"Req #": "\ud800"}', r'{"\udfff": "x"}', r'{"a": ["\uDBff"]}'])
def test_half_of_a_surrogate_pair_costs_only_its_line(word: str) -> None:
    whole = as_json_lines()
    reading = read_log(whole + b"\n" + word.encode() + b"\n", name="log")
    assert reading.rejected == [(3, "not a JSON object")]
    listed = b"[" + b",".join([*whole.strip().split(b"\n"), word.encode()]) + b"]"
    assert read_log(listed, name="log").rejected == [(3, "not a JSON object")]
    smile = rb'{"Req #": "\ud83d\ude00"}'
    assert read_log(whole + b"\n" + smile, name="log").raw.column("Req #")[-1] == "\U0001f600"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_event_log_in_xes_is_read(pack: type[bytes]) -> None:
    reading = read_log(pack(XES.format(doctype="").encode()), name="log")
    assert reading.log is not None
    case = reading.log.requests.to_pylist()[0]
    assert case["available"] - case["received"] == 2 * 86400
    assert reading.mapping.columns["channel"] == "case:channel"
    assert "not this" not in str(reading.log.events.to_pylist())


BOMB = '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE])
def test_a_document_type_is_refused(doctype: str) -> None:
    with pytest.raises(UnusableLog, match="declares a document type or entities"):
        read_log(XES.format(doctype=doctype).encode(), name="log")


def zip_of(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04 and nothing", id="no zip"),
        pytest.param(zip_of("readme.txt", b"no workbook"), id="zip without workbook"),
        pytest.param(as_xlsx()[:2000], id="cut workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, id="empty old workbook"),
        pytest.param(b"\x1f\x8b damaged", id="damaged gzip"),
        pytest.param(gzip.compress(as_csv())[:-9], id="cut gzip"),
        pytest.param(gzip.compress(b""), id="empty gzip"),
        pytest.param(b"<log><trace>", id="open XML"),
        pytest.param(b"<log></log>", id="XES without traces"),
        pytest.param(b"{}", id="object"),
        pytest.param(b"[{", id="open list"),
        pytest.param(b"[{}, 1]", id="number in list"),
    ],
)
def test_a_damaged_file_gets_a_sentence(content: bytes) -> None:
    with pytest.raises(UnusableLog) as refused:
        read_log(content, name="log")
    assert refused.value.sentence.endswith(".")


def test_what_unpacks_to_too_much_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.LOG_LIMIT = 100_000  # type: ignore[attr-defined]
    monkeypatch.setattr("analytics.external_logs.formats.spreadsheet.MOST_UNPACKED", 100_000)
    for content in (gzip.compress(b"0" * 200_000), zip_of("xl/a.xml", b"0" * 200_000)):
        with pytest.raises(UnusableLog, match="unpacks to more than"):
            read_log(content, name="log")
