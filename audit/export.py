"""Export the log as a bundle that anyone can check offline."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import connection

from audit.models import SignedState
from audit.proof.bundle import Bundle, write_bundle
from audit.seal import Seal, seal

_BODIES = """
SELECT e.body, e.leaf FROM audit_sequenced s JOIN audit_auditentry e ON e.id = s.entry_id
WHERE s.seq < %s ORDER BY s.seq
"""


class NothingToExport(RuntimeError):
    """The log is empty."""


def export_bundle(target: Path | BinaryIO, *, at: datetime) -> Seal:
    """Seal the log and write everything up to that state; returns the state it proves."""
    state = seal(at)
    if state is None:
        raise NothingToExport("The audit log is empty: there is nothing to export yet.")
    rows = list(_rows(state.size))
    notes = SignedState.objects.filter(size__lt=state.size).order_by("size")
    bundle = Bundle(
        bodies=[body for body, _ in rows],
        leaves=[leaf for _, leaf in rows],
        note=state.note,
        history=_thinned(list(notes.values_list("note", flat=True))),
        key=state.key,
    )
    write_bundle(target, bundle, made_at=at.isoformat())
    return state


def _rows(size: int) -> Iterator[tuple[bytes, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, [size])
        while rows := cursor.fetchmany(10_000):
            yield from ((bytes(body), bytes(leaf)) for body, leaf in rows)


def _thinned(notes: list[str], most: int = 50) -> list[str]:
    """Keep at most fifty states, evenly: each costs a slow signature check offline."""
    step = max(1, -(-len(notes) // most))
    return notes[::-1][::step][::-1]
