"""Facilities: name, time zone, and whether the public form offers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from audit.access import if_there
from requests_app.administration.doors import administrators, keeper_of, looked, put_on
from requests_app.house.places import CLOSES_AFTER, Place, add_facility, change_facility
from requests_app.house.rules import MOST_DAYS
from requests_app.models import Facility
from requests_app.refusals import DisclessError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class FacilityForm(forms.Form):
    """What is said of a facility."""

    name = forms.CharField(max_length=200, help_text="As patients know it.")
    short_name = forms.CharField(max_length=60, help_text="For lists and charts.")
    zone = forms.CharField(
        label="Time zone",
        max_length=60,
        help_text="IANA name: America/New_York, America/Chicago, America/Denver, "
        "America/Phoenix, America/Los_Angeles, America/Anchorage, Pacific/Honolulu. "
        "Due dates end at midnight there.",
    )
    accepts_requests = forms.BooleanField(
        label="Accepts new requests", required=False, initial=True
    )
    closes_after_days = forms.IntegerField(
        label="Days until a delivered request closes by itself",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        initial=CLOSES_AFTER,
        help_text="Empty: it stays open until somebody closes it.",
    )


@administrators
@require_GET
def facilities(request: HttpRequest) -> HttpResponse:
    """List the facilities of the organization."""
    keeper = keeper_of(request)
    looked(request, "facilities")
    found = Facility.objects.filter(organization=keeper.organization)
    return render(request, "requests_app/administration/facilities.html", {"facilities": found})


@administrators
@require_http_methods(["GET", "POST"])
def facility(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Add a facility, or change one."""
    keeper = keeper_of(request)
    ours = Facility.objects.filter(organization=keeper.organization)
    found = if_there(ours.filter(slug=slug).first()) if slug else None
    initial = {name: getattr(found, name) for name in FacilityForm.base_fields} if found else {}
    form = FacilityForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        place = Place(**form.cleaned_data)
        try:
            kept = change_facility(keeper, found, place) if found else add_facility(keeper, place)
        except DisclessError as error:
            put_on(form, error)
        else:
            messages.success(request, f"{kept} is saved.")
            return redirect("administration:facilities")
    status = 422 if form.is_bound else 200
    context = {"form": form, "facility": found}
    return render(request, "requests_app/administration/facility.html", context, status=status)
