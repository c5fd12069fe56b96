"""Organizations and their facilities: the scope of everything else."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models


class Organization(models.Model):
    """A hospital or health system that releases images."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(unique=True)

    def __str__(self) -> str:
        return self.name


class Facility(models.Model):
    """One site of an organization, with its own time zone and holidays."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="facilities"
    )
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    slug = models.SlugField(unique=True)
    zone = models.CharField(max_length=60, default="America/Chicago", help_text="IANA time zone")
    accepts_requests = models.BooleanField(default=True)
    closes_after_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=30,
        help_text="Days after delivery when a request closes by itself; empty: never.",
    )

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "facilities"

    def __str__(self) -> str:
        return self.name

    def local_day(self, at: datetime) -> date:
        """Return the facility's date at a moment."""
        return at.astimezone(ZoneInfo(self.zone)).date()
