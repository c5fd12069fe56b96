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
        yield from _lengths_and_words(column)
    elif pa.types.is_boolean(column.type):
        yield np.packbits(column.to_numpy(zero_copy_only=False))
    else:
        yield np.ascontiguousarray(column.to_numpy())


def _lengths_and_words(column: pa.Array) -> Iterable[Any]:
    """Return the bytes of each word, by number, and the words one after the other."""
    if not len(column):
        return
    _, where, words = column.buffers()
    bounds = np.frombuffer(where, np.int32)[column.offset : column.offset + len(column) + 1]
    yield np.diff(bounds)
    if words is not None:
        yield words[int(bounds[0]) : int(bounds[-1])]
