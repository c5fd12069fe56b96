"""Rows of PostgreSQL as columns of Arrow, by COPY."""

from __future__ import annotations

import select
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from django.db import connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from pyarrow import csv

_AT_ONCE = 1 << 25  # bytes
_LOOK_AGAIN = 50  # milliseconds; under TLS libpq may hold bytes that the socket does not show


def copied(select: str, values: Mapping[str, Any], columns: Mapping[str, pa.DataType]) -> pa.Table:
    """Return the rows of a statement; a null is null, an empty word is an empty word."""
    copy = f"COPY ({select}) TO STDOUT (FORMAT csv)"
    tables = [_parsed(text, columns) for text in _texts(copy, values)]
    if not tables:
        return pa.schema(columns).empty_table()
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


@contextmanager
def by_index() -> Iterator[None]:
    """Look rows up by their index, inside a transaction that the caller holds.

    PostgreSQL takes random reads for so slow that it would read the whole journal for a part of
    it, and so once for every part: six times the work with 16 million events.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


def listed(ids: Collection[int] | None) -> str:
    """Return numbers as PostgreSQL writes a list: the driver takes a second for 100,000."""
    return "{" + ",".join(map(str, ids or ())) + "}"


def _texts(copy: str, values: Mapping[str, Any]) -> Iterator[bytearray]:
    """Yield many rows at once, as libpq gives them: the driver's own loop takes five times longer.

    Whoever asks for no more lets the rest pass by, so that the connection is free again.
    """
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute("SELECT")  # the driver opens a transaction with its own statements only
        server = connection.connection.pgconn
        _check(server.exec_(cursor.mogrify(copy, values).encode()), ExecStatus.COPY_OUT)
        rows = _rows(server)
        text = bytearray()
        try:
            for row in rows:
                text += row
                if len(text) >= _AT_ONCE:
                    yield text
                    text = bytearray()
            if text:
                yield text
        finally:
            for _ in rows:
                pass
            ends = list(iter(server.get_result, None))
        for end in ends:
            _check(end, ExecStatus.COMMAND_OK)


def _rows(server: PGconn) -> Iterator[memoryview]:
    """Yield rows as they come; while libpq itself waits for more, no other thread of Python runs."""
    ready = select.poll()
    ready.register(server.socket, select.POLLIN)
    while True:
        size, row = server.get_copy_data(1)
        if size > 0:
            yield row
        elif size < 0:
            return
        else:
            ready.poll(_LOOK_AGAIN)
            server.consume_input()


def _check(result: PGresult, wanted: ExecStatus) -> None:
    if result.status != wanted:
        raise error_from_result(result)


def _parsed(text: bytearray, columns: Mapping[str, pa.DataType]) -> pa.Table:
    return csv.read_csv(
        pa.BufferReader(pa.py_buffer(text)),
        read_options=csv.ReadOptions(
            column_names=list(columns), use_threads=False, block_size=len(text) + 1
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict(columns),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
