"""Keys by which programs of a person call the API in that person's name."""

from django.conf import settings
from django.db import models


class AccessKey(models.Model):
    """One key of one person; the secret is shown once, and kept here only as its hash."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_keys"
    )
    name = models.CharField(max_length=80)
    secret_hash = models.CharField(max_length=64, unique=True)
    may_write = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True, help_text="In UTC.")

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.name
