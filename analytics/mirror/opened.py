"""A mirror loaded into a database of its own, once a process; steps only once they are asked for."""

from __future__ import annotations

import re
import weakref
from threading import Lock

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from analytics.mirror import filled
from analytics.mirror.databases import Database
from analytics.mirror.fold import Change, Mirror
from analytics.mirror.further import NONE, Marks
from analytics.mirror.once import Once
from analytics.mirror.turns import turns_of

LEAN = ("cases", "landmarks")
_STEPS = re.compile(r"\bsteps\b", re.IGNORECASE)


class Shared:
    """A database in memory, and the mirror whose rows it holds now."""

    def __init__(self, mirror: Mirror, marks: Marks, beside: Database | None = None) -> None:
        self.marks, self.tables = marks, list(LEAN)
        self.database, self.holds = Database(mirror, beside), weakref.ref(mirror)
        weakref.finalize(self, self.database.close).atexit = False
        self.lock, self._filling = Lock(), Lock()
        for name in LEAN:
            filled.fill(self.database, mirror, name, marks.get(name, NONE))
        turns = turns_of(mirror.rows.names("cases"))
        with self.database.cursor() as naming:
            naming.execute(f"CREATE VIEW turns AS {turns}")

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
                filled.fill(self.database, mirror, "steps", NONE)
                self.tables.append("steps")
            return "steps" in self.tables

    def move_to(self, mirror: Mirror, change: Change) -> Shared | None:
        """Replace the rows that changed; None where new words do not fit."""
        with self._filling, self.lock:
            if change.before is None or self.holds() is not change.before:
                return None
            try:
                if not self._replace(change):
                    return None
            except duckdb.ConversionException:
                return None
            self.holds = weakref.ref(mirror)
            return self

    def _replace(self, change: Change) -> bool:
        """Take out the rows that went and put in those that came, all at once."""
        both = change.both
        if not both.cases.num_rows:
            return True
        other = _OPEN.of(both, lambda: Shared(both, self.marks, self.database))
        if other.marks != self.marks or not other.database.is_beside(self.database):
            return False
        if "steps" in self.tables:
            other._has_steps(both)
        with self.database.cursor() as cursor:
            cursor.begin()
            for name in self.tables:
                table = f"{other.database.name}.{name}"
                if change.gone.cases.num_rows:
                    _take_out(cursor, name, table, change.gone.cases)
                come = f"SELECT * EXCLUDE (came) FROM {table} WHERE came"
                rows = both.rows.count(name)
                filled.briefly(cursor, f"INSERT INTO {name} BY NAME {come}", rows)
            cursor.commit()
        return True


_OPEN: Once[Shared] = Once()


class Reader:
    """A cursor over `cases`, `landmarks`, `turns` and, once a statement names them, `steps`.

    It sees one state to its end, also while the rows move on to the next mirror.
    """

    def __init__(self, mirror: Mirror, marks: Marks) -> None:
        self._mirror, self._marks, self._has_steps = mirror, marks, False
        self._cursor = self._opened()

    def of(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Return the cursor for a statement."""
        if not self._has_steps and _STEPS.search(sql):
            self._cursor.close()
            self._has_steps = True
            self._cursor = self._opened()
        return self._cursor

    def close(self) -> None:
        """See no more."""
        self._cursor.close()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        mirror, marks = self._mirror, self._marks
        shared = _OPEN.of(
            mirror,
            lambda: Shared(mirror, marks),
            lambda made, change: made.move_to(mirror, change) if made.marks == marks else None,
        )
        found = None
        if shared.marks == marks:
            found = shared.reading(mirror, with_steps=self._has_steps)
        if found is None:
            found = Shared(mirror, marks).reading(mirror, with_steps=self._has_steps)
        if found is None:
            raise LookupError("a database that nobody else has holds another mirror")
        return found


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


def _take_out(cursor: duckdb.DuckDBPyConnection, name: str, changed: str, gone: pa.Table) -> None:
    """Delete the rows of some requests; by their receipt whole blocks are passed over."""
    span = pc.min_max(gone["received"])
    within = "TRUE"
    if not gone["received"].null_count:
        within = f"received BETWEEN {span['min'].as_py()} AND {span['max'].as_py()}"
    went = f"SELECT request_id FROM {changed} WHERE NOT came"
    cursor.execute(f"DELETE FROM {name} WHERE {within} AND request_id IN ({went})")
