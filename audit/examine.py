"""Check the log where it lies: bodies, columns, order, signatures, witness."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from audit.models import AuditEntry, Pending, Sequenced, SignedState
from audit.proof.checkpoint import BadCheckpoint, Checkpoint
from audit.proof.merkle import CompactRange, leaf_hash
from audit.seal import log_key
from audit.witness import WitnessRefused, all_seen

_ROWS = """
SELECT s.seq, e.id, e.body, e.leaf, e.at, e.verb, e.action, e.outcome, e.agent, e.agent_name,
    e.subject, e.facility, e.patient
FROM audit_sequenced s LEFT JOIN audit_auditentry e ON e.id = s.entry_id ORDER BY s.seq
"""
_WAITING = """
SELECT p.id, e.id, e.body, e.leaf, e.at, e.verb, e.action, e.outcome, e.agent, e.agent_name,
    e.subject, e.facility, e.patient
FROM audit_pending p LEFT JOIN audit_auditentry e ON e.id = p.entry_id ORDER BY p.id
"""
_ENOUGH = 20
_OTHER_LOG = "The witness saw a log of {} entries that is not this one."


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What the check found; `findings` is empty when nothing was altered."""

    entries: int
    pending: int
    size: int
    root: str
    signed_at: datetime | None
    findings: tuple[str, ...]


def examine() -> Examination:
    """Derive every signed state again from the entries and compare."""
    findings: list[str] = []
    states = list(SignedState.objects.order_by("size"))
    seen = _witnessed(findings)
    if lost := seen.keys() - {state.size for state in states}:
        findings.append(_OTHER_LOG.format(max(lost)))
    count = _walk(states, seen, findings)
    _check_waiting(findings)
    _check_counts(count, findings)
    last = states[-1] if states else None
    return Examination(
        entries=count,
        pending=Pending.objects.count(),
        size=last.size if last else 0,
        root=bytes(last.root).hex() if last else "",
        signed_at=last.signed_at if last else None,
        findings=tuple(findings),
    )


def _witnessed(findings: list[str]) -> dict[int, str]:
    try:
        return dict(all_seen())
    except WitnessRefused as error:
        findings.append(f"The witness cannot be asked: {error}.")
        return {}


def _walk(states: list[SignedState], seen: dict[int, str], findings: list[str]) -> int:
    tree, marks, key = CompactRange(), {state.size: state for state in states}, log_key()
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS)
        while rows := cursor.fetchmany(5_000):
            for row in rows:
                tree.append(_check_row(tree.size, row, findings))
                if tree.size in marks:
                    _check_state(marks.pop(tree.size), tree, key.text, findings)
                if tree.size in seen and seen.pop(tree.size) != tree.root().hex():
                    findings.append(_OTHER_LOG.format(tree.size))
                if len(findings) > _ENOUGH:
                    return tree.size
    for size in sorted(marks):
        findings.append(f"Entries are missing: {size} were signed, {tree.size} are here.")
    return tree.size


def _check_row(place: int, row: tuple[Any, ...], findings: list[str]) -> bytes:
    seq, *stored = row
    if seq != place:
        findings.append(f"Entry {place} is missing: the next one is numbered {seq}.")
    return _check_entry(f"Entry {seq}", stored, findings)


def _check_entry(name: str, stored: list[Any], findings: list[str]) -> bytes:
    """Return the leaf hash of what is stored; say where bytes, hash and columns disagree."""
    entry_id, body, leaf, *columns = stored
    if body is None:
        findings.append(f"{name} is missing: its row is gone.")
        return b"\x00" * 32
    raw = bytes(body)
    found = leaf_hash(raw)
    if found != bytes(leaf):
        findings.append(f"{name} ({entry_id}) was altered: its bytes do not fit its hash.")
    elif _columns_of(raw) != [str(entry_id), *columns]:
        findings.append(f"{name} ({entry_id}): its search columns do not repeat its body.")
    return found


def _columns_of(raw: bytes) -> list[object]:
    try:
        said = json.loads(raw)
        agent = said["agent"]
        return [
            *(said["id"], datetime.fromisoformat(said["at"]), said["verb"], said["action"]),
            *(said["outcome"], agent["id"], agent["name"], said["subject"]),
            *(said["facility"], said["patient"]),
        ]
    except (ValueError, LookupError, TypeError, RecursionError):
        return []


def _check_waiting(findings: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        while (rows := cursor.fetchmany(5_000)) and len(findings) <= _ENOUGH:
            for _, *stored in rows:
                _check_entry("An entry that waits", stored, findings)


def _check_state(state: SignedState, tree: CompactRange, key: str, findings: list[str]) -> None:
    try:
        signed = Checkpoint.from_note(state.note, log_key())
    except BadCheckpoint as error:
        findings.append(f"The checkpoint of {state.size} entries under {key}: {error}.")
        return
    if signed.size != tree.size or signed.root != tree.root():
        findings.append(f"An entry before number {state.size} is not as it was signed.")


def _check_counts(sequenced: int, findings: list[str]) -> None:
    waiting = set(Pending.objects.values_list("entry_id", flat=True))
    stored = AuditEntry.objects.count()
    if stored != Sequenced.objects.count() + len(waiting) and len(findings) <= _ENOUGH:
        findings.append(
            f"{stored} entries are stored, {sequenced} are numbered and {len(waiting)} wait: "
            "the sums differ."
        )
