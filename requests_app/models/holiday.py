"""Days on which a facility does not count business time."""

from django.db import models

from requests_app.models.organization import Facility


class Holiday(models.Model):
    """One holiday of one facility."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ("date",)
        constraints = (models.UniqueConstraint(fields=("facility", "date"), name="a_holiday_once"),)

    def __str__(self) -> str:
        return f"{self.date}: {self.name}"
