"""Letters that answer a request in writing: more time, or a denial."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_app.models.choices import choices_of, one_of
from requests_app.models.imaging_request import ImagingRequest
from requests_app.vocabulary import LetterKind


class Letter(models.Model):
    """One letter, in the words that went out; a request has at most one of each kind."""

    request = models.ForeignKey(ImagingRequest, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=10, choices=choices_of(LetterKind))
    basis = models.TextField(help_text="Why, in plain words.")
    review = models.TextField(blank=True, help_text="The right to a review, and how.")
    complaint = models.TextField(blank=True, help_text="How to complain.")
    answer_by = models.DateField(null=True, blank=True, help_text="The new date.")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta:
        ordering = ("written_at", "id")
        constraints = (
            one_of("kind", LetterKind, name="letter_kind_is_known"),
            models.UniqueConstraint(fields=("request", "kind"), name="one_letter_of_a_kind"),
            models.CheckConstraint(
                condition=Q(kind=LetterKind.DENIAL, answer_by__isnull=True)
                & ~Q(basis="")
                & ~Q(review="")
                & ~Q(complaint="")
                | Q(kind=LetterKind.EXTENSION, answer_by__isnull=False) & ~Q(basis=""),
                name="a_letter_says_what_it_must",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.request}"
