"""A patient's written authorization and its nine elements (45 CFR 164.508(c))."""

from datetime import date

from django.db import models

from requests_app.models.imaging_request import ImagingRequest


class Authorization(models.Model):
    """What release staff found on the form; each element passes or fails."""

    request = models.OneToOneField(
        ImagingRequest, on_delete=models.CASCADE, related_name="authorization"
    )
    describes_information = models.BooleanField(default=False)
    names_discloser = models.BooleanField(default=False)
    names_recipient = models.BooleanField(default=False)
    states_purpose = models.BooleanField(default=False)
    states_expiry = models.BooleanField(default=False)
    is_signed_and_dated = models.BooleanField(default=False)
    states_right_to_revoke = models.BooleanField(default=False)
    states_conditioning = models.BooleanField(default=False)
    states_redisclosure = models.BooleanField(default=False)
    signed_by_representative = models.BooleanField(default=False)
    representative_authority = models.CharField(
        max_length=200, blank=True, help_text="By what right the signer acts for the patient."
    )
    is_known_false = models.BooleanField(
        default=False, help_text="We know that something material in it is false."
    )
    signed_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Authorization of {self.request}"

    def is_expired(self, on: date) -> bool:
        """Say whether the expiry date has passed."""
        return self.expires_on is not None and self.expires_on < on
