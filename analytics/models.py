"""Rows of analytics: logs that hospitals brought, changes to fold, and what was published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from requests_app.models import Organization


class UploadedLog(models.Model):
    """One imported log of one organization; its tables are Parquet files."""

    name = models.SlugField(max_length=60)
    organization = models.ForeignKey(
        "requests_app.Organization", null=True, blank=True, on_delete=models.CASCADE
    )
    folder = models.CharField(max_length=32, unique=True)
    digest = models.CharField(max_length=64)
    mapping = models.JSONField()
    answer = models.JSONField()
    as_of = models.BigIntegerField(help_text="seconds since 1970, UTC")
    code_key = models.CharField(max_length=64, blank=True, default="")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ("-uploaded_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("name", "organization"),
                name="one_log_of_a_name",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """A large file that the worker imports: how far it is, and how it ended."""

    class State(models.TextChoices):
        """Where a run stands."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        CANCELLED = "cancelled"
        FAILED = "failed"

    OPEN = (State.WAITING, State.RUNNING)

    name = models.SlugField(max_length=60)
    organization = models.ForeignKey(
        "requests_app.Organization", null=True, blank=True, on_delete=models.CASCADE
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    draft = models.CharField(max_length=32, help_text="the file's name on disk, which is ours")
    mapping = models.JSONField()
    proposed_zone = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    stage = models.CharField(max_length=12, blank=True, default="")
    percent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="how often it was begun since somebody asked"
    )
    stop_asked = models.BooleanField(default=False)
    sentence = models.CharField(max_length=500, blank=True, default="")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ("-asked_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(percent__lte=100), name="no_more_than_the_whole"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"


class SavedMapping(models.Model):
    """How an organization read files with the same headers last time."""

    organization = models.ForeignKey(
        "requests_app.Organization", null=True, blank=True, on_delete=models.CASCADE
    )
    signature = models.CharField(max_length=64, help_text="hash of the headers")
    mapping = models.JSONField()
    logs = models.JSONField(default=list, help_text="names of the logs that were read so")
    used_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "signature"),
                name="one_mapping_of_the_same_headers",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return self.signature[:12]


class Change(models.Model):
    """Something that the mirror of live work must be folded anew for.

    Written by triggers in the writer's own transaction (migration 0004), and deleted in the
    transaction in which the next mirror is published.
    """

    id = models.BigAutoField(primary_key=True)
    request_id = models.BigIntegerField(null=True)
    facility_id = models.BigIntegerField(null=True)
    organization_id = models.BigIntegerField(null=True)
    since = models.DateTimeField(
        null=True, help_text="of a request the changed moment, else the first receipt touched"
    )

    def __str__(self) -> str:
        return f"change {self.pk}"


class PublishedMirror(models.Model):
    """Which published mirror holds everything that is no longer in the changes."""

    source = models.CharField(max_length=60, primary_key=True)
    snapshot = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.source


class PacksOfDockets(models.QuerySet["PublishedPack"]):
    """Queries over publications."""

    def of(self, docket: str, organization: Organization | None) -> PacksOfDockets:
        """Return the publications of a docket of an organization (or of all), the first first."""
        return self.filter(docket=docket, organization=organization).order_by("number")


class PublishedPack(models.Model):
    """What was published for a docket: every count, shown or hidden, and how they hang together.

    The next publication is compared with it (analytics.readers.dockets). It holds counts by their
    names and no row of a request; true counts that were hidden are for the publisher alone.
    """

    docket = models.SlugField(max_length=60)
    organization = models.ForeignKey(
        "requests_app.Organization", null=True, blank=True, on_delete=models.PROTECT
    )
    number = models.PositiveIntegerField(help_text="1 for the first publication of its docket")
    selection = models.TextField(help_text="the options of the command that choose the same")
    definitions = models.JSONField(help_text="the measures, and a hash of what each counts")
    content = models.JSONField()
    published_at = models.DateTimeField()

    objects = PacksOfDockets.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("docket", "organization", "number"),
                name="one_pack_of_a_number",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.docket} {self.number}"
