"""The journal of a request: what happened, in order; everything else is derived from it."""

from django.conf import settings
from django.db import models

from requests_app.models.choices import choices_of, one_of
from requests_app.models.imaging_request import ImagingRequest
from requests_app.vocabulary import EventKind


class Event(models.Model):
    """One thing that happened to a request. Written only by `lifecycle.journal`."""

    request = models.ForeignKey(ImagingRequest, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=24, choices=choices_of(EventKind))
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    actor_role = models.CharField(
        max_length=20, blank=True, help_text="The role of the actor then, as the audit log has it."
    )
    by_person = models.BooleanField(default=False)
    state_from = models.CharField(max_length=20, blank=True)
    state_to = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=4, blank=True)
    channel = models.CharField(max_length=30, blank=True)
    touch = models.CharField(max_length=12, blank=True)
    delivery = models.ForeignKey(
        "requests_app.Delivery", null=True, blank=True, on_delete=models.SET_NULL
    )
    note = models.TextField(blank=True)
    audit_entry = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("request_id", "seq")
        constraints = (
            models.UniqueConstraint(fields=("request", "seq"), name="events_are_numbered"),
            one_of("kind", EventKind, name="event_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.request_id}"
