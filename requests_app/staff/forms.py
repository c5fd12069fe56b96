"""Forms of one step each; every one carries the state that the person saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.intake.authority import need_of
from requests_app.intake.authorization import ELEMENTS, SIX
from requests_app.lifecycle.effort import unmended
from requests_app.models import Authorization, User
from requests_app.notices.address import check_address
from requests_app.vocabulary import AuthorityKind, Channel, Role, State, Touch
from requests_app.words import choices

if TYPE_CHECKING:
    from requests_app.models import ImagingRequest

NO_REASON = ("", "Choose a reason")


def reasons(*, pausing_first: bool = False) -> list[tuple[str, Any]]:
    """Return the failure codes in use, by who causes the wait."""
    used = [(code, what) for code, what in FAILURES.items() if what.enabled]
    ours = [(code.value, f"{what.label} ({code})") for code, what in used if not _pauses(code)]
    theirs = [(code.value, f"{what.label} ({code})") for code, what in used if _pauses(code)]
    groups = [
        ("Waits for the requester: pauses the contract clock", theirs),
        ("Waits for us or others: the clock runs on", ours),
    ]
    return [NO_REASON, *(groups if pausing_first else reversed(groups))]


def _pauses(code: FailureCode) -> bool:
    return FAILURES[code].pauses_contract_clock


def day_field() -> forms.DateInput:
    """Return the browser's own date field."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class StepForm(forms.Form):
    """A step without particulars."""

    expected = forms.ChoiceField(
        choices=[(state.value, state.value) for state in State], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("expected", request.state)
        kwargs.setdefault("auto_id", f"id_{type(self).__name__}_%s")
        super().__init__(*args, **kwargs)
        self.request = request


class NoteForm(StepForm):
    """A step with a remark."""

    note = forms.CharField(
        label="Note", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class WhyForm(StepForm):
    """A step that must be explained."""

    note = forms.CharField(label="Why", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class HoldForm(NoteForm):
    """Why a request waits."""

    reason = forms.ChoiceField(label="What does it wait for?", choices=())
    field_order = ("expected", "reason", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = reasons(pausing_first=True)  # type: ignore[attr-defined]


class ReasonForm(NoteForm):
    """Why something failed."""

    reason = forms.ChoiceField(label="What went wrong?", choices=())
    field_order = ("expected", "reason", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = reasons()  # type: ignore[attr-defined]


class MendedForm(NoteForm):
    """Which failure is over."""

    reason = forms.ChoiceField(label="Which failure is mended?", choices=())
    field_order = ("expected", "reason", "note")

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        codes = [(code.value, f"{FAILURES[code].label} ({code})") for code in unmended(request)]
        self.fields["reason"].choices = codes  # type: ignore[attr-defined]


class IdentityForm(StepForm):
    """The record number that ties a request to a patient."""

    record_number = forms.CharField(
        label="Medical record number",
        max_length=64,
        help_text="Compare name and birth date with the record first.",
    )

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})["record_number"] = request.patient_record_number
        super().__init__(*args, request=request, **kwargs)
        if request.patient_birth_date is None:
            self.fields["birth_date"] = forms.DateField(
                label="Birth date", widget=day_field(), help_text="The request does not say it."
            )


class AuthorizationForm(StepForm):
    """The nine elements of an authorization, each pass or fail."""

    signed_on = forms.DateField(label="Signed on", required=False, widget=day_field())
    expires_on = forms.DateField(label="Expires on", required=False, widget=day_field())
    revoked_on = forms.DateField(label="Revoked on", required=False, widget=day_field())
    signed_by_representative = forms.BooleanField(
        label="A representative signed for the patient", required=False
    )
    representative_authority = forms.CharField(
        label="By what right", max_length=200, required=False, help_text=SIX
    )
    is_known_false = forms.BooleanField(
        label="We know that something in it is false", required=False
    )

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        kept = Authorization.objects.filter(request=request).first()
        initial = kwargs.setdefault("initial", {})
        names = [element.field for element in ELEMENTS]
        for name in (*names, *self.base_fields):
            initial.setdefault(name, getattr(kept, name, None))
        super().__init__(*args, request=request, **kwargs)
        for element in ELEMENTS:
            self.fields[element.field] = forms.BooleanField(
                label=element.label, help_text=element.clause, required=False
            )
        self.order_fields(["expected", *names])


class AuthorityForm(StepForm):
    """The paper by which somebody asks."""

    kind = forms.ChoiceField(label="Which paper?", choices=())
    description = forms.CharField(
        label="Issued by, and its number", max_length=300, help_text="As far as it says."
    )
    dated_on = forms.DateField(label="Dated", required=False, widget=day_field())
    expires_on = forms.DateField(label="Expires on", required=False, widget=day_field())
    is_signed = forms.BooleanField(label="Is signed", required=False)
    names_recipient = forms.BooleanField(
        label="Says who receives the images, and where", required=False
    )

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        need = need_of(request)
        kinds = [pair for pair in choices(AuthorityKind) if need and pair[0] in need.kinds]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class FeeForm(StepForm):
    """What a copy costs."""

    amount = forms.DecimalField(
        label="Fee in dollars", min_value=0, max_value=10_000, decimal_places=2
    )


def _words(label: str, help_text: str = "") -> forms.CharField:
    box = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=2000, widget=box, help_text=help_text)


class ExtendForm(StepForm):
    """Why the answer takes longer."""

    basis = _words("Why it takes longer", "Goes out by mail: name no patient and no exam.")


class DenyForm(StepForm):
    """The three parts of a denial."""

    basis = _words("Why it is denied", "Goes out by mail: name no patient and no exam.")
    review = _words("Right to a review")
    complaint = _words("How to complain")

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        place = request.facility.name
        kwargs.setdefault("initial", {}).update(
            review=f"You may ask {place} to have another professional review this decision.",
            complaint=f"You may complain to the privacy office of {place}, or to the Secretary of "
            "Health and Human Services (45 CFR 160.306).",
        )
        super().__init__(*args, request=request, **kwargs)


class LinkForm(StepForm):
    """To whom a link goes and how long it lives."""

    recipient_name = forms.CharField(label="Recipient", max_length=200)
    recipient_email = forms.EmailField(
        label="Email",
        required=False,
        max_length=254,
        validators=[check_address],
        help_text="Empty: the link is shown once and you pass it on yourself.",
    )
    days = forms.IntegerField(label="Days until it ends", min_value=1, max_value=90)

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(
            recipient_name=request.recipient_name,
            recipient_email=request.recipient_email or request.requester_email,
            days=30,
        )
        super().__init__(*args, request=request, **kwargs)


class HandOverForm(StepForm):
    """Another way out than the link."""

    channel = forms.ChoiceField(
        label="How it leaves",
        choices=choices(Channel, Channel.LINK_SECURE, Channel.UNKNOWN),
    )
    recipient_name = forms.CharField(label="Recipient", max_length=200)
    recipient_address = forms.CharField(label="Address", required=False, max_length=320)

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).update(
            recipient_name=request.recipient_name, channel=request.preferred_channel
        )
        super().__init__(*args, request=request, **kwargs)


class AssignForm(StepForm):
    """Who takes the request."""

    to = forms.ModelChoiceField(
        label="Person", queryset=User.objects.none(), empty_label="Choose a person"
    )

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        names = [role.value for role in (Role.RELEASE_STAFF, Role.SUPERVISOR)]
        people = User.objects.filter(
            organization_id=request.facility.organization_id, groups__name__in=names, is_active=True
        ).distinct()
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class TouchForm(NoteForm):
    """One piece of handling by hand."""

    kind = forms.ChoiceField(label="What did you do?", choices=choices(Touch))
    field_order = ("expected", "kind", "note")


def code_of(form: forms.Form) -> FailureCode:
    """Return the chosen failure code."""
    return FailureCode(form.cleaned_data["reason"])
