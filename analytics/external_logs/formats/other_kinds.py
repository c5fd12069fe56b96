"""Files that are no log, told by their first bytes: each is called what it is."""

from __future__ import annotations

from analytics.external_logs.dates import looks_like_date
from analytics.external_logs.formats.csv_dialect import dialect_of
from analytics.external_logs.refusals import UnusableLog

READ = "Discless reads CSV, XLSX, XLS, ODS, JSON lines and XES"
_HELPS = "Export the log as one of these and choose that."
_PICTURE = "Choose the sheet that it was made from."
_UNPACK = "Unpack it and choose the log in it."
_KINDS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF-", "a PDF", _PICTURE),
    (0, b"%!PS", "a PostScript document", _PICTURE),
    (0, b"{\\rtf", "an RTF document", _PICTURE),
    (0, b"\x89PNG\r\n\x1a\n", "a picture (PNG)", _PICTURE),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", _PICTURE),
    (0, b"GIF87a", "a picture (GIF)", _PICTURE),
    (0, b"GIF89a", "a picture (GIF)", _PICTURE),
    (0, b"II*\x00", "a picture (TIFF)", _PICTURE),
    (0, b"MM\x00*", "a picture (TIFF)", _PICTURE),
    (8, b"WEBP", "a picture (WebP)", _PICTURE),
    (4, b"ftyp", "a picture or a film", _PICTURE),
    (0, b"SQLite format 3\x00", "a database (SQLite)", _HELPS),
    (0, b"\x00\x01\x00\x00Standard ", "a database (Access)", _HELPS),
    (0, b"PAR1\x15", "a Parquet file", _HELPS),
    (0, b"ARROW1\x00", "an Arrow file", _HELPS),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (0, b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (0, b"BZh91AY&SY", "a bzip2 archive", _UNPACK),
    (0, b"\xfd7zXZ\x00", "an xz archive", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (257, b"ustar", "a TAR archive", _UNPACK),
)
"""Where the mark of a kind stands, the mark, what it is called and what would help."""
_OLE = b"\xd0\xcf\x11\xe0"
_STREAMS = (
    ("WordDocument", "a Word document"),
    ("PowerPoint Document", "a PowerPoint presentation"),
    ("__substg1.0", "a mail of Outlook"),
)
"""Parts of a container of Microsoft's that is no workbook."""
_LONGEST = 1024  # bytes of the first element of a DICOM file
_LOOKS_AT = 60  # lines
_ENDS, _BEGINS = (".", ":", ";", "!", "?"), ("#", "* ", "- ", "```", "> ")


def check_kind(content: bytes) -> None:
    """Raise UnusableLog where the first bytes of a file say that it is no log."""
    if _is_dicom(content):
        raise UnusableLog(f"This is a DICOM file; {READ}. {_HELPS}")
    for place, mark, kind, helps in _KINDS:
        if content.startswith(mark, place) and (place < 4 or _is_binary_before(content, place)):
            raise UnusableLog(f"This is {kind}; {READ}. {helps}")
    if content.startswith(_OLE):
        for name, kind in _STREAMS:
            if name.encode("utf-16-le") in content and not _is_workbook(content):
                raise UnusableLog(f"This is {kind}; {READ}. {_PICTURE}")


def _is_dicom(content: bytes) -> bool:
    """Say whether bytes are DICOM: behind a preamble of any kind (PS3.10 7.1), or without one.

    A preamble may be that of a TIFF. Without it a file begins with an element of group 0002 or
    0008: its tag, then a VR or, where that is implicit, a length.
    """
    if content.startswith(b"DICM", 128):
        return _is_binary_before(content, 128)
    tag, rest = content[:4], content[4:8]
    has_vr = len(rest) == 4 and rest[:2].isalpha() and rest[:2].isupper()
    if tag[:2] in (b"\x02\x00", b"\x08\x00"):
        length = int.from_bytes(rest, "little")
        return tag[3:] == b"\x00" and (has_vr or (len(rest) == 4 and length <= _LONGEST))
    return tag[:3] in (b"\x00\x02\x00", b"\x00\x08\x00") and has_vr


def _is_binary_before(content: bytes, place: int) -> bool:
    """Say whether what stands before a mark is no text: a cell may hold the same letters."""
    return b"\x00" in content[:place] or content.startswith(b"RIFF")


def _is_workbook(content: bytes) -> bool:
    return any(name.encode("utf-16-le") in content for name in ("Workbook", "Book"))


def check_prose(text: str) -> None:
    """Raise UnusableLog where the beginning of a text is sentences and no table, as in a README."""
    lines = [line.strip() for line in text.splitlines() if line.strip()][:_LOOKS_AT]
    dialect = dialect_of("\n".join(lines))
    rows = dialect.split(lines)
    dated = any(len(row) > 1 and any(looks_like_date(cell.strip()) for cell in row) for row in rows)
    even = sum(len(row) == dialect.width > 1 for row in rows)
    words = sum(len(line.split()) for line in lines)
    written = sum(line.endswith(_ENDS) or line.startswith(_BEGINS) for line in lines)
    is_table = dated or 5 * even >= 3 * len(rows)
    if len(lines) > 2 and not is_table and words >= 4 * len(lines) and 6 * written >= len(lines):
        raise UnusableLog(f"This is a text of sentences and no table; {READ}. {_HELPS}")
