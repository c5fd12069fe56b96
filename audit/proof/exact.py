"""Whether the bytes of a bundle are those that an export writes, also where nobody signs them."""

import base64
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO

_LOCAL, _END, _END_64 = 30, 22, 76  # bytes of the fixed records of a zip (APPNOTE 4.3.7, .16, .14)
_DESCRIBED_LATER = 0x08
STRAY = "The file holds bytes that are no part of the bundle; the entries are as signed."


def odd_parts(parts: dict[str, bytes]) -> Iterator[str]:
    """Yield a sentence for each part whose bytes mean what they should but were not written so."""
    written: dict[str, Callable[[bytes], bool]] = {
        "entries.jsonl": lambda raw: not raw or raw.endswith(b"\n"),
        "checkpoint.txt": _is_note,
        "checkpoints.json": lambda raw: raw == json.dumps(json.loads(raw)).encode(),
        "key.txt": lambda raw: raw == raw.strip() + b"\n",
    }
    for name, is_exact in written.items():
        if not is_exact(parts[name]):
            yield (
                f"The part {name!r} is not, byte for byte, what Discless wrote; "
                "the entries are as signed."
            )


def _is_note(raw: bytes) -> bool:
    """Say whether a note is its text, one signature as base64 writes it, and one line end."""
    text, _, signed = raw.partition(b"\n\n")
    try:
        dash, name, packed = signed.split(b" ")
        anew = base64.b64encode(base64.b64decode(packed))
    except ValueError:
        return False
    return raw == b"%b\n\n%b %b %b\n" % (text, dash, name, anew)


def has_stray_bytes(file: BinaryIO, archive: zipfile.ZipFile) -> bool:
    """Say whether a zip holds more than its parts, one after the other, and its directory."""
    place, parts = 0, sorted(archive.infolist(), key=lambda part: part.header_offset)
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        if part.header_offset != place or part.comment:
            return True
        file.seek(place + _LOCAL - 4)
        name, extra = struct.unpack("<HH", file.read(4))
        place += _LOCAL + name + extra + part.compress_size
        if part.flag_bits & _DESCRIBED_LATER:
            place = after.header_offset if after else archive.start_dir
    size = file.seek(0, 2)
    file.seek(size - _END)
    signature, *_, length, _, comment = struct.unpack("<4s4H2LH", file.read(_END))
    ends = {archive.start_dir + length + _END, archive.start_dir + length + _END_64 + _END}
    is_whole = signature == b"PK\x05\x06" and not comment and size in ends
    return place != archive.start_dir or not is_whole
