"""Open what images come in: a folder, a zip, a gzip, a disc image; under caps."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple, Protocol

from requests_app.failure_codes import FailureCode
from requests_app.imaging.deadline import SENTENCE, Deadline, TooSlow
from requests_app.imaging.findings import Finding, failure, warning
from requests_app.imaging.sandbox import Inspector

MOST_FILES = 20_000
MOST_BYTES = 20 * 1024**3
MOST_RATIO = 200
MOST_SHARED = 4  # times its own length that a disc image may unpack to
LARGEST_MEMBER = 2 * 1024**3
LARGEST_INDEX = 8 * 1024**2  # bytes of a zip's central directory: 400 a file
LONGEST_ZIP_END = 66_000  # bytes from the end record, comment and zip64 records included
PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, OSError, ValueError, OverflowError, LookupError),
)
JUNK = frozenset({"thumbs.db", ".ds_store", "desktop.ini", "autorun.inf", "readme", "readme.txt"})


class Source(Protocol):
    """Bytes that can be read in pieces."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""


class Extent(NamedTuple):
    """Where a file lies in a disc image."""

    name: str
    start: int
    size: int


class Piece:
    """So many bytes of a file from where it stands."""

    def __init__(self, file: Source, left: int) -> None:
        self.file, self.left = file, left

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""
        chunk = self.file.read(min(size, self.left))
        self.left -= len(chunk)
        return chunk


class Unpacked:
    """The files of a container, under names of our own, with what was noticed on the way."""

    def __init__(self, folder: Path, deadline: Deadline) -> None:
        self.folder, self.deadline = folder, deadline
        self.files: list[tuple[str, Path]] = []
        self.findings: list[Finding] = []
        self.total = 0

    def place(self, name: str) -> Path:
        """Return where the next file goes: its own name never becomes a path."""
        path = self.folder / f"{len(self.files):06d}"
        self.files.append((name, path))
        return path

    def refuse(self, sentence: str, evidence: str = "") -> None:
        """Note why the container as a whole cannot be used."""
        self.findings.append(failure("U1", FailureCode.US01, sentence, evidence[:200]))

    def copy(self, source: Source, name: str, most: int) -> bool:
        """Copy one member up to a cap; False where it is larger than it may be."""
        path, written = self.place(name), 0
        with path.open("wb") as target:
            while chunk := source.read(1 << 20):
                self.deadline.check()
                written += len(chunk)
                if written > most:
                    return False
                target.write(chunk)
        self.total += written
        return True


def unpack(path: Path, name: str, folder: Path, inspector: Inspector) -> Unpacked:
    """Return the files that a path holds: itself, or the members of a container."""
    found = Unpacked(folder, inspector.deadline)
    try:
        _open(path, name, found, inspector)
        if not (found.files or found.findings):
            found.refuse("It holds nothing that could be an image.")
    except TooSlow:
        found.refuse(SENTENCE)
    return found


def _open(path: Path, name: str, found: Unpacked, inspector: Inspector) -> None:
    if path.is_dir():
        _folder(path, found)
        return
    if not path.is_file():
        found.refuse("This is no file or folder, and is not read.")
        return
    with path.open("rb") as file:
        head = file.read(0x8006)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        _zip(path, found)
    elif head.startswith(b"\x1f\x8b"):
        _gzip(path, found)
    elif head[0x8001:0x8006] == b"CD001":
        _iso(path, found, inspector)
    else:
        found.files.append((name, path))


def _folder(path: Path, found: Unpacked) -> None:
    for file in sorted(path.rglob("*")):
        if file.is_symlink() or not file.is_file() or _is_junk(file.name):
            continue
        if len(found.files) >= MOST_FILES:
            found.refuse(f"The folder holds more than {MOST_FILES:,} files.")
            return
        found.files.append((str(file.relative_to(path)), file))


def _is_junk(name: str) -> bool:
    return name.replace("\\", "/").rpartition("/")[2].lower() in JUNK


def _zip(path: Path, found: Unpacked) -> None:
    if (length := _index_length(path)) > LARGEST_INDEX:
        found.refuse(f"The archive holds more than {MOST_FILES:,} files.", f"{length} bytes")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if not item.is_dir()]
            if not _zip_is_sane(members, path, found):
                return
            for item in members:
                if _is_junk(item.filename) or "__MACOSX" in item.filename:
                    continue
                with archive.open(item) as source:
                    if not found.copy(source, item.filename, item.file_size):
                        found.refuse("A member of the archive is larger than it claims.")
                        return
    except _ZIP_ERRORS as error:
        found.refuse("The archive is damaged. Ask for it again.", type(error).__name__)
    except RuntimeError:
        found.findings.append(
            failure("U1", FailureCode.US10, "The archive is encrypted. Ask for the key.")
        )


def _index_length(path: Path) -> int:
    """Return how long the archive says its index is: zipfile reads it whole into memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST_ZIP_END))
        end = file.read()
    place = end.rfind(b"PK\x05\x06")
    length = int.from_bytes(end[place + 12 : place + 16], "little") if place >= 0 else 0
    wide = end.rfind(b"PK\x06\x06")  # the zip64 form (APPNOTE 4.3.14)
    if wide >= 0:
        length = max(
            length if length != 0xFFFFFFFF else 0,
            int.from_bytes(end[wide + 40 : wide + 48], "little"),
        )
    return length


def _zip_is_sane(members: list[zipfile.ZipInfo], path: Path, found: Unpacked) -> bool:
    names = [item.filename.lower() for item in members]
    total = sum(item.file_size for item in members)
    if len(members) > MOST_FILES:
        found.refuse(f"The archive holds more than {MOST_FILES:,} files.")
    elif total > MOST_BYTES or total > MOST_RATIO * max(path.stat().st_size, 1 << 16):
        found.refuse("The archive unpacks to far more than its size.")
    elif any(_climbs(item.filename) for item in members):
        found.refuse("The archive holds names that climb out of it.")
    elif not members:
        found.refuse("The archive holds no files.")
    elif any(item.compress_type not in PACKINGS for item in members):
        found.refuse("The archive is packed in a way that is not supported. Use a plain zip.")
    else:
        if len(set(names)) < len(names):
            found.findings.append(
                warning("U1", "Two files of the archive share a name; both were kept.")
            )
        return True
    return False


def _climbs(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":")


def _gzip(path: Path, found: Unpacked) -> None:
    found.findings.append(warning("U1", "The file is packed with gzip; it was unpacked."))
    most = min(LARGEST_MEMBER, MOST_RATIO * max(path.stat().st_size, 1 << 16))
    try:
        with gzip.open(path, "rb") as source:
            if not found.copy(source, path.name, most):
                found.refuse("The file unpacks to far more than its size, or to over 2 GiB.")
    except (OSError, EOFError, zlib.error) as error:
        found.refuse("The packed file is damaged.", type(error).__name__)


def _iso(path: Path, found: Unpacked, inspector: Inspector) -> None:
    said = inspector.ask("list", path)
    if said is None:
        found.refuse("The disc image takes more time or memory to read than any disc should.")
    elif "refused" in said:
        found.refuse(str(said["refused"]))
    elif "damaged" in said:
        found.refuse("The disc image is damaged or cut off.", str(said["damaged"]))
    else:
        try:
            members = [Extent(str(name), int(a), int(size)) for name, a, size in said["files"]]
            declared = int(said["declared"])
        except (ValueError, TypeError, LookupError):
            found.refuse("The disc image is damaged or cut off.", "unreadable list")
        else:
            _copy_extents(path, members, declared, found)


def _copy_extents(path: Path, members: list[Extent], declared: int, found: Unpacked) -> None:
    """Copy what the child listed, after checking each place against the image's true length."""
    length = path.stat().st_size
    wanted = [one for one in members if not _is_junk(one.name.split(";")[0])]
    if len(wanted) > MOST_FILES:
        found.refuse(f"The disc holds more than {MOST_FILES:,} files.")
    elif length < declared or any(one.start + one.size > length for one in wanted):
        found.refuse("The disc image is cut off.", f"{length} of {declared} bytes")
    elif any(one.start < 0 or one.size < 0 for one in wanted):
        found.refuse("The disc image is damaged or cut off.")
    # Files may share a place on the disc, but not so often that a small disc fills ours.
    elif sum(one.size for one in wanted) > MOST_SHARED * length:
        found.refuse("The disc unpacks to far more than its size.")
    else:
        with path.open("rb") as image:
            for one in wanted:
                image.seek(one.start)
                found.copy(Piece(image, one.size), one.name, one.size)
