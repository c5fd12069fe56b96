"""The form with which staff file a request that came by another way."""

from datetime import datetime

from django import forms
from django.db.models import QuerySet

from requests_app.intake.submit import Submission
from requests_app.models import Facility
from requests_app.models.choices import choices_of
from requests_app.vocabulary import Channel, Direction, Intake, LegalBasis, Priority, RequesterType


class NewRequestForm(forms.Form):
    """What staff read off a fax or hear on the phone."""

    facility = forms.ModelChoiceField(Facility.objects.none(), empty_label=None)
    direction = forms.ChoiceField(choices=choices_of(Direction))
    intake = forms.ChoiceField(label="Came by", choices=choices_of(Intake), initial=Intake.FAX)
    received_at = forms.DateTimeField(
        label="Received (UTC), if earlier than now",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    requester_type = forms.ChoiceField(choices=choices_of(RequesterType))
    legal_basis = forms.ChoiceField(label="By what right", choices=choices_of(LegalBasis))
    priority = forms.ChoiceField(choices=choices_of(Priority))
    requester_name = forms.CharField(max_length=200)
    requester_email = forms.EmailField(required=False, max_length=254)
    recipient_name = forms.CharField(label="Goes to", max_length=200)
    recipient_email = forms.EmailField(required=False, max_length=254)
    partner = forms.CharField(label="Other site or office", required=False, max_length=200)
    patient_given_name = forms.CharField(max_length=120, required=False)
    patient_family_name = forms.CharField(max_length=120)
    patient_birth_date = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    patient_record_number = forms.CharField(max_length=64, required=False)
    modality = forms.CharField(max_length=16, required=False)
    preferred_channel = forms.ChoiceField(
        choices=choices_of(Channel), initial=Channel.LINK_SECURE, label="Goes by"
    )
    scope = forms.CharField(
        label="Which images", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    submission_key = forms.CharField(widget=forms.HiddenInput, max_length=64, min_length=16)

    def __init__(self, *args: object, facilities: QuerySet[Facility], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["facility"].queryset = facilities  # type: ignore[attr-defined]
        for field in self.fields.values():
            if not isinstance(field.widget, forms.HiddenInput):
                kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
                field.widget.attrs["class"] = kind

    def clean_received_at(self) -> datetime | None:
        """Refuse years that no request comes from."""
        at: datetime | None = self.cleaned_data["received_at"]
        if at is not None and not 2000 <= at.year <= 2100:
            raise forms.ValidationError("Give a year from 2000 on.")
        return at

    def received(self, now: datetime) -> datetime:
        """Return when the request was received: as given, never in the future."""
        given: datetime | None = self.cleaned_data["received_at"]
        return min(given, now) if given else now

    def as_submission(self) -> Submission:
        """Return what was said; call after `is_valid`."""
        said = {key: value for key, value in self.cleaned_data.items() if key != "received_at"}
        return Submission(**said)
