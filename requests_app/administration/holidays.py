"""Holidays: by facility and year; add, remove, load the federal ones."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from audit.access import if_there
from requests_app.administration.doors import administrators, keeper_of, looked
from requests_app.house.holidays import add_holiday, load_federal, remove_holiday
from requests_app.models import Facility, Holiday
from requests_app.refusals import DisclessError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from requests_app.house.ledger import Keeper

EARLIEST, LATEST = 2000, 2100


class WhereForm(forms.Form):
    """One facility, or all of them."""

    facility = forms.ModelChoiceField(
        queryset=Facility.objects.none(), required=False, empty_label="Every facility"
    )

    def __init__(self, *args: Any, keeper: Keeper, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_{type(self).__name__}_%s")
        super().__init__(*args, **kwargs)
        self.own = Facility.objects.filter(organization=keeper.organization)
        self.fields["facility"].queryset = self.own  # type: ignore[attr-defined]

    def facilities(self) -> list[Facility]:
        """Return the chosen facilities."""
        chosen = self.cleaned_data["facility"]
        return [chosen] if chosen else list(self.own)


class HolidayForm(WhereForm):
    """One day."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    name = forms.CharField(max_length=120, help_text="Such as Day after Thanksgiving.")
    field_order = ("day", "name", "facility")

    def clean_day(self) -> date:
        """Refuse a slip of the keyboard."""
        day: date = self.cleaned_data["day"]
        if not EARLIEST <= day.year <= LATEST:
            raise forms.ValidationError(f"Give a day between {EARLIEST} and {LATEST}.")
        return day


class YearForm(WhereForm):
    """One year."""

    year = forms.IntegerField(min_value=EARLIEST, max_value=LATEST)
    field_order = ("year", "facility")


@administrators
@require_GET
def holidays(request: HttpRequest) -> HttpResponse:
    """List the holidays of a year."""
    keeper = keeper_of(request)
    looked(request, "holidays")
    return _page(request, keeper, _year(request.GET.get("year", ""), keeper.at.year))


@administrators
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a day."""
    keeper = keeper_of(request)
    form = HolidayForm(request.POST, keeper=keeper)
    if form.is_valid():
        day, name = form.cleaned_data["day"], form.cleaned_data["name"]
        try:
            count = add_holiday(keeper, form.facilities(), day, name)
        except DisclessError as error:
            form.add_error("day", error.sentence)
        else:
            messages.success(request, f"{day} counts for no business day at {count} facilities.")
            return _back(day.year)
    return _page(request, keeper, keeper.at.year, day_form=form)


@administrators
@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Load the federal holidays of a year."""
    keeper = keeper_of(request)
    form = YearForm(request.POST, keeper=keeper)
    if form.is_valid():
        year = form.cleaned_data["year"]
        added = load_federal(keeper, form.facilities(), year, year)
        messages.success(request, f"{added} federal holidays of {year} were added.")
        return _back(year)
    return _page(request, keeper, keeper.at.year, year_form=form)


@administrators
@require_POST
def remove(request: HttpRequest, holiday_id: int) -> HttpResponse:
    """Remove a day of one facility."""
    keeper = keeper_of(request)
    ours = Holiday.objects.filter(facility__organization=keeper.organization)
    found = if_there(ours.filter(pk=holiday_id).first())
    year = found.date.year
    remove_holiday(keeper, found)
    messages.success(request, f"{found.date} is a working day at {found.facility} again.")
    return _back(year)


def _back(year: int) -> HttpResponse:
    return redirect(f"{reverse('administration:holidays')}?year={year}")


def _year(text: str, usual: int) -> int:
    found = int(text) if text.isdecimal() and len(text) == 4 else usual
    return found if EARLIEST <= found <= LATEST else usual


def _page(
    request: HttpRequest,
    keeper: Keeper,
    year: int,
    *,
    day_form: HolidayForm | None = None,
    year_form: YearForm | None = None,
) -> HttpResponse:
    refused = day_form or year_form
    context = {
        "year": year,
        "before": year - 1,
        "after": year + 1,
        "holidays": _of_year(keeper, year),
        "bare": Facility.objects.filter(organization=keeper.organization, holidays=None),
        "day_form": day_form or HolidayForm(keeper=keeper),
        "year_form": year_form or YearForm(keeper=keeper, initial={"year": year}),
    }
    status = 422 if refused else 200
    return render(request, "requests_app/administration/holidays.html", context, status=status)


def _of_year(keeper: Keeper, year: int) -> QuerySet[Holiday]:
    own = Holiday.objects.filter(facility__organization=keeper.organization, date__year=year)
    return own.select_related("facility").order_by("date", "facility__name")
