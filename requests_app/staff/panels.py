"""Steps about one row of a panel: a link, a mail, a study; shown there, not among the next steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from requests_app.models import Delivery, Notice, Study
from requests_app.staff import verbs
from requests_app.staff.forms import NoteForm, StepForm
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


IN_PANELS: tuple[Step, ...] = (
    _in_panel("revoke", "Close this link", "x", verbs.revoke, DeliveryForm),
    _in_panel("resend", "Mail it again", "rotate-cw", verbs.resend, MailForm),
    _in_panel("remove", "Remove this study", "x", verbs.remove, StudyForm),
)
