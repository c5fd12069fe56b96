"""A mirror loaded into a database of its own, once a process; steps only once they are asked for."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
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
from analytics.mirror.words import in_lists, settled

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
    not open yet, or move on, are opened for the first statement; where none comes, they move on
    beside whatever is done next, for whoever asks then.
    """

    def __init__(self, mirror: Mirror, marks: Marks) -> None:
        self._mirror, self._marks = mirror, marks
        self._has_steps, self._is_closed = False, False
        self._moving: Future[duckdb.DuckDBPyConnection] | None = None
        shared = _OPEN.there(mirror)
        self._cursor = self._reading(shared) if shared is not None else None
        if shared is not None:
            self._shared = shared

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
        """See no more."""
        self._is_closed = True
        if self._cursor is None:
            with suppress(RuntimeError):  # the process ends: nobody will ask
                self._moving = beside(self._opened)
                self._moving.add_done_callback(self._let_go)
        else:
            self._cursor.close()
            self._shared.tidy()

    def _let_go(self, made: Future[duckdb.DuckDBPyConnection]) -> None:
        if made.exception() is None:
            made.result().close()
            self._shared.tidy()

    def _now(self) -> duckdb.DuckDBPyConnection:
        if self._cursor is None:
            self._cursor = self._opened()
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


def is_open(mirror: Mirror) -> bool:
    """Say whether a database holds the rows of a mirror now."""
    shared = _OPEN.there(mirror)
    return shared is not None and shared.holds() is mirror


def rows_at_hand(mirror: Mirror, ids: pa.Array, likely: pa.Table) -> dict[str, pa.Table]:
    """Return the cases and landmarks of some requests; neither where the mirror is not open now.

    To look for a few there takes less than to unpack the files in which they lie. `likely` are
    their moments of receipt, as far as they are known: by these whole blocks are passed over.
    """
    looking = [one for one in (glance(mirror) for _ in LEAN) if one is not None]
    with ExitStack() as ending:
        for one in looking:
            ending.enter_context(one)
        if len(looking) < len(LEAN):
            return {}
        found = _both(looking, mirror, ids, likely["received"])
        if found["cases"].num_rows < len(ids):
            found = _both(looking, mirror, ids, None)
    return found if found["cases"].num_rows == len(ids) else {}


def _both(
    looking: Sequence[duckdb.DuckDBPyConnection],
    mirror: Mirror,
    ids: pa.Array,
    received: pa.ChunkedArray | None,
) -> dict[str, pa.Table]:
    """Return rows of both tables, each read beside the other."""
    other = beside(partial(_those, looking[1], mirror, LEAN[1], ids, received))
    return {LEAN[0]: _those(looking[0], mirror, LEAN[0], ids, received), LEAN[1]: other.result()}


def _those(
    looking: duckdb.DuckDBPyConnection,
    mirror: Mirror,
    name: str,
    ids: pa.Array,
    received: pa.ChunkedArray | None,
) -> pa.Table:
    """Return the rows that a mirror has of some requests, received at these moments or at any."""
    is_when = received is not None and not received.null_count
    by, went = ("received", received) if is_when else ("request_id", ids)
    looking.register("went", pa.table({by: went}))
    columns = ", ".join(mirror.rows.names(name))
    found = looking.sql(f"SELECT {columns} FROM {name} WHERE {by} IN (SELECT {by} FROM went)")
    rows = in_lists(found.to_arrow_table())
    looking.unregister("went")
    return rows.filter(pc.is_in(rows["request_id"], value_set=ids))


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
