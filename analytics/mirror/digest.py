"""The hash of a table's rows, however a file stores them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from analytics.mirror.words import codes_of, joined

_UNDER_NULL = {pa.string(): "", pa.bool_(): False}
_AT_ONCE = 1 << 20  # words; Arrow counts the bytes of a word by 31 bits


def digest(table: pa.Table) -> str:
    """Return the SHA-256 of a settled table's columns and rows."""
    found = sha256(str(table.num_rows).encode())
    for field, column in zip(table.schema, table.columns, strict=True):
        found.update(f"\n{field.name} {field.type}\n".encode())
        for part in _plain(joined(column)):
            found.update(part)
    return found.hexdigest()


def _plain(column: pa.Array) -> Iterable[Any]:
    """Return a column's values as bytes; what stands under a null is not looked at."""
    if pa.types.is_dictionary(column.type):
        yield from _plain(column.dictionary)
        small = np.min_scalar_type(len(column.dictionary))
        yield (codes_of(column) + 1).astype(small)
        return
    if column.null_count:
        yield np.packbits(column.is_null().to_numpy(zero_copy_only=False))
        column = pc.fill_null(column, _UNDER_NULL.get(column.type, 0))
    if pa.types.is_string(column.type):
        yield pc.binary_length(column).to_numpy()
        for at in range(0, len(column), _AT_ONCE):
            yield _run_together(column.slice(at, _AT_ONCE))
    elif pa.types.is_boolean(column.type):
        yield np.packbits(column.to_numpy(zero_copy_only=False))
    else:
        yield np.ascontiguousarray(column.to_numpy())


def _run_together(words: pa.Array) -> bytes:
    """Return the words one after the other."""
    lists = pa.ListArray.from_arrays(pa.array([0, len(words)], pa.int32()), words)
    return bytes(pc.binary_join(lists, "")[0].as_buffer())
