"""Sign the state of the log, growing the tree from the last signed state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from audit.keys import signing_key, verifier_key
from audit.models import AuditEntry, Sequenced, SignedState
from audit.proof.checkpoint import Checkpoint, VerifierKey
from audit.proof.merkle import CompactRange
from audit.sequence import LOCK, sequence
from audit.witness import show_to_witness

_LEAVES = """
SELECT e.leaf FROM audit_sequenced s JOIN audit_auditentry e ON e.id = s.entry_id
WHERE s.seq >= %s ORDER BY s.seq
"""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """A signed checkpoint as reports print it."""

    size: int
    root: str
    note: str
    signed_at: datetime
    key: str


def log_key() -> VerifierKey:
    """Return the public key of this log."""
    return verifier_key(settings.AUDIT_KEY_PATH, settings.AUDIT_ORIGIN)


def seal(at: datetime) -> Seal | None:
    """Number what waits, sign the new state and show it to the witness; None for an empty log."""
    sequence()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = SignedState.objects.order_by("-size").first()
        state = _sign(last, at)
    if state is None:
        return None
    show_to_witness(settings.AUDIT_KEY_PATH.with_name("witness.jsonl"), state)
    return seal_of(state)


def _sign(last: SignedState | None, at: datetime) -> SignedState | None:
    tree = CompactRange.from_bytes(last.size, bytes(last.peaks)) if last else CompactRange()
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [tree.size])
        while rows := cursor.fetchmany(10_000):
            tree.extend(bytes(leaf) for (leaf,) in rows)
    if last is not None and tree.size == last.size:
        return last
    if tree.size == 0:
        return None
    checkpoint = Checkpoint(origin=settings.AUDIT_ORIGIN, size=tree.size, root=tree.root())
    note = checkpoint.sign(log_key(), signing_key(settings.AUDIT_KEY_PATH).sign)
    return SignedState.objects.create(
        size=tree.size, root=tree.root(), peaks=tree.to_bytes(), note=note, signed_at=at
    )


def sealed_beyond(entry: AuditEntry, at: datetime) -> SignedState:
    """Return the newest signed state, which holds the entry; one is signed where it does not yet."""
    state = _holding(entry)
    if state is None:
        seal(at)
        state = SignedState.objects.order_by("-size")[0]
    return state


def _holding(entry: AuditEntry) -> SignedState | None:
    place = Sequenced.objects.filter(entry=entry).first()
    if place is None:
        return None
    return SignedState.objects.filter(size__gt=place.seq).order_by("-size").first()


def seal_of(state: SignedState) -> Seal:
    """Return a stored state as reports print it."""
    return Seal(
        size=state.size,
        root=bytes(state.root).hex(),
        note=state.note,
        signed_at=state.signed_at,
        key=log_key().text,
    )
