"""XLSX, XLS and ODS: the first sheet with a header row, its cells as text, read by a child."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from analytics.external_logs.formats.other_kinds import READ
from analytics.external_logs.raw import Line, Sheet
from analytics.external_logs.refusals import UnusableLog

MOST_UNPACKED = 256 * 1024**2  # bytes; calamine holds a sheet whole
WORKBOOKS = frozenset({"[Content_Types].xml", "content.xml"})  # one of them is in each
MEMORY, SECONDS = 1024**3, 120  # address space and processor time of the child
ROOT = Path(__file__).resolve().parents[3]
_STEP = 1024**2
_CHILD = "analytics.external_logs.formats.workbook"


def read_spreadsheet(content: bytes) -> Sheet:
    """Return the header row and lines of a workbook; UnusableLog says why it cannot be read."""
    _check_size(content)
    said = _said(content)
    first = next(said)
    if "refused" in first:
        raise UnusableLog(first["refused"])
    skipped: list[Line] = [(number, why) for number, why in first["skipped"]]
    return Sheet(
        headers=first["headers"],
        lines=said,
        skipped=skipped,
        form="spreadsheet",
        name=first["name"],
        notes=first["notes"],
    )


def _said(content: bytes) -> Iterator[Any]:
    """Yield what the child says; a child that ends before its last line had too little.

    It gets none of our settings: what a workbook could make of it holds no password.
    """
    words = [sys.executable, "-m", _CHILD, str(MEMORY), str(SECONDS)]
    child = subprocess.Popen(  # noqa: S603 - our own module
        words,
        cwd=ROOT,
        env={name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None and child.stdout is not None  # noqa: PT018
    try:
        _hand_over(child.stdin, content)
        for line in child.stdout:
            answer = json.loads(line)
            if isinstance(answer, dict) and "rows" in answer:
                return
            yield answer
        raise UnusableLog(
            f"The workbook needs more than {MEMORY // 1024**2} MB of memory or {SECONDS} seconds "
            "to be read; a cell far from the others is often why. Save the sheet as CSV."
        )
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _hand_over(stdin: Any, content: bytes) -> None:
    try:
        stdin.write(content)
        stdin.close()
    except BrokenPipeError:  # it ended before it had read all, and what it said tells why
        pass


def _check_size(content: bytes) -> None:
    """Refuse what unpacks to too much; sizes that an archive declares are not believed."""
    if not content.startswith(b"PK"):
        return
    try:
        size = _unpacked_size(content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        raise UnusableLog(
            "The workbook cannot be unpacked; it may be damaged. Save it again, or as CSV."
        ) from error
    if size > MOST_UNPACKED:
        raise UnusableLog(
            f"The workbook unpacks to more than {MOST_UNPACKED // 1024**2} MB. "
            "Save the sheet as CSV."
        )


_DOCUMENTS = {"word/": "a Word document", "ppt/": "a PowerPoint presentation"}
_OPEN_TEXT = (b"opendocument.text", b"opendocument.presentation")


def _check_is_workbook(archive: zipfile.ZipFile) -> None:
    """Raise UnusableLog where an archive is that of something else than a workbook."""
    names = archive.namelist()
    kinds = [kind for part, kind in _DOCUMENTS.items() if any(map(_within(part), names))]
    is_short = "mimetype" in names and archive.getinfo("mimetype").file_size < 200
    if is_short and archive.read("mimetype").endswith(_OPEN_TEXT):
        kinds.append("a document of OpenDocument, not a sheet")
    if kinds and not any(map(_within("xl/"), names)):
        raise UnusableLog(f"This is {kinds[0]}; {READ}. Save its table as one of these.")
    if not any(name in WORKBOOKS or name.startswith("xl/") for name in names):
        raise UnusableLog(
            "The file is a ZIP archive and no workbook. Unpack it and choose the log in it; "
            "a log packed as .gz is read as it is."
        )


def _within(part: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(part)


def _unpacked_size(content: bytes) -> int:
    """Return how much a workbook unpacks to, counting no further than is allowed."""
    size = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_is_workbook(archive)
        for entry in archive.infolist():
            with archive.open(entry) as file:
                while size <= MOST_UNPACKED and (block := file.read(_STEP)):
                    size += len(block)
    return size
