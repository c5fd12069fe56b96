"""Look at a file's bytes before anything parses it: what it is, and whether it is sane.

The walk reads tags and lengths only (PS3.5 section 7.1), in a few milliseconds, and stops at
limits that no clinical object reaches, so that a parser never meets a bomb.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

MOST_ELEMENTS = 200_000
MOST_ITEMS = 100_000
DEEPEST = 64
MOST_FRAMES = 100_000  # of one object
LARGEST_INFLATED = 256 * 1024**2
UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = (0x7FE0, 0x0010)
ITEM, ITEM_END, SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)
LONG_VR = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
DEFLATED = "1.2.840.10008.1.2.1.99"
IMPLICIT = "1.2.840.10008.1.2"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
)


BARE = frozenset(
    {b"\x02\x00\x00\x00"}
    | {b"\x08\x00" + bytes((low, 0)) for low in (0x00, 0x01, 0x05, 0x08, 0x16)}
    | {b"\x00\x08\x00" + bytes((low,)) for low in (0x00, 0x01, 0x05, 0x08, 0x16)}
)
"""What a dataset begins with that lacks its preamble: the first tags of group 2 or 8."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What a look at the bytes told. `problem` is a refusal, `notes` are warnings."""

    kind: str
    transfer_syntax: str = ""
    problem: str = ""
    cut_off: str = ""
    notes: tuple[str, ...] = ()
    fragments: int = -1
    """How many pieces the compressed pixels come in; -1 where they are not compressed."""


def scan(content: bytes) -> Scan:
    """Return what a file is and what speaks against parsing it."""
    if content[128:132] == b"DICM":
        return _part10(content)
    if len(content) > 8 and content[:4] in BARE:
        return Scan(
            kind="bare", notes=("The file lacks the DICOM preamble and can only be guessed at.",)
        )
    for magic, kind in MAGIC:
        if content.startswith(magic):
            return Scan(kind=kind)
    head = content[:256].lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return Scan(kind="html")
    return Scan(kind="empty" if not content.strip(b"\x00") else "unknown")


def _part10(content: bytes) -> Scan:
    notes = list(_preamble_notes(content[:128]))
    try:
        meta, syntax, note = _meta_end(content)
    except struct.error:
        return Scan(kind="dicom", problem="The file ends inside its own header.")
    if note:
        notes.append(note)
    body, problem = content[meta:], ""
    if not syntax:
        problem = "The file does not say its transfer syntax."
    elif not body:
        problem = "The file holds no dataset."
    elif syntax == DEFLATED:
        body, problem = _inflated(body)
    elif syntax == BIG_ENDIAN:
        notes.append("The transfer syntax is retired (big endian).")
    if problem or syntax == BIG_ENDIAN:
        return Scan(kind="dicom", transfer_syntax=syntax, problem=problem, notes=tuple(notes))
    walk = _Walk(body, explicit=syntax != IMPLICIT)
    walk.run()
    return Scan(
        kind="dicom",
        transfer_syntax=syntax,
        problem=walk.problem,
        cut_off=walk.cut_off,
        notes=(*notes, *walk.notes),
        fragments=walk.fragments,
    )


def _inflated(body: bytes) -> tuple[bytes, str]:
    """Inflate under a cap; return the bytes, or why they are refused."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = inflater.decompress(body, LARGEST_INFLATED)
    except zlib.error:
        return b"", "The deflated data are damaged."
    if inflater.unconsumed_tail:
        return b"", "The file inflates to over 256 MiB."
    return plain, ""


def _preamble_notes(preamble: bytes) -> tuple[str, ...]:
    named = {b"MZ": "a Windows program", b"\x7fELF": "a Linux program", b"%PDF": "a PDF"}
    return tuple(
        f"The preamble pretends to be {what}; never run or open the file as one."
        for magic, what in named.items()
        if preamble.startswith(magic)
    )


def _meta_end(content: bytes) -> tuple[int, str, str]:
    """Return where the file meta group ends, the transfer syntax, and a note on its length."""
    place, syntax, declared, note = 132, "", 0, ""
    while place + 8 <= len(content) and content[place : place + 2] == b"\x02\x00":
        element = struct.unpack_from("<H", content, place + 2)[0]
        if content[place + 4 : place + 6] in LONG_VR:
            length, start = struct.unpack_from("<I", content, place + 8)[0], place + 12
        else:
            length, start = struct.unpack_from("<H", content, place + 6)[0], place + 8
        value = content[start : start + length]
        if element == 0x0010:
            syntax = value.rstrip(b"\x00 ").decode("ascii", "replace")
        if element == 0x0000 and length == 4:
            declared = start + length + struct.unpack("<I", value)[0]
        place = start + length
    if declared and declared != place:
        note = "The length of the file meta group is wrong."
    return place, syntax, note


class _Walk:
    """Steps over elements without reading their values; a stack holds where containers end."""

    def __init__(self, body: bytes, *, explicit: bool) -> None:
        self.body, self.explicit = body, explicit
        self.problem = self.cut_off = ""
        self.notes: list[str] = []
        self.elements = self.items = self.place = 0
        self.fragments = -1
        self.stack: list[tuple[int, bool]] = []  # (end or UNDEFINED, explicit before)
        self.last = (0, 0)

    def run(self) -> None:
        """Walk to the end, or to the first reason to stop."""
        while self.place < len(self.body) and not (self.problem or self.cut_off):
            self._leave()
            if self.place + 8 > len(self.body):
                self._take_rest(self.body[self.place :])
                return
            if not self._step():
                return

    def _take_rest(self, rest: bytes) -> None:
        """Judge what is too short for an element: padding, or one that was cut; none begins with 0."""
        if rest.strip(b"\x00\r\n") and self.last < PIXEL_DATA:
            self.cut_off = "The file ends inside an element's header."
        else:
            self.notes.append("Some bytes follow the dataset.")

    def _leave(self) -> None:
        while self.stack and self.stack[-1][0] != UNDEFINED and self.place >= self.stack[-1][0]:
            self.explicit = self.stack.pop()[1]

    def _step(self) -> bool:
        group, element = struct.unpack_from("<HH", self.body, self.place)
        tag = (group, element)
        if tag in (ITEM, ITEM_END, SEQUENCE_END):
            return self._delimiter(tag)
        if not self.stack:
            if tag <= self.last and self.last >= PIXEL_DATA:
                self.notes.append("Other data follow the dataset.")
                return False
            self.last = tag
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            self.problem = f"The file holds more than {MOST_ELEMENTS:,} elements."
            return False
        return self._element(tag)

    def _delimiter(self, tag: tuple[int, int]) -> bool:
        length = struct.unpack_from("<I", self.body, self.place + 4)[0]
        self.place += 8
        if tag == ITEM:
            self.items += 1
            if self.items > MOST_ITEMS:
                self.problem = f"The file holds more than {MOST_ITEMS:,} items."
                return False
            return self._enter(length)
        if self.stack:
            self.explicit = self.stack.pop()[1]
        return True

    def _enter(self, length: int) -> bool:
        if len(self.stack) >= 2 * DEEPEST:
            self.problem = f"Sequences are nested more than {DEEPEST} deep."
            return False
        self.stack.append(
            (UNDEFINED if length == UNDEFINED else self.place + length, self.explicit)
        )
        return True

    def _element(self, tag: tuple[int, int]) -> bool:
        vr, length, start = self._header()
        if start > len(self.body):
            self.cut_off = "The file ends inside an element's header."
            return False
        if tag == PIXEL_DATA and length == UNDEFINED:
            return self._fragments(start)
        if length == UNDEFINED:
            self.place = start
            entered = self._enter(UNDEFINED)
            if vr == b"UN":  # undefined length in UN is implicit little endian (PS3.5 §6.2.2)
                self.explicit = False
            return entered
        if start + length > len(self.body):
            self.cut_off = (
                f"Element ({tag[0]:04x},{tag[1]:04x}) claims {length:,} bytes, "
                f"{len(self.body) - start:,} are there."
            )
            return False
        self.place = start
        if vr == b"SQ":
            return self._enter(length)
        self.place += length
        return True

    def _header(self) -> tuple[bytes, int, int]:
        vr = self.body[self.place + 4 : self.place + 6]
        if not self.explicit or not (vr.isalpha() and vr.isupper()):
            return b"", struct.unpack_from("<I", self.body, self.place + 4)[0], self.place + 8
        if vr in LONG_VR:
            if self.place + 12 > len(self.body):
                return vr, 0, len(self.body) + 1
            return vr, struct.unpack_from("<I", self.body, self.place + 8)[0], self.place + 12
        return vr, struct.unpack_from("<H", self.body, self.place + 6)[0], self.place + 8

    def _fragments(self, place: int) -> bool:
        """Step over encapsulated pixel data (PS3.5 section A.4)."""
        pieces = 0
        while place + 8 <= len(self.body):
            group, element, length = struct.unpack_from("<HHI", self.body, place)
            if (group, element) == SEQUENCE_END:
                self.place, self.fragments = place + 8, pieces - 1  # the first is a table
                return True
            pieces += 1
            if (group, element) != ITEM or place + 8 + length > len(self.body):
                break
            place += 8 + length
        self.cut_off = "The compressed pixel data are cut off."
        return False
