"""A request for images, outbound (we release) or inbound (we ask another site)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from requests_app.models.choices import choices_of, one_of
from requests_app.models.organization import Facility
from requests_app.models.patient import Patient
from requests_app.vocabulary import (
    Channel,
    Direction,
    Intake,
    LegalBasis,
    Priority,
    RequesterType,
    Role,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from requests_app.models.user import User

ENDED = (
    State.DELIVERED,
    State.CLOSED,
    State.DENIED,
    State.WITHDRAWN,
    State.NOT_FOUND,
    State.DUPLICATE,
)
MOST_WORDS = 6  # of one search; each is a join
SEES_WORK = (
    Role.RELEASE_STAFF,
    Role.SUPERVISOR,
    Role.HIM_DIRECTOR,
    Role.AUDITOR,
    Role.ANALYST,
    Role.ADMINISTRATOR,
)


class ImagingRequestQuerySet(models.QuerySet["ImagingRequest"]):
    """The questions one asks of many requests."""

    def visible_to(self, user: User | AnonymousUser) -> ImagingRequestQuerySet:
        """Keep what this user may see: staff by facility, a requester by authorship.

        The door of the API; what is not visible is not there.
        """
        if not user.is_authenticated:
            return self.none()
        own = Q(requester_id=user.pk)
        if user.has_role(*SEES_WORK):
            return self.filter(own | Q(facility__in=user.visible_facilities()))
        return self.filter(own)

    def in_care_of(self, user: User | AnonymousUser) -> ImagingRequestQuerySet:
        """Keep what this user sees as staff: the role and the facility, both.

        The only door to images that are not released, and to all pages of staff. Having asked
        for a request opens none of it: who asked sees what a delivery released.
        """
        if not user.is_authenticated or not user.has_role(*SEES_WORK):
            return self.none()
        return self.filter(facility__in=user.visible_facilities())

    def open(self) -> ImagingRequestQuerySet:
        """Keep what is neither delivered nor ended otherwise."""
        return self.exclude(state__in=ENDED)

    def ended(self) -> ImagingRequestQuerySet:
        """Keep what is delivered or ended otherwise, the newest first."""
        return self.filter(state__in=ENDED).order_by("-received_at", "-id")

    def of_requester(self, user: User) -> ImagingRequestQuerySet:
        """Keep what this person asked for."""
        return self.filter(requester_id=user.pk).select_related("facility")

    def tracked_by(self, tracking_hash: str) -> ImagingRequest | None:
        """Return the request whose tracking page has this secret."""
        return self.select_related("facility").filter(tracking_hash=tracking_hash).first()

    def narrowed(
        self,
        *,
        facilities: Sequence[str] = (),
        asked_by: RequesterType | None = None,
    ) -> ImagingRequestQuerySet:
        """Narrow by facilities and by who asked."""
        found = self
        if facilities:
            found = found.filter(facility__slug__in=facilities)
        if asked_by is not None:
            found = found.filter(requester_type=asked_by)
        return found

    def search(self, words: str) -> ImagingRequestQuerySet:
        """Find by number, name or accession; every word must be found somewhere."""
        found = self
        for word in words.split()[:MOST_WORDS]:
            found = found.filter(
                Q(number__icontains=word)
                | Q(patient_family_name__icontains=word)
                | Q(patient_given_name__icontains=word)
                | Q(requester_name__icontains=word)
                | Q(partner__icontains=word)
                | Q(studies__accession_number__iexact=word)
            ).distinct()
        return found


class ImagingRequest(models.Model):
    """One request. Its clocks are derived from its events, never stored."""

    number = models.CharField(max_length=20, unique=True, editable=False)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="requests")
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )
    direction = models.CharField(
        max_length=10, choices=choices_of(Direction), default=Direction.OUTBOUND
    )
    state = models.CharField(max_length=20, choices=choices_of(State), default=State.DRAFT)
    intake = models.CharField(max_length=10, choices=choices_of(Intake), default=Intake.PORTAL)
    requester_type = models.CharField(max_length=20, choices=choices_of(RequesterType))
    legal_basis = models.CharField(max_length=30, choices=choices_of(LegalBasis))
    priority = models.CharField(
        max_length=10, choices=choices_of(Priority), default=Priority.ROUTINE
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="own_requests",
    )
    requester_name = models.CharField(max_length=200)
    requester_email = models.EmailField(blank=True)
    recipient_name = models.CharField(max_length=200)
    recipient_email = models.EmailField(blank=True)
    partner = models.CharField(max_length=200, blank=True, help_text="The other site or office.")
    patient_family_name = models.CharField(max_length=120, help_text="As the requester wrote it.")
    patient_given_name = models.CharField(max_length=120, blank=True)
    patient_birth_date = models.DateField(null=True, blank=True)
    patient_record_number = models.CharField(max_length=64, blank=True)
    scope = models.TextField(help_text="Which exams, in the requester's words.")
    modality = models.CharField(max_length=16, blank=True)
    studies_from = models.DateField(null=True, blank=True)
    studies_to = models.DateField(null=True, blank=True)
    wants_reports = models.BooleanField(default=True)
    preferred_channel = models.CharField(
        max_length=30, choices=choices_of(Channel), default=Channel.LINK_SECURE
    )
    identity_verified = models.BooleanField(default=False)
    fee_cents = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty where no fee is charged."
    )
    fee_paid_on = models.DateField(null=True, blank=True)
    need_by = models.DateField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assigned_requests",
    )
    tracking_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    submission_key = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        help_text="Makes a second submit harmless.",
    )
    submission_digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text="SHA-256 of what was submitted."
    )
    is_demonstration = models.BooleanField(default=False)

    objects = ImagingRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-id")
        indexes = (
            models.Index(fields=("facility", "state"), name="queue_by_state"),
            models.Index(fields=("requester",), name="own_requests"),
        )
        constraints = (
            one_of("state", State, name="request_state_is_known"),
            one_of("direction", Direction, name="request_direction_is_known"),
            one_of("requester_type", RequesterType, name="requester_type_is_known"),
            one_of("legal_basis", LegalBasis, name="legal_basis_is_known"),
            one_of("preferred_channel", Channel, name="preferred_channel_is_known"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(received_at__isnull=False),
                name="a_received_request_says_when",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """True until the request is delivered or ended otherwise."""
        return State(self.state) not in ENDED

    @property
    def owes_fee(self) -> bool:
        """True while a fee is charged and not paid."""
        return bool(self.fee_cents) and self.fee_paid_on is None

    @property
    def patient_name(self) -> str:
        """The patient as the request names them."""
        return f"{self.patient_given_name} {self.patient_family_name}".strip()
