"""Rows of the log: entries, their order, and the signed states. No constraints between them."""

import uuid

from django.db import models


class AuditEntry(models.Model):
    """One entry. `body` is the truth; the other columns repeat it so that it can be searched."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    action = models.CharField(max_length=1)
    outcome = models.CharField(max_length=2)
    agent = models.CharField(max_length=80)
    agent_name = models.CharField(max_length=160, blank=True)
    subject = models.CharField(max_length=120)
    facility = models.CharField(max_length=60, blank=True)
    patient = models.CharField(max_length=64, blank=True)
    body = models.BinaryField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("-at",)
        verbose_name_plural = "audit entries"
        indexes = (
            models.Index(fields=("at",), name="audit_by_time"),
            models.Index(fields=("subject", "at"), name="audit_by_subject"),
            models.Index(fields=("agent", "at"), name="audit_by_agent"),
            models.Index(fields=("facility", "at"), name="audit_by_facility"),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"


class Pending(models.Model):
    """An entry that has no place in the order yet."""

    entry_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return str(self.entry_id)


class Sequenced(models.Model):
    """The place of an entry: numbers without gaps from 0."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(
        AuditEntry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="place"
    )

    class Meta:
        verbose_name_plural = "sequenced"

    def __str__(self) -> str:
        return str(self.seq)


class SignedState(models.Model):
    """A signed checkpoint, with what is needed to grow the tree from there."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    peaks = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"{self.size} entries"


class Review(models.Model):
    """A documented look at a range of the log (45 CFR 164.308(a)(1)(ii)(D))."""

    reviewed_at = models.DateTimeField()
    reviewer = models.CharField(max_length=160)
    since = models.DateField()
    until = models.DateField()
    entries = models.BigIntegerField()
    first_seq = models.BigIntegerField(null=True)
    last_seq = models.BigIntegerField(null=True)
    facilities = models.TextField(blank=True, default="")
    finding = models.TextField(blank=True)

    class Meta:
        ordering = ("-until", "-id")

    def __str__(self) -> str:
        return f"{self.since} to {self.until}"
