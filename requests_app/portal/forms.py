"""The form with which anybody asks for images."""

import re
from datetime import date
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from requests_app.intake.identity import check_birth
from requests_app.intake.submit import Submission
from requests_app.models import Facility, User
from requests_app.notices.address import check_address
from requests_app.vocabulary import Intake, LegalBasis, Priority, RequesterType

_BASIS_OF: dict[str, LegalBasis] = {
    RequesterType.PATIENT: LegalBasis.PATIENT_ACCESS,
    RequesterType.REPRESENTATIVE: LegalBasis.REPRESENTATIVE_ACCESS,
    RequesterType.PROVIDER: LegalBasis.TREATMENT,
    RequesterType.INSURER: LegalBasis.PAYMENT,
}
"""By what right each kind of requester usually asks; all others need an authorization."""


KINDS: dict[RequesterType, str] = {
    RequesterType.PATIENT: "The patient",
    RequesterType.REPRESENTATIVE: "Somebody who acts for the patient",
    RequesterType.PROVIDER: "A doctor, clinic or hospital",
    RequesterType.ATTORNEY: "A lawyer",
    RequesterType.INSURER: "An insurer",
    RequesterType.EMPLOYER: "An employer",
    RequesterType.GOVERNMENT: "A government office",
    RequesterType.RESEARCH: "A researcher",
    RequesterType.OTHER: "Somebody else",
}
"""How people answer who they are."""

OLDEST = 1900
_BORN = "Write month, day and year of birth, for example 04 27 1958."


_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("You", ("requester_type", "requester_name", "requester_email")),
    ("The patient", ("patient_given_name", "patient_family_name", "patient_birth_date")),
    ("The images", ("facility", "scope", "wants_reports")),
)


class BirthDateField(forms.DateField):
    """A date that is typed, with any sign or none between its parts: no calendar to scroll."""

    def to_python(self, value: object) -> date | None:
        """Read 04 27 1958, 4/27/1958, 04271958 and 1958-04-27."""
        text = str(value or "").strip()
        if not text:
            return None
        parts = [int(part) for part in re.findall(r"[0-9]{1,8}", text)]
        if re.fullmatch(r"[0-9]{8}", text):
            parts = [int(text[:2]), int(text[2:4]), int(text[4:])]
        elif re.match(r"[0-9]{4}-", text):
            parts = [*parts[1:], parts[0]]
        try:
            month, day, year = parts
            born = date(year, month, day)
        except ValueError:
            raise ValidationError(_BORN, code="birth_date") from None
        if born.year < OLDEST:
            raise ValidationError(_BORN, code="birth_date")
        return born


def _text(label: str, sentence: str, length: int, *, fill: str = "off") -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": fill})
    return forms.CharField(
        label=label, max_length=length, widget=widget, error_messages={"required": sentence}
    )


class AskForm(forms.Form):
    """Asks only for what release needs."""

    facility = forms.ModelChoiceField(
        Facility.objects.none(),
        label="Where were the images taken?",
        empty_label="Choose a place",
        error_messages={
            "required": "Choose where the images were taken.",
            "invalid_choice": "Choose one of the places of the list.",
        },
    )
    requester_type = forms.ChoiceField(
        label="Who are you?",
        choices=[(kind.value, KINDS[kind]) for kind in RequesterType],
        error_messages={"required": "Say who you are."},
    )
    requester_name = _text("Your name", "Write your name.", 200, fill="name")
    requester_email = forms.EmailField(
        label="Your email",
        max_length=254,
        validators=[check_address],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="We send the link to this address.",
        error_messages={
            "required": "Write your email address.",
            "invalid": "Write your email address, such as name@example.org.",
        },
    )
    patient_given_name = _text(
        "Patient's first name",
        "Write the patient's first name.",
        120,
        fill="section-patient given-name",
    )
    patient_family_name = _text(
        "Patient's last name",
        "Write the patient's last name.",
        120,
        fill="section-patient family-name",
    )
    patient_birth_date = BirthDateField(
        label="Patient's date of birth",
        widget=forms.DateInput(
            attrs={"inputmode": "numeric", "autocomplete": "section-patient bday"},
            format="%m %d %Y",
        ),
        help_text="Month, day and year, for example 04 27 1958",
        error_messages={"required": _BORN},
    )
    scope = forms.CharField(
        label="Which images?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: CT of the abdomen, October 2026",
        error_messages={"required": "Tell us which images you need."},
    )
    wants_reports = forms.BooleanField(
        label="With the written reports", required=False, initial=True
    )
    submission_key = forms.RegexField(r"^[A-Za-z0-9_-]{16,59}$", widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        facilities = Facility.objects.filter(accepts_requests=True).select_related("organization")
        field = cast("forms.ModelChoiceField[Facility]", self.fields["facility"])
        field.queryset = facilities
        places = list(facilities)
        if len(places) == 1:
            field.empty_label, field.initial = None, places[0]
        houses = {place.organization.name for place in places}
        self.house = houses.pop() if len(houses) == 1 else ""

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields by what they are about."""
        return [(title, [self[name] for name in names]) for title, names in _SECTIONS]

    def clean_patient_birth_date(self) -> date:
        """Refuse a birth in the future, where the page is read."""
        born: date = self.cleaned_data["patient_birth_date"]
        check_birth(born, timezone.now().date())
        return born

    @property
    def key(self) -> str:
        """The key as stored; keys of other doors begin otherwise."""
        return f"form-{self.cleaned_data['submission_key']}"

    def as_submission(self, requester: User | None) -> Submission:
        """Return what was said; call after `is_valid`."""
        said = self.cleaned_data
        kind = RequesterType(said["requester_type"])
        return Submission(
            facility=said["facility"],
            intake=Intake.PORTAL,
            requester_type=kind,
            legal_basis=_BASIS_OF.get(kind, LegalBasis.AUTHORIZATION),
            priority=Priority.ROUTINE,
            requester_name=said["requester_name"],
            requester_email=said["requester_email"],
            recipient_name=said["requester_name"],
            recipient_email=said["requester_email"],
            patient_given_name=said["patient_given_name"],
            patient_family_name=said["patient_family_name"],
            patient_birth_date=said["patient_birth_date"],
            scope=said["scope"],
            wants_reports=said["wants_reports"],
            submission_key=self.key,
            requester=requester,
        )
