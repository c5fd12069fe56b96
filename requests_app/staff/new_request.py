"""Staff file a request that came by fax, phone, mail or at the counter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods

from requests_app.intake.identity import check_birth
from requests_app.intake.submission_key import begin_anew
from requests_app.intake.submit import Submission, submit
from requests_app.models import Facility
from requests_app.notices.address import check_address
from requests_app.refusals import KeyUsed
from requests_app.staff.doors import person, workers
from requests_app.staff.forms import day_field
from requests_app.vocabulary import (
    Channel,
    Direction,
    Intake,
    LegalBasis,
    Priority,
    RequesterType,
)
from requests_app.words import choices

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

KEY_LENGTH = 32


class NewRequestForm(forms.Form):
    """Everything that staff know when a request arrives."""

    submission_key = forms.RegexField(r"^[A-Za-z0-9_-]{16,59}$", widget=forms.HiddenInput)
    facility = forms.ModelChoiceField(queryset=Facility.objects.none(), empty_label=None)
    direction = forms.ChoiceField(
        choices=[("outbound", "We send images out"), ("inbound", "We ask another site for images")]
    )
    intake = forms.ChoiceField(label="How it arrived", choices=choices(Intake))
    priority = forms.ChoiceField(choices=choices(Priority))
    requester_type = forms.ChoiceField(label="Asked by", choices=choices(RequesterType))
    legal_basis = forms.ChoiceField(label="Right", choices=choices(LegalBasis))
    requester_name = forms.CharField(label="Requester", max_length=200)
    requester_email = forms.EmailField(
        label="Requester's email", required=False, max_length=254, validators=[check_address]
    )
    recipient_name = forms.CharField(label="Images go to", max_length=200)
    recipient_email = forms.EmailField(
        label="Recipient's email", required=False, max_length=254, validators=[check_address]
    )
    partner = forms.CharField(label="Other site or office", required=False, max_length=200)
    patient_family_name = forms.CharField(label="Patient's family name", max_length=120)
    patient_given_name = forms.CharField(
        label="Patient's given name", required=False, max_length=120
    )
    patient_birth_date = forms.DateField(label="Birth date", required=False, widget=day_field())
    patient_record_number = forms.CharField(label="Record number", required=False, max_length=64)
    scope = forms.CharField(
        label="Which exams", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    modality = forms.CharField(
        required=False, max_length=16, help_text="Such as CT, MR, CR, MG. Empty where unknown."
    )
    studies_from = forms.DateField(label="Exams from", required=False, widget=day_field())
    studies_to = forms.DateField(label="Exams to", required=False, widget=day_field())
    preferred_channel = forms.ChoiceField(label="Goes by", choices=choices(Channel))
    need_by = forms.DateField(label="Needed by", required=False, widget=day_field())
    wants_reports = forms.BooleanField(label="With reports", required=False, initial=True)

    def __init__(self, *args: Any, facilities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = facilities  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        said = super().clean() or {}
        first, last = said.get("studies_from"), said.get("studies_to")
        if first and last and last < first:
            self.add_error("studies_to", "The last day lies before the first. Swap them.")
        return said

    def clean_patient_birth_date(self) -> date | None:
        """Refuse a birth that lies ahead."""
        born: date | None = self.cleaned_data["patient_birth_date"]
        check_birth(born, timezone.now().date())
        return born

    def submission(self) -> Submission:
        """Return what was said as a submission."""
        said = dict(self.cleaned_data)
        said["submission_key"] = f"desk-{said['submission_key']}"
        words = {
            "direction": Direction,
            "intake": Intake,
            "priority": Priority,
            "requester_type": RequesterType,
            "legal_basis": LegalBasis,
            "preferred_channel": Channel,
        }
        return Submission(**said | {name: word(said[name]) for name, word in words.items()})


@workers
@require_http_methods(["GET", "POST"])
def new_request(http_request: HttpRequest) -> HttpResponse:
    """Show the form, or file the request and open its page."""
    user = person(http_request)
    facilities = user.visible_facilities().filter(accepts_requests=True)
    if http_request.method == "GET":
        initial = {
            "submission_key": get_random_string(KEY_LENGTH),
            "preferred_channel": Channel.LINK_SECURE,
            "priority": Priority.ROUTINE,
            "intake": Intake.FAX,
        }
        form = NewRequestForm(facilities=facilities, initial=initial)
        return render(http_request, "requests_app/staff/new_request.html", {"form": form})
    form = NewRequestForm(http_request.POST, facilities=facilities)
    if not form.is_valid():
        context = {"form": form}
        return render(http_request, "requests_app/staff/new_request.html", context, status=422)
    at = timezone.now()
    try:
        filed = submit(form.submission(), by=user, at=at, logged_at=at)
    except KeyUsed as error:
        begin_anew(form, error.sentence, key=get_random_string(KEY_LENGTH))
        context = {"form": form}
        return render(http_request, "requests_app/staff/new_request.html", context, status=422)
    said = "was filed before; here it is" if filed.already else "is filed"
    messages.success(http_request, f"{filed.request.number} {said}.")
    return redirect("staff:request", filed.request.number)
