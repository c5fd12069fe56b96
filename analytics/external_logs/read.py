"""Tell the format of a file by its first bytes, and read it into columns of text."""

from __future__ import annotations

import gzip
import io
import zlib

from django.conf import settings

from analytics.external_logs.formats.csv_text import read_csv
from analytics.external_logs.formats.json_lines import read_json_lines
from analytics.external_logs.formats.spreadsheet import read_spreadsheet
from analytics.external_logs.formats.xes import read_xes
from analytics.external_logs.raw import RawLog, collect
from analytics.external_logs.refusals import UnusableLog

_GZIP, _ZIP, _OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_file(content: bytes) -> RawLog:
    """Return the cells of a file; UnusableLog says in a sentence why it cannot be read."""
    if content.startswith(_GZIP):
        content = _unpacked(content)
    if not content.strip():
        raise UnusableLog("The file is empty. Export it again and choose it once more.")
    if content.startswith((_ZIP, _OLE)):
        return collect(read_spreadsheet(content))
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return collect(read_xes(content.lstrip(b" \t\r\n")))
    if head.startswith((b"{", b"[{")) or head[:1] == b"[" and head[1:].lstrip().startswith(b"{"):
        return collect(read_json_lines(content))
    return collect(read_csv(content))


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
