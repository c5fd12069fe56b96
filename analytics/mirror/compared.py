"""Whether a published mirror holds what a reading of everything gives, and the hash of that.

What lies beside its pieces is put where it belongs first.
"""

from __future__ import annotations

from hashlib import sha256

from analytics.mirror.arranged import replaced
from analytics.mirror.files import path_of
from analytics.mirror.partition import Partitions, content_of, digests_of, nothing
from analytics.mirror.published import Published
from analytics.mirror.rows import TABLES


def differing(made: Published, pieces: Partitions) -> tuple[str, ...]:
    """Return the files that would have other bytes for these pieces, or are not in both."""
    theirs = _hashes(pieces)
    arranged = replaced(made.pieces, (), nothing())
    ours = _hashes({key: one for key, one in arranged.items() if made.pieces.get(key) is not one})
    ours |= {path: made.files[path]["sha256"] for path in _paths(arranged) if path not in ours}
    return tuple(sorted({path for path, _ in theirs.items() ^ ours.items()}))


def _paths(pieces: Partitions) -> list[str]:
    return [path_of(table, key) for key in pieces for table in TABLES]


def _hashes(pieces: Partitions) -> dict[str, str]:
    """Return the SHA-256 of the file of each table of each piece."""
    return {
        path_of(table, key): sha256(piece.stored.of(table).packed).hexdigest()
        for key, piece in pieces.items()
        for table in TABLES
    }


def content_of_rows(pieces: Partitions) -> str:
    """Return the hash of all rows, wherever they lie: that of a reading of everything."""
    arranged = replaced(pieces, (), nothing())
    return content_of(digests_of(arranged), arranged)
