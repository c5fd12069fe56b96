"""Whether the bytes of a bundle are those that an export writes, also where nobody signs them."""

import base64
import bz2
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, BinaryIO

_LOCAL, _END, _END_64 = 30, 22, 76  # bytes of the fixed records of a zip (APPNOTE 4.3.7, .16, .14)
_DESCRIBED_LATER = 0x08
_SAID_ELSEWHERE = (0, 0xFFFFFFFF)  # the sizes follow the part, or stand in the extra field
_SIZES = 0x0001  # zip64 (APPNOTE 4.5.3)
# A bundle that a person packed anew is the same bundle: times and owner of a file, and how long
# each is, as zip, the Finder and 7-Zip write them.
_OF_THE_FILE = {0x5455: (5, 9, 13), 0x7875: (11,), 0x5855: (8, 12), 0x000A: (32,)}
_AT_ONCE = 16 * 1024  # of a bomb this much unpacks before it is refused
_UNPACK: dict[int, Callable[[], Any]] = {
    zipfile.ZIP_DEFLATED: lambda: zlib.decompressobj(-zlib.MAX_WBITS),
    zipfile.ZIP_BZIP2: bz2.BZ2Decompressor,
}
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
    ends = [*(part.header_offset for part in parts[1:]), archive.start_dir]
    for part, end in zip(parts, ends, strict=True):
        if part.header_offset != place or part.comment or not _fills(file, part, end):
            return True
        place = end
    size = file.seek(0, 2)
    file.seek(size - _END)
    signature, *_, length, _, comment = struct.unpack("<4s4H2LH", file.read(_END))
    ends = [archive.start_dir + length + _END, archive.start_dir + length + _END_64 + _END]
    is_whole = signature == b"PK\x05\x06" and not comment and size in ends
    return place != archive.start_dir or not is_whole


def _fills(file: BinaryIO, part: zipfile.ZipInfo, end: int) -> bool:
    """Say whether a part is its header, what unpacks to it, and its sizes, up to `end`."""
    file.seek(part.header_offset)
    *_, check, packed, size, name, more = struct.unpack("<4s5H3L2H", file.read(_LOCAL))
    told = ((check, part.CRC), (packed, part.compress_size), (size, part.file_size))
    file.seek(name, 1)
    extra = file.read(more)
    if not all(said in (true, *_SAID_ELSEWHERE) for said, true in told):
        return False
    if not (_is_known(extra, part) and _is_known(part.extra, part) and _is_packed(file, part)):
        return False
    place: int = part.header_offset + _LOCAL + name + more + part.compress_size
    if not part.flag_bits & _DESCRIBED_LATER:
        return place == end
    file.seek(place)
    return place < end and file.read(min(end - place, 25)) in _descriptors(part)


def _descriptors(part: zipfile.ZipInfo) -> set[bytes]:
    """Return the forms of what may follow a part: its sum and its sizes (APPNOTE 4.3.9)."""
    told = (part.CRC, part.compress_size, part.file_size)
    return {
        mark + struct.pack(form, *told) for mark in (b"", b"PK\x07\x08") for form in ("<3L", "<L2Q")
    }


def _is_known(extra: bytes, part: zipfile.ZipInfo) -> bool:
    """Say whether extra fields are the sizes once more, or what a packer says of its own file."""
    sizes = (part.file_size, part.compress_size, part.header_offset)
    sets = [some for many in (1, 2, 3) for some in combinations(sizes, many)]
    seen: set[int] = set()
    while extra:
        if len(extra) < 4:
            return False
        tag, length = struct.unpack("<HH", extra[:4])
        said, extra = extra[4 : 4 + length], extra[4 + length :]
        if tag == _SIZES:
            is_ours = said in [bytes(16), *(struct.pack(f"<{len(one)}Q", *one) for one in sets)]
        else:
            is_ours = len(said) in _OF_THE_FILE.get(tag, ())
        if tag in seen or len(said) != length or not is_ours:
            return False
        seen.add(tag)
    return True


def _is_packed(file: BinaryIO, part: zipfile.ZipInfo) -> bool:
    """Say whether all that is packed unpacks to the part; reading it stops at the first end."""
    if part.compress_type == zipfile.ZIP_STORED:
        return part.compress_size == part.file_size
    if part.compress_type not in _UNPACK:
        return False
    unpack, left, made = _UNPACK[part.compress_type](), part.compress_size, 0
    while left and not unpack.eof and made <= part.file_size:
        some = file.read(min(left, _AT_ONCE))
        if not some:
            return False
        left -= len(some)
        made += len(unpack.decompress(some))
    return bool(unpack.eof) and not left and not unpack.unused_data and made == part.file_size
