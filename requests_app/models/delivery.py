"""Deliveries of a request and the secure links that carry some of them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from requests_app.models.choices import choices_of, one_of
from requests_app.models.imaging_request import ImagingRequest, ImagingRequestQuerySet
from requests_app.models.study import Instance
from requests_app.vocabulary import Channel, DeliveryState


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """The questions one asks of many deliveries."""

    def of(
        self, requests: ImagingRequestQuerySet, state: DeliveryState | None = None
    ) -> DeliveryQuerySet:
        """Return the deliveries of some requests, the newest first."""
        found = self.filter(request__in=requests).select_related("request__facility", "link")
        if state is not None:
            found = found.filter(state=state)
        return found.order_by("-created_at", "-id")


class Delivery(models.Model):
    """One attempt to hand the images over, by one channel, to one recipient."""

    request = models.ForeignKey(ImagingRequest, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=30, choices=choices_of(Channel))
    state = models.CharField(
        max_length=10, choices=choices_of(DeliveryState), default=DeliveryState.QUEUED
    )
    recipient_name = models.CharField(max_length=200)
    recipient_address = models.CharField(max_length=320, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    available_at = models.DateTimeField(null=True, blank=True)
    first_opened_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure_code = models.CharField(max_length=4, blank=True)
    instances = models.ManyToManyField(
        Instance,
        related_name="deliveries",
        blank=True,
        help_text="What it released: the images that were there when it was made.",
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "id")
        verbose_name_plural = "deliveries"
        constraints = (
            one_of("channel", Channel, name="delivery_channel_is_known"),
            one_of("state", DeliveryState, name="delivery_state_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.request} by {self.channel}"


def goes_by() -> Coalesce:
    """Return how a request goes: by its latest delivery, or before any as it is wanted."""
    latest = Delivery.objects.filter(request=models.OuterRef("pk")).order_by("-created_at", "-id")
    return Coalesce(models.Subquery(latest.values("channel")[:1]), models.F("preferred_channel"))


class ShareLink(models.Model):
    """A secure link. The token is an HMAC of `salt` under a key outside the database;
    only its hash is kept, so a stolen database opens nothing."""

    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, related_name="link")
    salt = models.CharField(max_length=32, unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    max_downloads = models.PositiveIntegerField(default=20)
    downloads = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"Link of {self.delivery}"

    def is_live(self, at: datetime) -> bool:
        """Say whether the link still opens."""
        is_released = self.delivery.state == DeliveryState.AVAILABLE
        return is_released and self.revoked_at is None and at < self.expires_at
