"""Open what images come in: a folder, a zip, a gzip, a disc image; under caps."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pycdlib
from pycdlib.pycdlibexception import PyCdlibException

from requests_app.failure_codes import FailureCode
from requests_app.imaging.findings import Finding, failure, warning

MOST_FILES = 20_000
MOST_BYTES = 20 * 1024**3
MOST_RATIO = 200
LARGEST_MEMBER = 2 * 1024**3
JUNK = frozenset({"thumbs.db", ".ds_store", "desktop.ini", "autorun.inf", "readme", "readme.txt"})


class Source(Protocol):
    """Bytes that can be read in pieces."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes."""


class Unpacked:
    """The files of a container, under names of our own, with what was noticed on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
                written += len(chunk)
                if written > most:
                    return False
                target.write(chunk)
        self.total += written
        return True


def unpack(path: Path, name: str, folder: Path) -> Unpacked:
    """Return the files that a path holds: itself, or the members of a container."""
    found = Unpacked(folder)
    if path.is_dir():
        _folder(path, found)
        return found
    with path.open("rb") as file:
        head = file.read(0x8006)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        _zip(path, found)
    elif head.startswith(b"\x1f\x8b"):
        _gzip(path, found)
    elif head[0x8001:0x8006] == b"CD001":
        _iso(path, found)
    else:
        found.files.append((name, path))
    return found


def _folder(path: Path, found: Unpacked) -> None:
    for file in sorted(path.rglob("*")):
        if file.is_symlink() or not file.is_file() or file.name.lower() in JUNK:
            continue
        if len(found.files) >= MOST_FILES:
            found.refuse(f"The folder holds more than {MOST_FILES:,} files.")
            return
        found.files.append((str(file.relative_to(path)), file))


def _zip(path: Path, found: Unpacked) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if not item.is_dir()]
            if not _zip_is_sane(members, path, found):
                return
            for item in members:
                if Path(item.filename).name.lower() in JUNK or "__MACOSX" in item.filename:
                    continue
                with archive.open(item) as source:
                    if not found.copy(source, item.filename, item.file_size):
                        found.refuse("A member of the archive is larger than it claims.")
                        return
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        found.refuse("The archive is damaged. Ask for it again.", type(error).__name__)
    except RuntimeError:
        found.findings.append(
            failure("U1", FailureCode.US10, "The archive is encrypted. Ask for the key.")
        )


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
    try:
        with gzip.open(path, "rb") as source:
            if not found.copy(source, path.name, LARGEST_MEMBER):
                found.refuse("The file unpacks to over 2 GiB.")
    except (OSError, EOFError, zlib.error) as error:
        found.refuse("The packed file is damaged.", type(error).__name__)


def _iso(path: Path, found: Unpacked) -> None:
    image = pycdlib.PyCdlib()
    try:
        image.open(str(path))
        for name in _iso_names(image):
            if len(found.files) >= MOST_FILES:
                found.refuse(f"The disc holds more than {MOST_FILES:,} files.")
                return
            with found.place(name).open("wb") as target:
                image.get_file_from_iso_fp(target, iso_path=name)
    except (PyCdlibException, OSError, ValueError, IndexError) as error:
        found.refuse("The disc image is damaged or cut off.", type(error).__name__)
    else:
        _iso_is_whole(path, image, found)


def _iso_is_whole(path: Path, image: pycdlib.PyCdlib, found: Unpacked) -> None:
    declared = image.pvd.space_size * image.pvd.logical_block_size()
    image.close()
    if path.stat().st_size < declared:
        found.refuse("The disc image is cut off.", f"{path.stat().st_size} of {declared} bytes")


def _iso_names(image: pycdlib.PyCdlib) -> Iterator[str]:
    for folder, _, files in image.walk(iso_path="/"):
        for name in files:
            if name.split(";")[0].lower() not in JUNK:
                yield f"{folder.rstrip('/')}/{name}"


def remove(folder: Path) -> None:
    """Remove the unpacked files."""
    shutil.rmtree(folder, ignore_errors=True)
