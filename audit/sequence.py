"""Give entries their numbers: one sequencer at a time, no gaps, none skipped.

Entries wait in a queue of their own and leave it only when numbered, so an entry whose
transaction commits late is numbered late, never lost (a cursor over ids would lose it).
"""

from django.db import connection, transaction

LOCK = 0x617564697400  # advisory lock of the sequencer
_TAKE = """
WITH taken AS (
    DELETE FROM audit_pending WHERE id IN
        (SELECT id FROM audit_pending ORDER BY id LIMIT %s) RETURNING id, entry_id)
INSERT INTO audit_sequenced (seq, entry_id)
SELECT coalesce((SELECT max(seq) + 1 FROM audit_sequenced), 0)
    + row_number() OVER (ORDER BY id) - 1, entry_id FROM taken
"""


def sequence(limit: int = 1_000_000) -> int:
    """Number what waits; return how many entries were numbered."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_TAKE, [limit])
        return int(cursor.rowcount)
