"""A NUL costs its row and nothing else, and what is not there costs no memory."""

import io
import json
import tracemalloc
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.raw import NUL
from analytics.external_logs.refusals import UnusableLog
from requests_app.vocabulary import Role
from tests.requests_app.cast import make_cast

HEAD = "Req #,Date Rcvd,Date Out,Method\n"


def read(content: str | bytes, **given: Any) -> Reading:
    whole = content.encode() if isinstance(content, str) else content
    reading = read_log(whole, name="log", given=given)
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    return reading


def test_a_nul_in_a_sheet_is_never_taken_out_of_a_cell() -> None:
    reading = read(HEAD + "00\x0012,1/13/25,1/14/25,CD\n2,1/13/25,1/14/25,CD\n")
    assert reading.rejected == [(2, NUL)]
    with pytest.raises(UnusableLog, match="header holds a NUL"):
        read("Req\x00 #,Date Rcvd\n1,1/13/25\n")
    with pytest.raises(UnusableLog, match="not text"):
        read(b"Req #,Date Rcvd\n" + b"\x00\x01\x02" * 40)


NULS = (
    '{"Date Rcvd": "2025-01-13", "Need By": "x\\u0000y"}',
    '{"Date Rcvd": "2025-01-13", "Ba\\u0000d": "y"}',
    '{"Date Rcvd": "2025-01-13", "More": {"a": ["\\u0000"]}}',
)


@pytest.mark.parametrize("line", NULS)
def test_a_nul_that_json_names_rejects_its_row(line: str) -> None:
    good = '{"Date Rcvd": "2025-01-13", "Need By": "a \\\\u0000"}'
    for content in (f"{good}\n{line}\n", f"[{good}, {line}]"):
        assert read(content).rejected == [(2, NUL)]


@pytest.mark.django_db
def test_a_nul_in_a_confirmed_file_gets_no_500(client: Client) -> None:
    client.force_login(make_cast().people[Role.ANALYST])
    lines = ['{"Date Rcvd": "2025-01-13"}', *NULS]
    sent = client.post(
        "/logs/new/", {"log": SimpleUploadedFile("log.jsonl", "\n".join(lines).encode())}
    )
    assert client.get(sent["Location"]).status_code == 200
    assert client.post(sent["Location"], {"confirm": "yes"}).status_code == 302


def test_a_file_of_nuls_alone_says_so() -> None:
    with pytest.raises(UnusableLog, match="Each row of the file holds a NUL"):
        read(NULS[0])


@pytest.mark.parametrize("encoding", ["utf-32", "cp1252", "utf-8"])
def test_what_an_encoding_left_unsure_is_said(encoding: str) -> None:
    reading = read((HEAD + "1,1/13/25,1/14/25,clé\n").encode(encoding))
    assert reading.raw.column("Method") == ["clé"]
    assert len(reading.answer("log")["remarks"]) == (encoding == "cp1252")


def test_short_rows_are_counted_and_said() -> None:
    reading = read(HEAD + "1,1/13/25,1/14/25,CD\n2,1/13/25\n3,1/13/25,,\n")
    (note,) = reading.answer("log")["remarks"]
    assert note.startswith("1 row has fewer cells than the header row (the first: row 3)")


def test_cells_that_are_not_there_cost_no_memory() -> None:
    heads = ["Date Rcvd", *(f"c{number}" for number in range(999))]
    content = (",".join(heads) + "\n" + "1/13/25,x\n" * 40_000).encode()
    tracemalloc.start()
    reading = read(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60 * 1024**2  # a pointer a cell would be 320 MB
    assert reading.raw.table.get_total_buffer_size() < 40 * 1024**2
    assert not reading.rejected


def test_more_cells_than_are_read_are_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("analytics.external_logs.raw.MOST_CELLS", 6)
    rows = [{"Date Rcvd": "2025-01-13", f"k{number}": "1"} for number in range(2)]
    read("\n".join(map(json.dumps, rows)))
    with pytest.raises(UnusableLog, match="more than 6 cells"):
        read("\n".join(map(json.dumps, [*rows, {"Date Rcvd": "2025-01-13"}])))


EVENT = (
    "<event><string key='concept:name' value='{}'/>"
    "<date key='time:timestamp' value='2025-01-01T10:00:00Z'/></event>"
)


def test_what_of_an_xes_is_no_event_is_listed() -> None:
    name = "<string key='concept:name' value='{}'/>"
    whole = "<trace>" + name.format("A") + EVENT.format("sent") + "</trace>"
    empty = "<trace>" + name.format("B") + "</trace>"
    reading = read(f"<log>{whole}{empty}{EVENT.format('lost')}{whole.replace('A', 'C')}</log>")
    assert reading.rejected == [(2, "a trace without events"), (3, "an event outside of a trace")]
    assert reading.answer("log")["cases"] == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_an_encoding_hides_no_format(encoding: str) -> None:
    trace = (
        "<log><trace><string key='concept:name' value='A'/>" + EVENT.format("x") + "</trace></log>"
    )
    if encoding != "utf-16-le":  # XML has to say so
        assert read(trace.encode(encoding)).raw.form == "XES"
    assert read('{"Date Rcvd": "2025-01-13"}'.encode(encoding)).raw.form == "JSON lines"


def test_moments_in_the_wrong_order_are_said() -> None:
    events = (
        "case,activity,start_timestamp,timestamp,case:startdate,case:enddate\n"
        "a,x,2025-01-02 10:00,2025-01-01 10:00,2025-01-01,2025-01-03\n"
        "b,x,2025-01-01 10:00,2025-01-01 10:00,2025-01-02,2025-01-01\n"
        "b,y,2025-01-01 11:00,2025-01-01 11:00,2025-01-02,2025-01-01\n"
    )
    assert read(events).answer("log")["remarks"] == [
        "1 row has a start after its end, in 1 case.",
        "2 rows have an end of the case before its receipt, in 1 case.",
    ]


def packed() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("log.csv", HEAD + "1,1/13/25,1/14/25,CD\n")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html><body><table><tr><th>Req #</th></tr></table></html>", "is a web page"),
        (b"\xef\xbb\xbf<!DOCTYPE html>\n<p>x", "is a web page"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "XML of Excel 2003",
        ),
        (packed(), "ZIP archive and no workbook"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(content: bytes, sentence: str) -> None:
    with pytest.raises(UnusableLog, match=sentence):
        read(content)


def test_which_of_several_columns_of_one_name_is_the_receipt_is_asked() -> None:
    rows = "Date Received,date received ,DATE RECEIVED,Date Sent\n1/13/25,1/14/25,1/13/25,1/20/25\n"
    (asked,) = read_log(rows.encode(), name="log").questions
    assert (asked["field"], asked["choices"]) == ("received_at", ["Date Received", "date received"])
    assert read(rows, columns={"received_at": "date received"}).log is not None
    same = "Date Received,Date Received,Date Sent\n1/13/25,1/13/25,1/20/25\n"
    assert read(same).log is not None
