"""A table of a piece: at hand, or as the bytes of its file until somebody asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
from pyarrow import compute as pc

from analytics.mirror.digest import digest
from analytics.mirror.packed import Packed, names_in, parquet_bytes, rows_in, unpacked, words_in
from analytics.mirror.rows import Words
from analytics.mirror.words import words_of


class Held:
    """A sorted and settled table in one chunk, or the bytes of its file."""

    def __init__(
        self, held: pa.Table | Packed, rows: int | None = None, digest: str | None = None
    ) -> None:
        """Hold a table; `rows` and `digest` are what is known of it without opening it."""
        self._table = held if isinstance(held, pa.Table) else None
        self._packed = None if isinstance(held, pa.Table) else held
        self._rows, self._digest = rows, digest

    @property
    def table(self) -> pa.Table:
        """The rows; unpacked each time where they are packed."""
        held = self._table  # another thread may be packing it
        return held if held is not None else unpacked(self.packed)

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all rows."""
        held = self._table
        return held.select(names) if held is not None else unpacked(self.packed, names)

    @property
    def is_unpacked(self) -> bool:
        """Say whether the rows are at hand."""
        return self._table is not None

    @property
    def packed(self) -> Packed:
        """The bytes of the file."""
        if self._packed is None:
            self._packed = parquet_bytes(self._table)
        return self._packed

    def pack(self) -> None:
        """Keep the bytes only, with what is said of the rows."""
        if self._table is not None:
            _ = self.packed, self.rows, self.digest, self.words
            self._table = None

    @cached_property
    def words(self) -> Words:
        """The words of each column."""
        held = self._table
        return words_of(held) if held is not None else words_in(self.packed)

    @cached_property
    def names(self) -> list[str]:
        """The names of the columns."""
        held = self._table
        names: list[str] = held.column_names if held is not None else names_in(self.packed)
        return names

    @cached_property
    def rows(self) -> int:
        """How many rows there are."""
        held = self._table
        if held is not None:
            found: int = held.num_rows
            return found
        return rows_in(self.packed) if self._rows is None else self._rows

    @cached_property
    def digest(self) -> str:
        """The hash of the rows."""
        return digest(self.table) if self._digest is None else self._digest


@dataclass(frozen=True)
class Sieved:
    """A table but for the rows of some requests, which are counted elsewhere."""

    held: Held
    left_out: pa.Array
    """Their ids, as they stand in the rows."""

    @property
    def table(self) -> pa.Table:
        """The rows; sieved each time."""
        return self._sieved(self.held.table)

    def columns(self, names: Sequence[str]) -> pa.Table:
        """Return some columns of all rows."""
        wanted = dict.fromkeys([*names, "request_id"])
        return self._sieved(self.held.columns(list(wanted))).select(list(names))

    @property
    def words(self) -> Words:
        """The words of each column; some of them may be of rows that are left out."""
        return self.held.words

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return self.held.names

    @cached_property
    def rows(self) -> int:
        """How many rows there are."""
        found: int = self.columns(["request_id"]).num_rows
        return found

    def _sieved(self, rows: pa.Table) -> pa.Table:
        return rows.filter(pc.invert(pc.is_in(rows["request_id"], value_set=self.left_out)))
