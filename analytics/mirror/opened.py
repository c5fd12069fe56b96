"""A mirror loaded into a database of its own, once a process; steps only once they are asked for."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from analytics.mirror import filled
from analytics.mirror.databases import Database
from analytics.mirror.fold import Change, Mirror
from analytics.mirror.further import NONE, Marks
from analytics.mirror.once import Once
from analytics.mirror.turns import turns_of
from analytics.mirror.words import settled

Made = TypeVar("Made")
LEAN = ("cases", "landmarks")
UNTIDY = 10_000  # requests that went since rows were tidied away
MOST_LEFT = 250_000  # of them, that DuckDB leaves where they lie among others
_STEPS = re.compile(r"\bsteps\b", re.IGNORECASE)


class Shared:
    """A database in memory, and the mirror whose rows it holds now."""

    def __init__(self, mirror: Mirror, marks: Marks) -> None:
        self.marks, self.tables = marks, list(LEAN)
        self.database, self.holds = Database(mirror), weakref.ref(mirror)
        weakref.finalize(self, self.database.close).atexit = False
        self.lock, self._filling, self._moved = Lock(), Lock(), 0
        self._kinds = {name: self._filled(mirror, name) for name in LEAN}
        turns = turns_of(mirror.rows.names("cases"))
        with self.database.cursor() as naming:
            naming.execute(f"CREATE VIEW turns AS {turns}")

    def _filled(self, mirror: Mirror, name: str) -> Mapping[str, str]:
        return filled.fill(self.database, mirror, name, self.marks.get(name, NONE))

    def reading(self, mirror: Mirror, *, with_steps: bool) -> duckdb.DuckDBPyConnection | None:
        """Return a cursor that sees one state to its end; None where the rows moved on."""
        if with_steps and not self._has_steps(mirror):
            return None
        with self.lock:
            if self.holds() is not mirror:
                return None
            return self.database.cursor().begin()

    def _has_steps(self, mirror: Mirror) -> bool:
        """Fill in the steps where they are not there yet; others go on reading meanwhile."""
        with self._filling:
            if "steps" not in self.tables and self.holds() is mirror:
                self._kinds["steps"] = self._filled(mirror, "steps")
                self.tables.append("steps")
            return "steps" in self.tables

    def move_to(self, mirror: Mirror, change: Change) -> Shared | None:
        """Replace the rows that changed; None where new words do not fit."""
        with self._filling, self.lock:
            try:
                self._replace(change)
            except duckdb.ConversionException:
                return None
            self.holds = weakref.ref(mirror)
            self._moved += change.gone.rows.count("cases")
            return self

    def tidy(self) -> None:
        """Give back the memory of rows that went, beside whatever is done, once they are many."""
        if self._moved >= UNTIDY:
            beside(self._tidied)

    def _tidied(self) -> None:
        with self._filling:
            if self._moved < UNTIDY:  # another was quicker
                return
            is_done = self.database.tidied() and self.database.left("cases") <= MOST_LEFT
            self._moved = 0 if is_done else UNTIDY // 2  # others read: again, before long

    def _replace(self, change: Change) -> None:
        """Take out the rows that went and put in those that came, all at once."""
        gone = change.gone.rows.of_cases(["request_id", "received"])
        with self.database.cursor() as cursor:
            cursor.begin()
            for name in self.tables:
                _take_out(cursor, name, gone)
                marks, kinds = self.marks.get(name, NONE), self._kinds[name]
                for batch in change.come.rows.batches(name):
                    come = settled(batch)  # a word that no row has may be none that is known
                    filled.put(cursor, f"INSERT INTO {name} BY NAME", come, kinds, marks)
            cursor.commit()


_OPEN: Once[Shared] = Once()


class NotWantedError(Exception):
    """Rows were to be opened, and whoever asked for them has gone."""


class Reader:
    """A cursor over `cases`, `landmarks`, `turns` and, once a statement names them, `steps`.

    It sees one state to its end, also while the rows move on to the next mirror. Rows that are
    not open yet, or move on, are opened beside whatever is done until the first statement.
    """

    def __init__(self, mirror: Mirror, marks: Marks) -> None:
        self._mirror, self._marks = mirror, marks
        self._has_steps, self._is_closed = False, False
        shared = _OPEN.there(mirror)
        self._cursor = self._reading(shared) if shared is not None else None
        if shared is not None:
            self._shared = shared
        self._opening = beside(self._opened) if self._cursor is None else None

    def of(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Return the cursor for a statement."""
        cursor = self._now()
        if self._has_steps or not _STEPS.search(sql):
            return cursor
        cursor.close()
        self._has_steps = True
        self._cursor = self._opened()
        return self._cursor

    def close(self) -> None:
        """See no more; rows that move on are left to whoever asks next."""
        self._is_closed = True
        if self._opening is not None:
            self._opening.add_done_callback(self._let_go)
        elif self._cursor is not None:
            self._cursor.close()
            self._shared.tidy()

    def _let_go(self, made: Future[duckdb.DuckDBPyConnection]) -> None:
        if made.exception() is None:
            made.result().close()
            self._shared.tidy()

    def _now(self) -> duckdb.DuckDBPyConnection:
        if self._opening is not None:
            self._cursor, self._opening = self._opening.result(), None
        assert self._cursor is not None
        return self._cursor

    def _opened(self) -> duckdb.DuckDBPyConnection:
        mirror, marks = self._mirror, self._marks
        shared = _OPEN.of(
            mirror,
            self._made,
            lambda made, change: made.move_to(mirror, change) if made.marks == marks else None,
        )
        found = self._reading(shared)
        if found is None:
            shared = self._made()
            found = self._reading(shared)
        assert found is not None  # nobody else knows the new one
        self._shared = shared
        return found

    def _made(self) -> Shared:
        if self._is_closed:
            raise NotWantedError("nobody waits for these rows any more")
        return Shared(self._mirror, self._marks)

    def _reading(self, shared: Shared) -> duckdb.DuckDBPyConnection | None:
        if shared.marks != self._marks:
            return None
        return shared.reading(self._mirror, with_steps=self._has_steps)


def beside(make: Callable[[], Made]) -> Future[Made]:
    """Begin to make something in a thread of its own."""
    alone = ThreadPoolExecutor(1)  # the end of the process waits for it, as DuckDB needs
    made = alone.submit(make)
    alone.shutdown(wait=False)
    return made


_NO_MARKS: Marks = {}


def reader(mirror: Mirror, marks: Marks = _NO_MARKS) -> Reader:
    """Return a reader of a mirror whose tables bear further columns (`marks`)."""
    return Reader(mirror, marks)


def glance(mirror: Mirror) -> duckdb.DuckDBPyConnection | None:
    """Return a cursor over `cases` where the mirror is open already, whatever marks it bears."""
    shared = _OPEN.there(mirror)
    return shared.reading(mirror, with_steps=False) if shared is not None else None


def opened(mirror: Mirror) -> duckdb.DuckDBPyConnection:
    """Return a cursor of its own over all tables, in a transaction that ends when it is closed."""
    return reader(mirror).of("FROM steps")


def _take_out(cursor: duckdb.DuckDBPyConnection, name: str, gone: pa.Table) -> None:
    """Delete the rows of some requests; by their receipt whole blocks are passed over."""
    if not gone.num_rows:
        return
    span = pc.min_max(gone["received"])
    within = "TRUE"
    if not gone["received"].null_count:
        within = f"received BETWEEN {span['min'].as_py()} AND {span['max'].as_py()}"
    cursor.register("went", gone)
    cursor.execute(
        f"DELETE FROM {name} WHERE {within} AND request_id IN (SELECT request_id FROM went)"
    )
    cursor.unregister("went")
