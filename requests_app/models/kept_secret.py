"""Secrets that wait for the one page that shows them."""

from django.conf import settings
from django.db import models


class KeptSecret(models.Model):
    """One secret of one person's session, sealed under a key outside the database."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_secrets"
    )
    session_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=80)
    sealed = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
