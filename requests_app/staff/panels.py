"""Steps of a panel: about a link, a mail, a study, or what was heard later; not next steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from requests_app.failure_codes import FAILURES
from requests_app.lifecycle.follow_up import heard_codes
from requests_app.models import Delivery, Notice, Study
from requests_app.staff import verbs
from requests_app.staff.forms import NO_REASON, NoteForm, StepForm
from requests_app.staff.step import Step

if TYPE_CHECKING:
    from requests_app.models import ImagingRequest


class DeliveryForm(StepForm):
    """A step about one delivery of the request."""

    delivery = forms.ModelChoiceField(queryset=Delivery.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.fields["delivery"].queryset = request.deliveries.all()  # type: ignore[attr-defined]


class MailForm(StepForm):
    """A step about one mail of the request."""

    notice = forms.ModelChoiceField(queryset=Notice.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.fields["notice"].queryset = request.notices.all()  # type: ignore[attr-defined]


class StudyForm(NoteForm):
    """A step about one study of the request."""

    study = forms.ModelChoiceField(queryset=Study.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        self.fields["study"].queryset = request.studies.all()  # type: ignore[attr-defined]


class HeardForm(NoteForm):
    """What was heard of a request later."""

    reason = forms.ChoiceField(label="What was heard?", choices=())
    field_order = ("expected", "reason", "note")

    def __init__(self, *args: Any, request: ImagingRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        codes = [(code.value, f"{FAILURES[code].label} ({code})") for code in heard_codes(request)]
        self.fields["reason"].choices = [NO_REASON, *codes]  # type: ignore[attr-defined]


def _in_panel(key: str, label: str, icon: str, verb: verbs.Verb, form: type[StepForm]) -> Step:
    return Step(
        key=key,
        label=label,
        icon=icon,
        verb=verb,
        form=form,
        fits=lambda _request: True,
        has_panel=True,
    )


HEARD = Step(
    key="heard",
    label="Record what was heard",
    icon="triangle-alert",
    verb=verbs.hear,
    form=HeardForm,
    fits=lambda request: bool(heard_codes(request)),
    has_panel=True,
)
IN_PANELS: tuple[Step, ...] = (
    _in_panel("revoke", "Close this link", "x", verbs.revoke, DeliveryForm),
    _in_panel("resend", "Mail it again", "rotate-cw", verbs.resend, MailForm),
    _in_panel("remove", "Remove this study", "x", verbs.remove, StudyForm),
    HEARD,
)
