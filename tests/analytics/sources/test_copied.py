"""Rows of PostgreSQL by COPY."""

import pytest
from django.db import connection, transaction

from analytics.sources.copied import by_index


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
