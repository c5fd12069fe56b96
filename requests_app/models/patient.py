"""The person in the images."""

from django.db import models

from requests_app.models.organization import Organization


class Patient(models.Model):
    """A patient of one organization, known by its medical record number."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="patients"
    )
    medical_record_number = models.CharField(max_length=64)
    family_name = models.CharField(max_length=120)
    given_name = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "medical_record_number"), name="one_patient_per_mrn"
            ),
        )

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()
