"""Words as numbers of a list: one list a column, so that no word is held a row at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.eventlog import WORD

Codes = NDArray[np.int32]
KEYS = ("request_id", "number")  # as many words as rows: they stay text


def is_text(kind: pa.DataType) -> bool:
    """Say whether a column holds words, however it holds them."""
    return any(
        check(kind)
        for check in (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)
    )


def in_lists(table: pa.Table) -> pa.Table:
    """Return a table in one chunk: words as numbers of a list, keys as text."""
    columns = {
        field.name: _listed(field.name, table[field.name]) if is_text(field.type) else one
        for field, one in zip(table.schema, table.columns, strict=True)
    }
    return pa.table(columns).combine_chunks()


def _listed(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if name in KEYS else listed(column)


def listed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return words as numbers of a list in which no word is twice."""
    if not pa.types.is_dictionary(column.type):
        return pa.chunked_array([joined(column.dictionary_encode().cast(WORD))], WORD)
    one = joined(column.cast(WORD).unify_dictionaries())
    words = one.dictionary.to_pylist()
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    if len(places) == len(words):
        return pa.chunked_array([one])
    moved = np.array([*(places[word] for word in words), -1], np.int32)
    return pa.chunked_array([of_codes(moved[codes_of(one)], list(places))])


def joined(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    if column.num_chunks == 1:
        return column.chunk(0)
    found = column.combine_chunks()
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found


def codes_of(words: pa.DictionaryArray) -> Codes:
    """Return the place of each word in the list; -1 for none."""
    codes = words.indices
    found: Codes = (pc.fill_null(codes, -1) if codes.null_count else codes).to_numpy()
    return found


def of_codes(codes: Codes, words: Sequence[str] | pa.Array) -> pa.DictionaryArray:
    """Return the words at places of a list; none for -1."""
    missing = codes < 0
    indices = pa.array(codes, pa.int32(), mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def settled(table: pa.Table) -> pa.Table:
    """Return a folded table in one chunk whose lists are sorted and hold no word that no row has.

    So the same rows are the same bytes, wherever they were folded.
    """
    columns = {
        field.name: _sorted(joined(column.unify_dictionaries()))
        if pa.types.is_dictionary(field.type)
        else joined(column)
        for field, column in zip(table.schema, table.columns, strict=True)
    }
    return pa.table(columns)


def _sorted(column: pa.DictionaryArray) -> pa.DictionaryArray:
    words, codes = column.dictionary.to_pylist(), codes_of(column)
    counts = np.bincount(codes + 1, minlength=len(words) + 1)[1:]
    used = sorted((words[code], code) for code in np.flatnonzero(counts).tolist())
    order = [code for _, code in used]
    if order == list(range(len(words))):
        return column
    moved = np.full(len(words) + 1, -1, np.int32)
    moved[order] = np.arange(len(used))
    return of_codes(moved[codes], [word for word, _ in used])


def words_of(table: pa.Table) -> dict[str, list[str]]:
    """Return the list of each column of words of a table, one for all its chunks."""
    return {
        field.name: column.chunk(0).dictionary.to_pylist() if column.num_chunks else []
        for field, column in zip(table.schema, table.columns, strict=True)
        if pa.types.is_dictionary(field.type)
    }
