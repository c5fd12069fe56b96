"""The audit path of one stored entry (RFC 6962 section 2.1.1), without reading the whole log twice.

Roots of full blocks never change in a log that only grows, so each process keeps those it has
computed. They are a shortcut, not a truth: a path that does not verify is computed anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from audit.models import AuditEntry, SignedState
from audit.proof.inclusion import EntryProof, verify_entry
from audit.proof.merkle import node_hash, root_of
from audit.seal import log_key

BLOCK = 256
_LEAVES = """
SELECT e.leaf FROM audit_sequenced s JOIN audit_auditentry e ON e.id = s.entry_id
WHERE s.seq >= %s AND s.seq < %s ORDER BY s.seq
"""
_KEPT: list[list[bytes]] = [[]]


def proof_of(entry: AuditEntry, seq: int, state: SignedState) -> EntryProof:
    """Return the proof that the entry is number `seq` of a signed log that holds it."""
    proof = _proof(entry, seq, state)
    if not verify_entry(proof).is_sound:
        _KEPT[0] = []
        proof = _proof(entry, seq, state)
    return proof


def _proof(entry: AuditEntry, seq: int, state: SignedState) -> EntryProof:
    return EntryProof(
        body=bytes(entry.body),
        leaf_index=seq,
        leaf_hash=bytes(entry.leaf),
        audit_path=tuple(_path(seq, state.size)),
        checkpoint=state.note,
        key=log_key().text,
    )


def _path(index: int, size: int) -> list[bytes]:
    tree = _Tree(index, size)
    path, first, end = [], 0, size
    while end - first > 1:
        middle = first + (1 << (end - first - 1).bit_length() - 1)
        if index < middle:
            path.append(tree.root(middle, end))
            end = middle
        else:
            path.append(tree.root(first, middle))
            first = middle
    return path[::-1]


class _Tree:
    """Roots of ranges, from the roots of full blocks and the leaves of two blocks."""

    def __init__(self, index: int, size: int) -> None:
        self.blocks = _grown(size // BLOCK)
        mine, last = index // BLOCK * BLOCK, size // BLOCK * BLOCK
        self.leaves: dict[int, bytes] = {}
        for first in {mine, last}:
            self.leaves |= dict(enumerate(_leaves(first, min(first + BLOCK, size)), start=first))

    def root(self, first: int, end: int) -> bytes:
        """Return the root of the leaves from `first` up to `end`."""
        if end - first == BLOCK and first % BLOCK == 0:
            return self.blocks[first // BLOCK]
        if end - first < BLOCK:
            return root_of([self.leaves.get(place, b"\0" * 32) for place in range(first, end)])
        middle = first + (1 << (end - first - 1).bit_length() - 1)
        return node_hash(self.root(first, middle), self.root(middle, end))


def _grown(blocks: int) -> list[bytes]:
    """Return at least so many roots of full blocks; the list is replaced, never changed."""
    known = _KEPT[0]
    if len(known) >= blocks:
        return known
    block: list[bytes] = []
    fresh: list[bytes] = []
    for leaf in _leaves(len(known) * BLOCK, blocks * BLOCK):
        block.append(leaf)
        if len(block) == BLOCK:
            fresh.append(root_of(block))
            block = []
    missing = blocks - len(known) - len(fresh)  # entries are gone: no path will verify
    _KEPT[0] = [*known, *fresh, *[b"\0" * 32] * missing]
    return _KEPT[0]


def _leaves(first: int, end: int) -> Iterator[bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [first, end])
        while rows := cursor.fetchmany(10_000):
            yield from (bytes(leaf) for (leaf,) in rows)
