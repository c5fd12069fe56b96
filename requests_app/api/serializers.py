"""JSON forms of requests."""

from datetime import date
from typing import Any, NoReturn

from django.utils import timezone
from django.utils.encoding import smart_str
from rest_framework import serializers

from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.intake.identity import check_birth
from requests_app.models import Delivery, Event, Facility, ImagingRequest
from requests_app.models.choices import choices_of
from requests_app.notices.address import check_address
from requests_app.vocabulary import (
    Channel,
    DeliveryState,
    Direction,
    LegalBasis,
    RequesterType,
    State,
)

STATES, DELIVERY_STATES, CHANNELS = map(choices_of, (State, DeliveryState, Channel))
"""Sets of words that several fields share; the settings name them for the API's description."""
MAIL: dict[str, Any] = {
    "required": False,
    "default": "",
    "allow_blank": True,
    "max_length": 254,
    "validators": [check_address],
}
"""What every address of a mail must be: short enough to be kept, and one that can be sent to."""


class WordField(serializers.ChoiceField):
    """One word of a list of ours; another is refused with the list."""

    default_error_messages = {"invalid_choice": "{said} is not one of {known}."}

    def fail(self, key: str, **words: Any) -> NoReturn:
        """Refuse a word in a sentence, quoted as everywhere in the API."""
        said = repr(str(words.get("input", ""))[:40])
        super().fail(key, **words, said=said, known=", ".join(map(str, self.choices)))


class EventSerializer(serializers.ModelSerializer[Event]):
    """One event of a request."""

    class Meta:
        model = Event
        fields: tuple[str, ...] = (
            "seq",
            "kind",
            "occurred_at",
            "reason",
            "channel",
            "state_from",
            "state_to",
        )


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One delivery of a request, without the recipient's address."""

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = (
            "channel",
            "state",
            "sent_at",
            "available_at",
            "first_opened_at",
            "failed_at",
            "failure_code",
        )


class RequestSerializer(serializers.ModelSerializer[ImagingRequest]):
    """One request, without the patient's particulars."""

    facility = serializers.SlugRelatedField[Facility](slug_field="slug", read_only=True)

    class Meta:
        model = ImagingRequest
        fields: tuple[str, ...] = (
            "number",
            "facility",
            "direction",
            "state",
            "requester_type",
            "legal_basis",
            "priority",
            "modality",
            "received_at",
            "preferred_channel",
            "wants_reports",
        )


class FacilityField(serializers.SlugRelatedField[Facility]):
    """A facility by its slug."""

    def to_internal_value(self, data: Any) -> Facility:
        """Return the facility; a word with a NUL names none, and no database may be asked."""
        if "\0" in str(data):
            self.fail("does_not_exist", slug_name=self.slug_field, value=smart_str(data))
        return super().to_internal_value(data)


class SubmissionSerializer(serializers.Serializer[None]):
    """A new request."""

    facility = FacilityField(
        slug_field="slug", queryset=Facility.objects.filter(accepts_requests=True)
    )
    direction = WordField(choices=choices_of(Direction), default=Direction.OUTBOUND)
    requester_type = WordField(choices=choices_of(RequesterType))
    legal_basis = WordField(choices=choices_of(LegalBasis))
    requester_name = serializers.CharField(max_length=200)
    requester_email = serializers.EmailField(**MAIL)
    recipient_name = serializers.CharField(max_length=200)
    recipient_email = serializers.EmailField(**MAIL)
    patient_family_name = serializers.CharField(max_length=120)
    patient_given_name = serializers.CharField(max_length=120, required=False, default="")
    patient_birth_date = serializers.DateField(required=False, allow_null=True, default=None)
    scope = serializers.CharField(max_length=2000)

    def validate_patient_birth_date(self, born: date | None) -> date | None:
        """Refuse a birth that lies ahead."""
        check_birth(born, timezone.now().date())
        return born


REASONS = [(code.value, what.label) for code, what in FAILURES.items()]


class ExpectedSerializer(serializers.Serializer[None]):
    """A step; `expected` is the state that the caller saw."""

    expected = WordField(choices=STATES, required=False)


class NoteSerializer(ExpectedSerializer):
    """A step with a remark."""

    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=1000)


class TransitionSerializer(NoteSerializer):
    """A plain move; what a way out, a hold or a letter needs has an address of its own."""

    to = WordField(choices=STATES)
    reason = WordField(choices=REASONS, required=False)


class ReasonSerializer(NoteSerializer):
    """A step with its code."""

    reason = WordField(choices=REASONS)


class LinkSerializer(ExpectedSerializer):
    """To whom a link goes, and how many days it lives."""

    recipient_name = serializers.CharField(max_length=200)
    recipient_email = serializers.EmailField(**MAIL)
    days = serializers.IntegerField(min_value=1, max_value=90, default=30)


class HandOverSerializer(ExpectedSerializer):
    """Another way out than the link."""

    channel = WordField(choices=[pair for pair in CHANNELS if pair[0] != Channel.LINK_SECURE])
    recipient_name = serializers.CharField(max_length=200)
    recipient_address = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=320
    )


class ExtendSerializer(ExpectedSerializer):
    """Why the answer takes longer; it goes into the letter."""

    basis = serializers.CharField(max_length=2000)


class DenySerializer(ExtendSerializer):
    """The three parts of a denial, and its code."""

    review = serializers.CharField(max_length=2000)
    complaint = serializers.CharField(max_length=2000)
    reason = WordField(choices=REASONS, default=FailureCode.RV02)
