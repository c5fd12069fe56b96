"""The form with which anybody asks for images."""

from typing import TYPE_CHECKING, cast

from django import forms

from requests_app.intake.submit import Submission
from requests_app.models import Facility, User
from requests_app.notices.address import check_address
from requests_app.vocabulary import Intake, LegalBasis, Priority, RequesterType

if TYPE_CHECKING:
    from django.http import QueryDict

_BASIS_OF: dict[str, LegalBasis] = {
    RequesterType.PATIENT: LegalBasis.PATIENT_ACCESS,
    RequesterType.REPRESENTATIVE: LegalBasis.REPRESENTATIVE_ACCESS,
    RequesterType.PROVIDER: LegalBasis.TREATMENT,
    RequesterType.INSURER: LegalBasis.PAYMENT,
}
"""By what right each kind of requester usually asks; all others need an authorization."""


class AskForm(forms.Form):
    """Asks only for what release needs."""

    facility = forms.ModelChoiceField(
        Facility.objects.none(), label="Where were the images taken?", empty_label=None
    )
    requester_type = forms.ChoiceField(
        label="Who are you?",
        choices=[(kind.value, kind.value.replace("_", " ").capitalize()) for kind in RequesterType],
    )
    requester_name = forms.CharField(label="Your name", max_length=200)
    requester_email = forms.EmailField(
        label="Your email", max_length=254, validators=[check_address]
    )
    patient_given_name = forms.CharField(label="Patient's first name", max_length=120)
    patient_family_name = forms.CharField(label="Patient's last name", max_length=120)
    patient_birth_date = forms.DateField(
        label="Patient's date of birth", widget=forms.DateInput(attrs={"type": "date"})
    )
    scope = forms.CharField(
        label="Which images?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: CT of the abdomen, October 2026",
    )
    wants_reports = forms.BooleanField(
        label="With the written reports", required=False, initial=True
    )
    submission_key = forms.RegexField(r"^[A-Za-z0-9_-]{16,59}$", widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        facilities = Facility.objects.filter(accepts_requests=True)
        self.fields["facility"].queryset = facilities  # type: ignore[attr-defined]

    def begin_anew(self, sentence: str, *, key: str) -> None:
        """Keep what was typed under a new key, and say why it was not sent."""
        self.add_error(None, sentence)
        again = cast("QueryDict", self.data).copy()
        again["submission_key"] = key
        self.data = again

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
            submission_key=f"form-{said['submission_key']}",
            requester=requester,
        )
