"""The queue, the outside images and the deliveries: lists of work with filters in the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from requests_app.lifecycle.looks import listed
from requests_app.models import Delivery, ImagingRequest
from requests_app.models.delivery import goes_by
from requests_app.models.imaging_request import ImagingRequestQuerySet
from requests_app.sla.policy import Band
from requests_app.staff.doors import person, seers
from requests_app.staff.worklist import BANDS, ORDERS, TABS, Row, counts, is_in, rows_of
from requests_app.vocabulary import (
    MEDIUM_OF,
    Channel,
    DeliveryState,
    Direction,
    Medium,
    RequesterType,
)

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

PER_PAGE = 25
SEARCH = "search_words"
LONGEST_SEARCH = 100


@seers
@require_http_methods(["GET", "POST"])
def queue(http_request: HttpRequest) -> HttpResponse:
    """Show outbound work, the most urgent first."""
    return _list(http_request, Direction.OUTBOUND, "Queue")


@seers
@require_http_methods(["GET", "POST"])
def outside_images(http_request: HttpRequest) -> HttpResponse:
    """Show what we ask other sites for."""
    return _list(http_request, Direction.INBOUND, "Outside images")


def _list(http_request: HttpRequest, direction: Direction, title: str) -> HttpResponse:
    if http_request.method == "POST":
        return _keep_search(http_request)
    at = timezone.now()
    user = person(http_request)
    everything = ImagingRequest.objects.in_care_of(user).filter(direction=direction)
    words = http_request.session.get(SEARCH, "") if "search" in http_request.GET else ""
    tab = http_request.GET.get("tab", "all")
    found = filters(everything, http_request).search(words)
    rows = rows_of(found.open(), at)
    page: Page[Any]
    if tab == "ended":
        page = _ended(http_request, found)
        shown = _with_clocks(page, at)
    else:
        page = _open(http_request, rows, tab)
        shown = list(page.object_list)
    listed(http_request, direction, len(shown), at=at)
    tally = counts(rows, user.pk)
    context = {
        "title": title,
        "rows": shown,
        "page": page,
        "tab": tab,
        "tabs": [(key, label, tally[key]) for key, label in TABS],
        "words": words,
        "open_count": len(rows),
        "facilities": user.visible_facilities(),
        "asked_by": list(RequesterType),
        "media": list(Medium),
        "chosen": http_request.GET,
        "is_inbound": direction is Direction.INBOUND,
        "me": user.pk,
    }
    context |= _chosen(http_request, words, is_open=tab != "ended")
    return render(http_request, "requests_app/staff/queue.html", context)


def _chosen(http_request: HttpRequest, words: str, *, is_open: bool) -> dict[str, object]:
    """Return what the page says of the filters that a form cannot show by itself."""
    get, places = http_request.GET, _facilities(http_request)
    band = get.get("band", "")
    others = (get.get(name) for name in ("asked", "medium", "band"))
    return {
        "places": places if len(places) > 1 else [],
        "band": BANDS[Band(band)] if is_open and band in set(Band) else "",
        "orders": ORDERS if is_open else (),
        "order": get.get("order", ""),
        "is_narrowed": bool(words or places or any(others)),
    }


def _open(http_request: HttpRequest, rows: list[Row], tab: str) -> Page[Row]:
    bands = _bands(http_request.GET.get("band", ""))
    me = person(http_request).pk
    chosen = [
        row for row in rows if is_in(row, tab, me) and (not bands or row.standing.band in bands)
    ]
    if http_request.GET.get("order") == "due":
        chosen.sort(key=lambda row: row.by_due)
    return Paginator(chosen, PER_PAGE).get_page(http_request.GET.get("page"))


def _ended(http_request: HttpRequest, found: ImagingRequestQuerySet) -> Page[ImagingRequest]:
    return Paginator(found.ended(), PER_PAGE).get_page(http_request.GET.get("page"))


def _with_clocks(page: Page[ImagingRequest], at: datetime) -> list[Row]:
    pks = [one.pk for one in page.object_list]
    rows = rows_of(ImagingRequest.objects.filter(pk__in=pks), at)
    return sorted(rows, key=lambda row: pks.index(row.request.pk))


def _bands(word: str) -> frozenset[Band]:
    """Late includes very late; an unknown word narrows nothing."""
    if word == Band.LATE:
        return frozenset({Band.LATE, Band.VERY_LATE})
    return frozenset({Band(word)}) if word in set(Band) else frozenset()


def _keep_search(http_request: HttpRequest) -> HttpResponse:
    """Keep the words of a search in the session: names never go into an address."""
    words = http_request.POST.get("words", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    http_request.session[SEARCH] = words
    kept = http_request.GET.copy()
    for name in ("page", "search"):
        kept.pop(name, None)
    if words:
        kept["search"] = "on"
    return redirect(f"{http_request.path}?{kept.urlencode()}" if kept else http_request.path)


def filters(requests: ImagingRequestQuerySet, http_request: HttpRequest) -> ImagingRequestQuerySet:
    """Narrow by what the address says; unknown words are left aside."""
    get = http_request.GET
    asked, medium = get.get("asked", ""), get.get("medium", "")
    found = requests.narrowed(
        facilities=_facilities(http_request),
        asked_by=RequesterType(asked) if asked in set(RequesterType) else None,
    )
    if medium in set(Medium):
        channels = [one for one in Channel if MEDIUM_OF[one] == medium]
        found = found.alias(way=goes_by()).filter(way__in=channels)
    return found


def _facilities(http_request: HttpRequest) -> list[str]:
    return [one for one in http_request.GET.getlist("facility") if one and "\x00" not in one]


@seers
@require_GET
def deliveries(http_request: HttpRequest) -> HttpResponse:
    """Show what left, by which way, and whether it arrived."""
    seen = ImagingRequest.objects.in_care_of(person(http_request))
    state = http_request.GET.get("state", "")
    found = Delivery.objects.of(seen, DeliveryState(state) if state in set(DeliveryState) else None)
    page = Paginator(found, PER_PAGE).get_page(http_request.GET.get("page"))
    listed(http_request, "deliveries", len(page.object_list), at=timezone.now())
    context = {"page": page, "state": state, "states": list(DeliveryState)}
    return render(http_request, "requests_app/staff/deliveries.html", context)
