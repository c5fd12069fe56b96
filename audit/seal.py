"""Sign the state of the log, growing the tree from the last signed state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from audit.keys import signing_key, verifier_key
from audit.models import AuditEntry, Sequenced, SignedState
from audit.proof.checkpoint import Checkpoint, VerifierKey
from audit.proof.merkle import EMPTY_ROOT, CompactRange
from audit.sequence import LOCK, sequence
from audit.witness import Seen, WitnessRefused, last_seen, show_to_witness

_LEAVES = """
SELECT e.leaf FROM audit_sequenced s JOIN audit_auditentry e ON e.id = s.entry_id
WHERE s.seq >= %s ORDER BY s.seq
"""
_NOT_AS_SIGNED = "the tree of the last {} signed entries was altered"


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
    show_to_witness(state)
    return seal_of(state)


def _sign(last: SignedState | None, at: datetime) -> SignedState | None:
    tree = _grown(_tree_of(last), last_seen())
    if last is not None and tree.size == last.size:
        return last
    if tree.size == 0:
        return None
    checkpoint = Checkpoint(origin=settings.AUDIT_ORIGIN, size=tree.size, root=tree.root())
    note = checkpoint.sign(log_key(), signing_key(settings.AUDIT_KEY_PATH).sign)
    return SignedState.objects.create(
        size=tree.size, root=tree.root(), peaks=tree.to_bytes(), note=note, signed_at=at
    )


def _tree_of(last: SignedState | None) -> CompactRange:
    """Return the tree as it was signed; whoever changed what it grows from has it refused."""
    if last is None:
        return CompactRange()
    try:
        tree = CompactRange.from_bytes(last.size, bytes(last.peaks))
    except ValueError as error:
        raise WitnessRefused(_NOT_AS_SIGNED.format(last.size)) from error
    if tree.root() != bytes(last.root):
        raise WitnessRefused(_NOT_AS_SIGNED.format(last.size))
    return tree


def _grown(tree: CompactRange, seen: Seen | None) -> CompactRange:
    """Add what was numbered since; the tree must pass through what the witness saw last.

    Else an owner of the database could rewrite the log, drop its signed states, and wait for us to
    sign what he wrote.
    """
    size, root = seen or (0, EMPTY_ROOT.hex())
    if tree.size == size:
        _check_seen(tree, root)
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [tree.size])
        while rows := cursor.fetchmany(10_000):
            leaves, missing = [bytes(leaf) for (leaf,) in rows], size - tree.size
            if 0 < missing <= len(leaves):
                tree.extend(leaves[:missing])
                _check_seen(tree, root)
                leaves = leaves[missing:]
            tree.extend(leaves)
    if tree.size < size:
        raise WitnessRefused(f"the log had {size} entries, now it has {tree.size}")
    return tree


def _check_seen(tree: CompactRange, root: str) -> None:
    if tree.root().hex() != root:
        raise WitnessRefused(f"the log of {tree.size} entries has another root now")


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
