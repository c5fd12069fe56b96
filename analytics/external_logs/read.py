"""Tell the format of a file by its first bytes, and read it into columns of text."""

from __future__ import annotations

import gzip
import io
import zlib
from dataclasses import replace

from django.conf import settings

from analytics.external_logs.formats.csv_text import read_csv, wide_encoding
from analytics.external_logs.formats.json_lines import read_json_lines
from analytics.external_logs.formats.other_kinds import check_kind, check_prose
from analytics.external_logs.formats.spreadsheet import read_spreadsheet
from analytics.external_logs.formats.xes import read_xes
from analytics.external_logs.progress import READING, Progress, begin, silent, told
from analytics.external_logs.raw import RawLog, Sheet, collect
from analytics.external_logs.refusals import UnusableLog

_BEGINNING = 65_536  # bytes of a text by which its kind is told
_GZIP, _ZIP, _OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_file(
    content: bytes, progress: Progress = silent, most: int | None = None, *, quoted: str = ""
) -> RawLog:
    """Return the cells of a file, or of its first `most` rows.

    `quoted` is the part of a mapping that says what quoted cells are whose lines look like rows.
    UnusableLog says in a sentence why the file cannot be read.
    """
    begin(progress, READING)
    sheet = sheet_of(content, quoted)
    expected = content.count(b"\n") or len(content) // 100
    return collect(replace(sheet, lines=told(sheet.lines, expected, progress)), most)


def sheet_of(content: bytes, quoted: str = "") -> Sheet:
    """Return the headers of a file and its lines, which are read as they are asked for."""
    if content.startswith(_GZIP):
        content = _unpacked(content)
    if not content.strip():
        raise UnusableLog("The file is empty. Export it again and choose it once more.")
    check_kind(content)
    if content.startswith((_ZIP, _OLE)):
        return read_spreadsheet(content)
    text = content[:_BEGINNING].decode(wide_encoding(content) or "utf-8", "ignore")
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("<"):
        _check_is_log(head[:4096].lower())
        return read_xes(content.lstrip(b" \t\r\n"))
    if head.startswith(("{", "[{")) or (head[:1] == "[" and head[1:].lstrip().startswith("{")):
        return read_json_lines(content)
    check_prose(head)
    return read_csv(content, quoted)


def _check_is_log(head: str) -> None:
    """Refuse what other programs write in angle brackets, often under the name of a sheet."""
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise UnusableLog("The file is a sheet in the XML of Excel 2003. Save it as XLSX or CSV.")
    if "<html" in head or "<table" in head or "<!doctype html" in head:
        raise UnusableLog(
            "The file is a web page, whatever its name says: some systems call one .xls. "
            "Open it in Excel and save it as XLSX or CSV."
        )


def _unpacked(content: bytes) -> bytes:
    """Return what a .gz holds; unpacked, the limit of a file is the same."""
    limit: int = settings.LOG_LIMIT
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            found = file.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableLog("The .gz file is damaged. Pack it again, or send it unpacked.") from error
    if len(found) > limit:
        raise UnusableLog(f"The file unpacks to more than {limit // 1024**2} MB. Split it by year.")
    return found
