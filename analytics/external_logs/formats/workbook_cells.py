"""Cells of an XLSX that are no value: broken formulas, and formulas that nobody has computed yet.

The library that reads workbooks gives a blank for both, and a blank in a column of dates means
that a request is open.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from html import unescape

UNCOMPUTED = "(formula: open and save it in Excel)"
_STEP = 8 * 1024**2
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_TAG = re.compile(r"<(?:\w+:)?(sheet|Relationship)\s([^>]*)>")
_ERROR = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>(?:<(?:\w+:)?f(?:\s[^>]*)?/>|<(?:\w+:)?f(?:\s[^>]*)?>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')

Cells = dict[tuple[int, int], str]
"""What stands instead of a value, by row and column, both from one."""


def cells_without_value(content: bytes, sheet: str) -> Cells:
    """Return the cells of a sheet that hold an error, or a formula without its value.

    A formula whose value is a blank text says so, and is a blank.
    """
    if not content.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = _part(archive, sheet)
        if part not in archive.namelist():
            return {}
        found: Cells = {}
        for rows in _rows(archive, part):
            for match in _ERROR.finditer(rows) if b't="e"' in rows else ():
                said = _VALUE.search(match[2])
                _put(found, match[1], said[1].decode() if said else "#ERROR")
            for match in _FORMULA.finditer(rows) if b"f" in rows else ():
                if b't="str"' not in match[1] and b't="e"' not in match[1]:
                    _put(found, match[1], UNCOMPUTED)
        return found


def _put(found: Cells, attributes: bytes, text: str) -> None:
    place = _REFERENCE.search(attributes)
    if place:
        column = 0
        for letter in place[1]:
            column = 26 * column + letter - 64
        found[int(place[2]), column] = text


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return where a sheet lies within the archive; "" where this is no XLSX."""
    names = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    if not set(names) <= set(archive.namelist()):
        return ""
    sheets, targets = (list(_attributes(archive.read(name).decode())) for name in names)
    key = next((one.get("r:id", "") for one in sheets if unescape(one["name"]) == sheet), "")
    target = next((one["Target"] for one in targets if one.get("Id") == key), "")
    return posixpath.normpath(posixpath.join("/xl", unescape(target))).lstrip("/")


def _attributes(text: str) -> Iterator[dict[str, str]]:
    for match in _TAG.finditer(text):
        found = dict(_ATTRIBUTE.findall(match[2]))
        if "name" in found or "Target" in found:
            yield found


def _rows(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part in pieces that end with a row."""
    left = b""
    with archive.open(part) as file:
        while block := file.read(_STEP):
            whole, mark, rest = (left + block).rpartition(b"</row>")
            yield whole + mark
            left = rest if mark else whole + rest
    yield left
