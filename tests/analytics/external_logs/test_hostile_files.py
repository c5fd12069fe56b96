"""A file made to do harm costs itself and nothing else: a sentence, no crash, bounded memory."""

import gzip
import resource
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.external_logs.formats.spreadsheet import read_spreadsheet
from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.refusals import UnusableLog
from requests_app.vocabulary import Role
from tests.analytics.external_logs.books import changed, ods, xlsx
from tests.requests_app.cast import make_cast

ROWS = (("Req #", "Date Rcvd", "Date Out"), ("0017", "2025-01-13", "2025-01-20"))
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
MANY = (
    '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
    'office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p>'
    "</table:table-cell></table:table-row>"
)


def read(content: bytes, **given: Any) -> Reading:
    reading = read_log(content, name="log", given=given)
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


@pytest.mark.parametrize("pack", [xlsx, ods])
def test_a_sheet_of_either_office_is_read(pack: Any) -> None:
    reading = read(pack(ROWS))
    assert reading.raw.column("Req #") == ["0017"]
    assert reading.answer("log")["cases"] == 1


@pytest.mark.parametrize("pack", [xlsx, ods])
def test_a_sheet_loses_no_row_however_many_it_has(pack: Any) -> None:
    rows = [(f"r{number}", *ROWS[1][1:]) for number in range(75)]
    reading = read(pack((ROWS[0], *rows)))
    assert reading.raw.column("Req #") == [row[0] for row in rows]


def test_a_cell_at_the_far_end_of_a_sheet_ends_no_process_but_the_child() -> None:
    with pytest.raises(UnusableLog, match="needs more than 1024 MB"):
        read(xlsx(ROWS, far=(1_048_575, 16_383)))


def test_a_cell_in_the_last_row_costs_no_row_that_is_there() -> None:
    reading = read(xlsx(ROWS, far=(1_048_575, 0)))
    assert reading.rejected == [(1_048_576, "a heading between rows, not a request")]


def test_rows_that_are_repeated_a_million_times_are_bounded() -> None:
    with pytest.raises(UnusableLog):
        read(ods(ROWS, below=MANY))


def test_entities_in_a_workbook_are_never_unfolded() -> None:
    heads = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    book = changed(xlsx(ROWS), "xl/sharedStrings.xml", heads, heads + BOMB)
    book = changed(book, "xl/sharedStrings.xml", "0017", "&d;")
    for content in (book, ods((ROWS[0], ("&d;", *ROWS[1][1:])), doctype=BOMB)):
        with pytest.raises(UnusableLog):
            read(content)


def test_zeros_that_pack_a_thousandfold_are_counted_and_not_unpacked() -> None:
    bomb = gzip.compress(b"0" * (101 * 1024**2), 1)
    book = changed(xlsx(ROWS), "docProps/app.xml", "</Properties>", "0" * (257 * 1024**2))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for content in (bomb, book):
        with pytest.raises(UnusableLog, match="unpacks to more than"):
            read(content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - after < 150 * 1024


@pytest.mark.parametrize("word", ["NA", "null", "None", "nan", "1E5", "007", "1/2/25", "-0", "1.0"])
@pytest.mark.parametrize("pack", ["csv", "xlsx", "ods"])
def test_an_identifier_is_what_is_written(word: str, pack: str) -> None:
    rows = (ROWS[0], (word, *ROWS[1][1:]))
    content = {
        "csv": "\n".join(",".join(row) for row in rows).encode(),
        "xlsx": xlsx(rows),
        "ods": ods(rows),
    }[pack]
    reading = read(content)
    assert reading.log is not None
    assert reading.log.requests["number"].to_pylist() == [word]


def test_words_for_a_missing_value_are_words_and_no_blank() -> None:
    reading = read(
        b"Req #,Date Rcvd,Date Out,Need By,Method\n1,1/13/25,NA,null,CD\n2,1/13/25,,,NA\n",
        values={"completed_at": {"NA": "unreadable"}},
    )
    assert reading.rejected == [(2, "'NA' is not a date")]
    assert reading.log is not None
    assert reading.log.requests["outcome"].to_pylist() == [None]


def test_a_thousand_columns_are_read_and_one_more_is_refused() -> None:
    more = [f"c{number}" for number in range(998)]
    rows = [",".join(["Date Rcvd", "Date Out", *more]), ",".join(["1/13/25", "1/20/25", *more])]
    assert read("\n".join(rows).encode()).answer("log")["cases"] == 1
    for content in (
        (rows[0] + ",one\n" + rows[1]).encode(),
        xlsx([[*rows[0].split(","), "one"], rows[1].split(",")]),
    ):
        with pytest.raises(UnusableLog, match="1001 columns"):
            read(content)


def test_a_cell_of_ten_megabytes_in_any_format_costs_only_its_row() -> None:
    long = "x" * 10_000_000
    lines = '{"Req #": "1", "Date Rcvd": "2025-01-13"}\n{"Req #": "%s", "Date Rcvd": "2025-01-13"}'
    reading = read((lines % long).encode())
    assert reading.rejected == [(2, "a cell holds more than 1,000,000 characters")]
    event = (
        '<event><string key="concept:name" value="{}"/>'
        '<date key="time:timestamp" value="2025-01-01T10:00:00Z"/></event>'
    )
    xes = "<log><trace><string key='concept:name' value='a'/>{}{}</trace></log>"
    reading = read(xes.format(event.format("start"), event.format(long)).encode())
    assert reading.rejected == [(2, "a cell holds more than 1,000,000 characters")]


@pytest.mark.parametrize(
    "xes",
    [
        "<log><trace><event></trace></log>",
        "<log><trace><event><string key='concept:name' value='a'/></event></trace>",
        "<log>\x01</log>",
        "<log><trace><event><string key='concept:name' key='b' value='a'/></event></trace></log>",
        '<?xml version="1.0" encoding="no-such"?><log/>',
    ],
)
def test_a_malformed_xes_is_refused_whole(xes: str) -> None:
    with pytest.raises(UnusableLog):
        read(xes.encode())


def test_an_event_without_case_activity_or_time_is_listed() -> None:
    part = "<event><string key='concept:name' value='a'/></event>"
    whole = (
        "<event><string key='concept:name' value='b'/>"
        "<date key='time:timestamp' value='2025-01-01T10:00:00Z'/></event>"
    )
    reading = read(
        f"<log><trace><string key='concept:name' value='1'/>{part}{whole}<event/></trace>"
        f"<trace>{whole}</trace></log>".encode()
    )
    assert reading.rejected == [(1, "no time"), (3, "no activity"), (4, "no case number")]


def test_elements_within_elements_without_end_are_read_in_flat_memory() -> None:
    deep = "<list key='a'>" * 200_000
    with pytest.raises(UnusableLog):
        read(("<log><trace>" + deep).encode())


def test_a_negative_duration_is_listed_or_counted_apart_and_never_mended() -> None:
    reading = read(b"Date Rcvd,Date Out\n1/20/25,1/13/25\n1/13/25,1/20/25\n")
    assert reading.rejected == [(2, "completed before it was received")]
    events = (
        b"case,activity,start_timestamp,timestamp\n"
        b"a,x,2025-01-02 10:00,2025-01-01 10:00\na,y,2025-01-03 10:00,2025-01-03 11:00\n"
    )
    reading = read(events)
    assert reading.log is not None
    assert reading.log.requests["received"].to_pylist() == [1735725600]


@pytest.mark.django_db
def test_no_hostile_file_gets_a_500(client: Client) -> None:
    client.force_login(make_cast().people[Role.ANALYST])
    files = [
        xlsx(ROWS, far=(1_048_575, 16_383)),
        ods(ROWS, below=MANY),
        f"<?xml version='1.0'?>{BOMB}<log>&d;</log>".encode(),
        b"Date Rcvd,Date Rcvd\n\xff\xfe\x00,1;2\t3\n",
        b'a,"b\n',
        b"\xff\xfe" + b"a" * 33,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\x1f\x8b\x08\x00" + b"\x00" * 40,
        ("," * 1500 + "\n1\n").encode(),
        b"Date Rcvd\n" + b"12/31/9999\n" * 3,
    ]
    for content in files:
        sent = client.post("/logs/new/", {"log": SimpleUploadedFile("log.csv", content)})
        page = client.get(sent["Location"])
        assert page.status_code in (200, 422), content[:40]


def test_the_child_that_reads_a_workbook_holds_none_of_our_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://house:secret@/house")
    monkeypatch.chdir(tmp_path)  # a server may stand anywhere
    rows = [["Req #", "Date Rcvd"], *([str(number), "1/13/25"] for number in range(5000))]
    sheet = read_spreadsheet(xlsx(rows))
    (child,) = (
        one
        for one in psutil.Process().children()
        if one.status() != psutil.STATUS_ZOMBIE  # another test's, which nobody waited for
        and "analytics.external_logs.formats.workbook" in one.cmdline()
    )
    assert set(child.environ()) <= {"PATH", "LANG"}
    assert len(list(sheet.lines)) == 5000
