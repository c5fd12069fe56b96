"""Append one entry, in the transaction of the change that it tells of."""

from django.db import connection

from audit.models import AuditEntry
from audit.proof.entry import Entry
from audit.proof.merkle import leaf_hash

_INSERT = """
WITH written AS (
    INSERT INTO audit_auditentry
        (id, at, verb, action, outcome, agent, agent_name, subject, facility, patient, body, leaf)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id)
INSERT INTO audit_pending (entry_id) SELECT id FROM written
"""


class NotInTransaction(RuntimeError):
    """An entry without a transaction could outlive the change that it tells of."""


def append(entry: Entry) -> AuditEntry:
    """Write the entry and its pending row in one statement; takes no shared lock.

    Raises NotInTransaction outside `transaction.atomic()`. If this fails, the change fails.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("append an audit entry inside the transaction of its change")
    row = row_of(entry.body(), entry)
    values = [getattr(row, field.attname) for field in AuditEntry._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
    return row


def row_of(body: bytes, entry: Entry) -> AuditEntry:
    """Return the unsaved row of an entry."""
    return AuditEntry(
        id=entry.id,
        at=entry.at,
        verb=entry.verb,
        action=entry.action.value,
        outcome=entry.outcome.value,
        agent=entry.agent.id,
        agent_name=entry.agent.name,
        subject=entry.subject,
        facility=entry.facility,
        patient=entry.patient,
        body=body,
        leaf=leaf_hash(body),
    )
