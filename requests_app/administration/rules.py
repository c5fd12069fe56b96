"""Clock rules: what counts today, who signed for it, and a new version from a day on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.access import if_there
from requests_app.administration.doors import administrators, keeper_of, looked, put_on
from requests_app.house.rules import MOST_DAYS, Version, latest, publish, withdraw
from requests_app.models import Facility, Policy
from requests_app.refusals import DisclessError
from requests_app.sla.policy import rule_of
from requests_app.sla.rules import DayZero, Rule
from requests_app.vocabulary import Until

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from requests_app.house.ledger import Keeper


STOPS: dict[Until, str] = {
    Until.AVAILABLE: "The recipient can open the images",
    Until.SENT: "The images are sent",
    Until.REASON: "A written reason is sent",
}


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class VersionForm(forms.Form):
    """A rule from a day on."""

    effective_from = forms.DateField(
        label="In force from",
        widget=_day(),
        help_text="For requests received on that day or later. Earlier requests keep their rule.",
    )
    effective_to = forms.DateField(
        label="Last day in force",
        required=False,
        widget=_day(),
        help_text="Empty: until a newer version begins. Afterwards the rule before it holds again.",
    )
    facility = forms.ModelChoiceField(
        queryset=Facility.objects.none(), required=False, empty_label="Every facility"
    )
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS)
    stop = forms.ChoiceField(
        label="The clock stops when",
        choices=[(until.value, words) for until, words in STOPS.items()],
    )
    day_zero = forms.ChoiceField(label="Day 0")
    cutoff = forms.TimeField(
        label="Cut-off hour",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="What arrives later counts as the next business day. Empty: no cut-off.",
    )
    enabled = forms.BooleanField(label="This rule counts", required=False)
    signed_by = forms.CharField(
        label="Text verified by",
        max_length=120,
        required=False,
        help_text="The person who compared this rule with the law or the contract.",
    )
    signed_on = forms.DateField(label="Verified on", required=False, widget=_day())

    def __init__(self, *args: Any, keeper: Keeper, rule: Rule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Facility.objects.filter(organization=keeper.organization)
        self.fields["facility"].queryset = own  # type: ignore[attr-defined]
        days = [(one.value, f"The {rule.day_zero_as(one)}") for one in DayZero]
        self.fields["day_zero"].choices = days  # type: ignore[attr-defined]

    def version(self) -> Version:
        """Return what was said."""
        said = dict(self.cleaned_data)
        words = {"day_zero": DayZero(said["day_zero"]), "stop": Until(said["stop"])}
        return Version(**said | words)


@administrators
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """List every rule of the organization as it stands today, and what begins later."""
    keeper = keeper_of(request)
    looked(request, "rules")
    today = keeper.at.date()
    by_key: dict[str, list[Policy]] = {}
    for row in _own(keeper, Policy.objects.all()):
        by_key.setdefault(row.key, []).append(row)
    rows = [_row(by_key[key], today) for key in sorted(by_key)]
    return render(request, "requests_app/administration/rules.html", {"rows": rows})


@administrators
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, key: str) -> HttpResponse:
    """Show the versions of a rule and put a new one in force."""
    keeper = keeper_of(request)
    now = latest(keeper, key)
    if now is None:
        raise Http404
    latest_rule = rule_of(now)
    form = VersionForm(
        request.POST if request.method == "POST" else None,
        keeper=keeper,
        rule=latest_rule,
        initial=_initial(now, keeper),
    )
    if form.is_valid():
        try:
            row = publish(keeper, key, form.version())
        except DisclessError as error:
            put_on(form, error)
        else:
            words = "counts" if row.enabled else "is off"
            messages.success(request, f"{row.label} {words} from {row.effective_from} on.")
            return redirect("administration:rule", key)
    today = keeper.at.date()
    versions = [_version(row, today) for row in _own(keeper, Policy.objects.filter(key=key))]
    context = {"form": form, "rule": now, "policy": latest_rule.policy, "versions": versions}
    status = 422 if form.is_bound else 200
    return render(request, "requests_app/administration/rule.html", context, status=status)


@administrators
@require_POST
def withdraw_version(request: HttpRequest, policy_id: int) -> HttpResponse:
    """Remove a version that has not begun."""
    keeper = keeper_of(request)
    row = if_there(Policy.objects.filter(pk=policy_id, organization=keeper.organization).first())
    try:
        withdraw(keeper, row)
    except DisclessError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, "The version is removed; it never counted.")
    return redirect("administration:rule", row.key)


def _own(keeper: Keeper, rows: QuerySet[Policy]) -> list[Policy]:
    """Return the versions that are the keeper's to see, the newest first."""
    rows = rows.select_related("facility", "organization")
    own = [row for row in rows if row.organization_id in (None, keeper.organization.pk)]
    return sorted(own, key=lambda row: row.effective_from or date.min, reverse=True)


def _row(versions: list[Policy], today: date) -> dict[str, Any]:
    general = [row for row in versions if row.facility is None]
    ended = [row for row in general if row.effective_to and row.effective_to < today]
    now_or_later = [row for row in general if row not in ended]
    begun = [
        row for row in now_or_later if row.effective_from is None or row.effective_from <= today
    ]
    # The organization's word beats what shipped.
    now = next((row for row in begun if row.organization_id), begun[-1])
    return {
        "rule": now,
        "policy": capfirst(rule_of(now).policy),
        "exceptions": len({row.facility_id for row in versions if row.facility_id}),
        "later": [row for row in now_or_later if row not in begun],
    }


def _version(row: Policy, today: date) -> dict[str, Any]:
    may_go = row.organization_id and row.effective_from and row.effective_from > today
    return {"row": row, "policy": capfirst(rule_of(row).policy), "may_go": bool(may_go)}


def _initial(now: Policy, keeper: Keeper) -> dict[str, Any]:
    return {
        "days": now.days,
        "stop": now.stop,
        "day_zero": now.day_zero,
        "cutoff": now.cutoff,
        "enabled": now.enabled,
        "effective_from": keeper.at.date() + timedelta(days=1),
    }
