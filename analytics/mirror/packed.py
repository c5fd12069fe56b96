"""A table as the bytes of a Parquet file, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeAlias

import pyarrow as pa
from pyarrow import parquet

from analytics.mirror.rows import Words
from analytics.mirror.words import is_text, words_of

Packed: TypeAlias = bytes | pa.Buffer
"""The bytes of a file, in memory or where they lie."""
_WORDS = b"words"  # beside the columns: the list of each, so that nobody reads rows to know it


def parquet_bytes(table: pa.Table) -> bytes:
    """Return a settled table as Parquet; the same rows are the same bytes."""
    words = {one.name for one in table.schema if is_text(one.type)}
    sink = pa.BufferOutputStream()
    parquet.write_table(
        table.replace_schema_metadata({_WORDS: json.dumps(words_of(table)).encode()}),
        sink,
        version="2.6",
        # Half as much again on disk as zstd, and half the time to read a small piece.
        compression="lz4",
        row_group_size=1 << 20,
        # Least and greatest take a third of the time, and nobody skips rows by others.
        write_statistics=[one for one in _SKIPPED_BY if one in table.column_names],
        use_dictionary=[one for one in table.column_names if one in words or one in _REPEATED],
    )
    return bytes(sink.getvalue())


_SKIPPED_BY = ("received", "occurred")
_REPEATED = ("received", "day", "ended_day")  # the same again and again, as words are


def unpacked(content: Packed, names: Sequence[str] | None = None) -> pa.Table:
    """Return the table of Parquet bytes, or some of its columns, in one chunk."""
    file = parquet.ParquetFile(pa.BufferReader(content))
    columns = None if names is None else list(names)
    return file.read(columns, use_threads=False).combine_chunks().replace_schema_metadata()


def rows_in(content: Packed) -> int:
    """Return how many rows Parquet bytes hold."""
    found: int = parquet.read_metadata(pa.BufferReader(content)).num_rows
    return found


def names_in(content: Packed) -> list[str]:
    """Return the columns of Parquet bytes."""
    found: list[str] = parquet.read_schema(pa.BufferReader(content)).names
    return found


def words_in(content: Packed) -> Words:
    """Return the words of each column of Parquet bytes."""
    found: Words = json.loads(parquet.read_schema(pa.BufferReader(content)).metadata[_WORDS])
    return found
