"""A mirror opened with a selection: what measures, charts and the process view ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from analytics.metrics.marks import marks
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from analytics.mirror.opened import Reader, reader

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Question:
    """An open mirror with a selection."""

    reader: Reader
    mirror: Mirror
    selection: Selection
    among: str = ""
    """A condition that all rows meet, beside the selection."""

    def rows(
        self, sql: str, selection: Selection | None = None, values: Sequence[object] = ()
    ) -> list[Row]:
        """Return the rows of a statement over `cases` and `steps`.

        `$selection` and `$as_of` are filled in, `values` are the parameters after those of the
        selection, which may stand once in the statement and before them.
        """
        text, chosen = self._filled(sql, selection or self.selection)
        return self.reader.of(text).execute(text, [*chosen, *values]).fetchall()

    def table(self, sql: str, values: Sequence[object] = ()) -> pa.Table:
        """Return the answer as a table: many rows, few columns."""
        text, chosen = self._filled(sql, self.selection)
        return self.reader.of(text).sql(text, params=[*chosen, *values]).to_arrow_table()

    def _filled(self, sql: str, selection: Selection) -> tuple[str, list[object]]:
        condition, chosen = selection.sql()
        condition += f" AND {self.among}" if self.among else ""
        text = sql.replace("$selection", condition)
        return text.replace("$as_of", str(self.mirror.log.as_of)), chosen

    def over(self, selection: Selection) -> Question:
        """Return the same question about another selection."""
        return replace(self, selection=selection)

    @property
    def whenever(self) -> Selection:
        """The selection without its days: what is open now, whenever it came."""
        return replace(self.selection, since=None, until=None)


@contextmanager
def asking(mirror: Mirror, selection: Selection) -> Iterator[Question]:
    """Open the mirror for several statements."""
    with closing(reader(mirror, marks())) as opened:
        yield Question(opened, mirror, selection)
