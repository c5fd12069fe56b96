"""Whether a published mirror holds what a reading of everything gives, file by file."""

from __future__ import annotations

from hashlib import sha256

from analytics.mirror.arranged import replaced
from analytics.mirror.files import path_of
from analytics.mirror.partition import Partitions, nothing
from analytics.mirror.published import Published
from analytics.mirror.rows import TABLES


def differing(made: Published, pieces: Partitions) -> tuple[str, ...]:
    """Return the files that would have other bytes for these pieces, or are not in both.

    What lies beside the pieces is put where it belongs first.
    """
    theirs = {
        path_of(table, key): sha256(piece.stored.of(table).packed).hexdigest()
        for key, piece in pieces.items()
        for table in TABLES
    }
    ours = {}
    for key, piece in replaced(made.pieces, (), nothing()).items():
        is_published = made.pieces.get(key) is piece
        for table in TABLES:
            path = path_of(table, key)
            ours[path] = (
                made.files[path]["sha256"]
                if is_published
                else sha256(piece.stored.of(table).packed).hexdigest()
            )
    return tuple(sorted({path for path, _ in theirs.items() ^ ours.items()}))
