"""Images attached to a request: uploads (receipts), studies, series, instances."""

from django.conf import settings
from django.db import models

from requests_app.models.choices import choices_of, one_of
from requests_app.models.imaging_request import ImagingRequest
from requests_app.vocabulary import Channel, Usability


class Receipt(models.Model):
    """One arrival of files for a request, with its verdict and findings."""

    request = models.ForeignKey(ImagingRequest, on_delete=models.CASCADE, related_name="receipts")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    channel = models.CharField(max_length=30, choices=choices_of(Channel), default=Channel.UNKNOWN)
    file_count = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0, help_text="bytes")
    verdict = models.CharField(max_length=20, choices=choices_of(Usability))
    findings = models.JSONField(default=list)

    class Meta:
        ordering = ("received_at", "id")
        constraints = (one_of("verdict", Usability, name="receipt_verdict_is_known"),)

    def __str__(self) -> str:
        return f"{self.file_count} files for {self.request}"


class Study(models.Model):
    """One DICOM study as received for one request."""

    request = models.ForeignKey(ImagingRequest, on_delete=models.CASCADE, related_name="studies")
    study_instance_uid = models.CharField(max_length=64)
    accession_number = models.CharField(max_length=64, blank=True)
    study_date = models.DateField(null=True, blank=True)
    description = models.CharField(max_length=200, blank=True)
    modality = models.CharField(max_length=16, blank=True)
    patient_name = models.CharField(max_length=324, blank=True, help_text="As the images say it.")
    patient_id = models.CharField(max_length=64, blank=True)
    verdict = models.CharField(
        max_length=20,
        choices=choices_of(Usability),
        help_text="Of the files alone; whose images they are is compared when asked.",
    )
    findings = models.JSONField(default=list)
    first_received_at = models.DateTimeField()

    class Meta:
        ordering = ("study_date", "id")
        verbose_name_plural = "studies"
        constraints = (
            models.UniqueConstraint(
                fields=("request", "study_instance_uid"), name="a_study_once_per_request"
            ),
            one_of("verdict", Usability, name="study_verdict_is_known"),
        )

    def __str__(self) -> str:
        return self.description or self.modality or "Study"


class Series(models.Model):
    """One series of a study."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="series")
    series_instance_uid = models.CharField(max_length=64)
    number = models.IntegerField(null=True, blank=True)
    modality = models.CharField(max_length=16, blank=True)
    description = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("number", "id")
        verbose_name_plural = "series"
        constraints = (
            models.UniqueConstraint(
                fields=("study", "series_instance_uid"), name="a_series_once_per_study"
            ),
        )

    def __str__(self) -> str:
        return self.description or f"Series {self.number}"


class Instance(models.Model):
    """One stored SOP instance; its bytes live in the store under their hash."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="instances")
    sop_instance_uid = models.CharField(max_length=64)
    sop_class_uid = models.CharField(max_length=64)
    transfer_syntax_uid = models.CharField(max_length=64)
    number = models.IntegerField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    columns = models.PositiveIntegerField(default=0)
    frames = models.PositiveIntegerField(default=1)
    patient_id = models.CharField(max_length=64, blank=True)
    patient_name = models.CharField(max_length=324, blank=True)
    patient_birth_date = models.CharField(max_length=16, blank=True, help_text="As written.")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField(help_text="bytes")
    position = models.FloatField(null=True, blank=True, help_text="mm along the slice normal")
    header = models.JSONField(default=dict, help_text="Body part and side, for the checks.")

    class Meta:
        ordering = ("number", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("series", "sop_instance_uid"), name="an_instance_once_per_series"
            ),
        )

    def __str__(self) -> str:
        return f"Image {self.number}"
