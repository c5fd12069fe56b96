"""Words as the numbers of their places in a list, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.mirror.words import of_codes


def coded(column: pa.ChunkedArray, words: Sequence[Any]) -> NDArray[np.int32]:
    """Return the place of each row's word in a list; -1 where it is not there, or null."""
    place = {word: at for at, word in enumerate(words)}
    found = [np.zeros(0, np.int32)]
    for chunk in column.chunks:
        one = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        codes = [place.get(word, -1) for word in one.dictionary.to_pylist()]
        at = one.indices.fill_null(len(codes)).to_numpy()
        found.append(np.array([*codes, -1], np.int32)[at])
    return np.concatenate(found)


def worded(codes: NDArray[Any], words: Sequence[str]) -> pa.DictionaryArray:
    """Return the word of each place; null for -1."""
    return of_codes(codes.astype(np.int32), list(words))
