"""Rows of PostgreSQL by COPY."""

import time
from threading import Event, Thread

import pyarrow as pa
import pytest
from django.db import DataError, connection, transaction

from analytics.sources.copied import by_index, copied

_SLOWLY = """
SELECT n, repeat('a', 10000), CASE WHEN n > 1 THEN pg_sleep(0.2)::text END
FROM generate_series(1, 3) n
"""


def _is_scanned() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_seqscan")
        (found,) = cursor.fetchone()
    return str(found)


@pytest.mark.django_db
def test_parts_are_looked_up_by_index_and_what_follows_as_postgresql_likes() -> None:
    with transaction.atomic():
        with by_index():
            assert _is_scanned() == "off"
        assert _is_scanned() == "on"


@pytest.mark.django_db
def test_other_threads_run_while_rows_are_awaited() -> None:
    turns, over = 0, Event()

    def turn() -> None:
        nonlocal turns
        while not over.is_set():
            turns += 1
            time.sleep(0.001)

    other = Thread(target=turn)
    other.start()
    columns = {"n": pa.int64(), "words": pa.string(), "slept": pa.string()}
    began, before = time.perf_counter(), turns
    found = copied(_SLOWLY, {}, columns)
    took, turned = time.perf_counter() - began, turns - before
    over.set()
    other.join()
    assert found["n"].to_pylist() == [1, 2, 3]
    assert found["slept"].to_pylist() == [None, "", ""]
    assert took >= 0.4
    assert turned > 20


@pytest.mark.django_db
def test_a_statement_that_fails_among_its_rows_is_told_and_leaves_the_connection_free() -> None:
    with pytest.raises(DataError), transaction.atomic():
        copied("SELECT 1 / (5000 - n) FROM generate_series(1, 9999) n", {}, {"n": pa.int64()})
    assert copied("SELECT 7", {}, {"n": pa.int64()})["n"].to_pylist() == [7]
