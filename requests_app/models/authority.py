"""The paper by which somebody asks who is neither the patient nor holds an authorization."""

from datetime import date

from django.conf import settings
from django.db import models

from requests_app.models.choices import choices_of, one_of
from requests_app.models.imaging_request import ImagingRequest
from requests_app.vocabulary import AuthorityKind


class AuthorityDocument(models.Model):
    """What release staff saw: a representative's paper, an order of the law, a directive."""

    request = models.OneToOneField(
        ImagingRequest, on_delete=models.CASCADE, related_name="authority_document"
    )
    kind = models.CharField(max_length=30, choices=choices_of(AuthorityKind))
    description = models.CharField(max_length=300, help_text="Who issued it, and its number.")
    dated_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    is_signed = models.BooleanField(default=False)
    names_recipient = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta:
        constraints = (one_of("kind", AuthorityKind, name="authority_kind_is_known"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.description}"

    def is_expired(self, on: date) -> bool:
        """Say whether the paper's own end has passed."""
        return self.expires_on is not None and self.expires_on < on
