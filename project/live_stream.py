"""Turn a stream that blocks into one that the event loop can wait for, piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async

PIECE = 64 * 1024  # bytes gathered for one turn of the thread: rows of a table are short


async def in_turns(stream: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Yield a stream; each piece is made on the request's own thread, with its connection."""
    pieces = iter(stream)
    while piece := await sync_to_async(_next_piece, thread_sensitive=True)(pieces):
        yield piece


def _next_piece(pieces: Iterator[bytes]) -> bytes:
    """Return the next bytes, empty only at the end; StopIteration cannot cross a thread."""
    gathered = bytearray()
    for piece in pieces:
        gathered += piece
        if len(gathered) >= PIECE:
            break
    return bytes(gathered)
