"""The DuckDB of a process, and a database in it for the tables of each mirror."""

from __future__ import annotations

import os
from itertools import count
from threading import Lock

import duckdb

from analytics.mirror.bounds import Bounds, bounds
from analytics.mirror.fold import Mirror

MANY = 3_000_000  # requests from which on rows are compressed: a fifth of the bytes
THREADS = 2
NEVER = "1 TB"  # of changes, until DuckDB would tidy up within a commit
ROOM = "mirror"  # begins the name of the database within DuckDB in which a mirror's tables are


class Database:
    """An empty database for the tables of a mirror; it ends when it is closed."""

    def __init__(self, mirror: Mirror) -> None:
        self.is_compressed = mirror.rows.count("cases") >= MANY
        self.name, self._process = f"{ROOM}_{next(_NUMBERS)}", os.getpid()
        # What is compressed waits until nobody reads: who reads other mirrors is not in its way.
        self._host = _begun(bounds()) if self.is_compressed else host()
        with self._host.cursor() as asking:
            how = " (COMPRESS)" if self.is_compressed else ""
            asking.execute(f"ATTACH ':memory:' AS {self.name}{how}")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor that finds the tables."""
        found = self._host.cursor()
        found.execute(f"USE {self.name}")
        return found

    def tidied(self) -> bool:
        """Compress what came where that is wanted, and give back the memory of rows that went.

        False where somebody writes meanwhile. Rows that went stay while anybody in this process
        reads any mirror: `left` says how many.
        """
        with self.cursor() as asking:
            try:
                asking.execute(f"CHECKPOINT {self.name}")
            except duckdb.Error:
                return False
        return True

    def left(self, table: str) -> int:
        """Return how many rows that went still take memory."""
        with self.cursor() as asking:
            found = asking.execute(
                "SELECT sum(count)::BIGINT - (SELECT count(*) FROM query_table(?)) "
                "FROM pragma_storage_info(?) WHERE column_id = 0 AND segment_type <> 'VALIDITY'",
                [table, table],
            ).fetchone()
        return int(found[0] or 0) if found else 0

    def close(self) -> None:
        """Give its memory back, once nobody is in a transaction that began before.

        A fork leaves that to the process that made it: the threads of its DuckDB are not there.
        """
        if os.getpid() != self._process:
            return
        with self._host.cursor() as asking:
            asking.execute(f"DETACH DATABASE IF EXISTS {self.name}")


_NUMBERS = count()
_BEGINNING = Lock()
_HOSTS: dict[tuple[int, Bounds], duckdb.DuckDBPyConnection] = {}


def host() -> duckdb.DuckDBPyConnection:
    """Return the DuckDB of this process: to begin one takes longer than to fill a small mirror.

    A process that was forked begins its own: threads of the other are not there.
    """
    key = os.getpid(), bounds()
    with _BEGINNING:
        if key not in _HOSTS:
            _HOSTS[key] = _begun(bounds())
        return _HOSTS[key]


def _begun(bounds: Bounds) -> duckdb.DuckDBPyConnection:
    # A transaction is to see what is there when it begins, and not when it first asks. Rows that
    # went are tidied away when nobody waits for a commit, and never within one.
    found = duckdb.connect(
        config={
            "threads": THREADS,
            "immediate_transaction_mode": True,
            "wal_autocheckpoint": NEVER,
        }
    )
    found.execute("SET memory_limit = ?", [bounds.memory])
    if bounds.folder:
        found.execute("SET temp_directory = ?", [bounds.folder])
    return found
