"""The files of a published mirror: their names, what lies in them, and what of it does not count."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import file_digest, sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from analytics.mirror.cut import Key
from analytics.mirror.held import Held
from analytics.mirror.partition import Partitions, all_left_out
from analytics.mirror.stored import Numbers
from analytics.mirror.words import codes_of, joined

LEFT_OUT = "left_out"
"""The folder that says which requests do not count in which file, although their rows lie there."""


def path_of(table: str, key: Key) -> str:
    """Return the name of a piece's file; a facility's word never becomes a path of its own.

    A name that begins with a dot or an underline is one that Spark would not read.
    """
    return f"{table}/{_name_of(key)}"


def _name_of(key: Key) -> str:
    """Return the name of a piece's file in the folder of each table."""
    facility, period = key
    name = quote(facility, safe="")
    if name[:1] in ("", ".", "_"):
        name = f"%{ord(name[0]):02X}{name[1:]}" if name else "%"
    return f"{name}.{period}.parquet"


def write_left_out(folder: Path, pieces: Partitions) -> None:
    """Write which requests do not count in which file, also where there are none."""
    (folder / LEFT_OUT).mkdir(mode=0o700)
    counts = {key: len(piece.left_out) for key, piece in sorted(pieces.items())}
    told = all_left_out(pieces).append_column("file", _files(counts).dictionary_encode())
    parquet.write_table(told, folder / LEFT_OUT / "requests.parquet")


def read_left_out(folder: Path) -> dict[Key, Numbers]:
    """Return the requests that do not count in a piece; snapshots of before left none out.

    Raises ValueError where another file is named than that of the piece.
    """
    path = folder / LEFT_OUT / "requests.parquet"
    if not path.exists():
        return {}
    told = parquet.read_table(path, partitioning=None)
    numbers = told["request_id"].cast(pa.int64()).to_numpy()
    codes = [codes_of(joined(told[name])) for name in _KEY]
    turns = np.flatnonzero(np.any([np.diff(one) != 0 for one in codes], axis=0)) + 1
    found = dict[Key, Numbers]()
    for first, last in pairwise([0, *turns.tolist(), len(numbers)]) if len(numbers) else ():
        facility, period = (told[name][first].as_py() for name in _KEY)
        found[facility, period] = np.sort(numbers[first:last])
    files = _files({key: len(part) for key, part in found.items()})
    if not files.equals(joined(told["file"].cast(pa.string()))):
        raise ValueError(f"{path.name} names files that are not those of its pieces")
    return found


_KEY = ("facility", "period")


def _files(counts: Mapping[Key, int]) -> pa.Array:
    """Return the names of pieces' files, each so many times."""
    names = np.array([_name_of(key) for key in counts], object)
    return pa.array(np.repeat(names, [*counts.values()]), pa.string())


def held_in(path: Path, file: Mapping[str, Any]) -> Held:
    """Return a table in its file; steps stay there, since measures read none.

    Raises ValueError where it is not the file that was published.
    """
    read_in = _lying if file["table"] == "steps" else _content
    return Held(read_in(path, file), file["rows"], file["content"])


def _content(path: Path, file: Mapping[str, Any]) -> bytes:
    content = path.read_bytes()
    _check(path, sha256(content).hexdigest(), file)
    return content


def _lying(path: Path, file: Mapping[str, Any]) -> pa.Buffer:
    """Return a file where it lies; it stays there while anybody looks."""
    with path.open("rb") as content:
        _check(path, file_digest(content, "sha256").hexdigest(), file)
    with pa.memory_map(str(path)) as content:
        return content.read_buffer()


def _check(path: Path, found: str, file: Mapping[str, Any]) -> None:
    if found != file["sha256"]:
        raise ValueError(f"{path.name} is not the file that was published")
