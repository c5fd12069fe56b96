"""Messages to people: a row is the work, the queue only wakes the sender."""

from django.db import models

from requests_app.models.choices import choices_of, one_of
from requests_app.models.delivery import Delivery
from requests_app.models.imaging_request import ImagingRequest
from requests_app.vocabulary import NoticeState


class Notice(models.Model):
    """One mail to one person; its words are made from a template when it is sent.

    No text is kept here, so that no secret link rests in the database.
    """

    request = models.ForeignKey(ImagingRequest, on_delete=models.CASCADE, related_name="notices")
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=40)
    address = models.EmailField()
    state = models.CharField(
        max_length=10, choices=choices_of(NoticeState), default=NoticeState.QUEUED
    )
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (one_of("state", NoticeState, name="notice_state_is_known"),)

    def __str__(self) -> str:
        return f"{self.kind} for {self.request}"
