"""Clock rules as rows: law moves, so every rule carries its citation and who verified it."""

from django.db import models
from django.db.models import F, Q

from requests_app.models.choices import choices_of, one_of
from requests_app.models.organization import Facility, Organization
from requests_app.vocabulary import Until


class Policy(models.Model):
    """One version of a clock rule, of a facility, of an organization, or as it shipped.

    Rows are never edited: a change is a new version from a day on, so that requests keep the
    rule under which they came. Field names are those of `sla.rules.Rule`; `sla.policy` turns one
    into the other.
    """

    key = models.SlugField(max_length=40)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="policies"
    )
    facility = models.ForeignKey(
        Facility, null=True, blank=True, on_delete=models.CASCADE, related_name="policies"
    )
    label = models.CharField(max_length=120)
    citation = models.CharField(max_length=200, blank=True)
    days = models.PositiveSmallIntegerField()
    unit = models.CharField(
        max_length=10, choices=[("calendar", "Calendar"), ("business", "Business")]
    )
    starts = models.CharField(
        max_length=10, choices=[("received", "Received"), ("complete", "Complete")]
    )
    stop = models.CharField(max_length=20, choices=choices_of(Until))
    pauses = models.BooleanField(default=False, help_text="Requester-caused holds stop this clock.")
    day_zero = models.CharField(
        max_length=20,
        choices=[("receipt", "Receipt date"), ("next_business_day", "Next business day")],
        default="receipt",
    )
    cutoff = models.TimeField(null=True, blank=True, help_text="Later arrivals count as next day.")
    extension_days = models.PositiveSmallIntegerField(default=0)
    enabled = models.BooleanField(default=False)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    verified_on = models.DateField(null=True, blank=True)
    verified_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("key", "organization_id", "facility_id")
        verbose_name_plural = "policies"
        constraints = (
            one_of("stop", Until, name="rule_stop_is_known"),
            models.UniqueConstraint(
                fields=("key", "organization", "facility", "effective_from"),
                name="a_rule_once_per_place_and_date",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True)
                | Q(effective_from__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
                name="a_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(enabled=False) | (Q(verified_on__isnull=False) & ~Q(verified_by="")),
                name="a_rule_in_use_is_signed_for",
            ),
        )

    def __str__(self) -> str:
        return self.label
