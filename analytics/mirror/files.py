"""The files of a published mirror: their names, what lies in them, and what of it does not count."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from analytics.mirror.cut import Key
from analytics.mirror.held import Held
from analytics.mirror.partition import Partitions, left_out
from analytics.mirror.stored import Numbers

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
    found = left_out(pieces)
    counts = {key: len(one.left_out) for key, one in sorted(pieces.items())}
    names = np.repeat(np.array([_name_of(key) for key in counts], object), [*counts.values()])
    told = found.append_column("file", pa.array(names, pa.string()).dictionary_encode())
    parquet.write_table(told, folder / LEFT_OUT / "requests.parquet")


def read_left_out(folder: Path) -> dict[Key, Numbers]:
    """Return the requests that do not count in a piece; snapshots of before left none out."""
    path = folder / LEFT_OUT / "requests.parquet"
    if not path.exists():
        return {}
    found = parquet.read_table(path, partitioning=None).to_pandas()
    return {
        key: np.sort(rows["request_id"].to_numpy(np.int64))
        for key, rows in found.groupby(["facility", "period"], observed=True)
    }


def held_in(path: Path, file: Mapping[str, Any]) -> Held:
    """Return a table in its file; steps stay there, since measures read none.

    Raises ValueError where it is not the file that was published.
    """
    read_in = _lying if file["table"] == "steps" else _content
    return Held(read_in(path, file), file["rows"])


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
