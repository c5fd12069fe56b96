"""The side bar: which doors a person sees, by role; a door that does not exist is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import Resolver404, resolve

from analytics.imports.views import READERS as IMPORTERS
from analytics.readers.view import READERS
from requests_app.models import ImagingRequest
from requests_app.models.imaging_request import SEES_WORK
from requests_app.vocabulary import Direction, Role

if TYPE_CHECKING:
    from django.http import HttpRequest

    from requests_app.models import User

PROOF = (Role.AUDITOR, Role.ADMINISTRATOR)
KEEPERS = (Role.ADMINISTRATOR,)


@dataclass(frozen=True, kw_only=True)
class SideItem:
    """One door."""

    label: str
    path: str
    icon: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class SideGroup:
    """A titled list of doors."""

    title: str
    items: tuple[SideItem, ...]


_DOORS: tuple[tuple[str, str, str, str, tuple[Role, ...]], ...] = (
    ("Work", "Overview", "/overview/", "gauge", READERS),
    ("Work", "Queue", "/work/queue/", "inbox", SEES_WORK),
    ("Work", "Outside images", "/work/outside-images/", "arrow-down-to-line", SEES_WORK),
    ("Work", "Deliveries", "/work/deliveries/", "send", SEES_WORK),
    ("Work", "My requests", "/mine/", "inbox", (Role.REQUESTER,)),
    ("Work", "Ask for images", "/ask/", "plus", (Role.REQUESTER,)),
    ("Evidence", "Reports", "/reports/", "file-chart-column", READERS),
    ("Evidence", "Imported logs", "/logs/", "file-up", IMPORTERS),
    ("Proof", "Access log", "/proof/", "scroll-text", PROOF),
    ("Administration", "People", "/administration/people/", "user", KEEPERS),
    ("Administration", "Facilities", "/administration/facilities/", "building-2", KEEPERS),
    ("Administration", "Holidays", "/administration/holidays/", "calendar-x", KEEPERS),
    ("Administration", "Clock rules", "/administration/rules/", "calendar-clock", KEEPERS),
)


def groups_for(request: HttpRequest) -> tuple[SideGroup, ...]:
    """Return the doors of the signed-in person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ()
    here = max(
        (path for _, _, path, _, _ in _DOORS if _begins(request.path, path)), key=len, default=""
    )
    counts = _counts(user)
    titles = dict.fromkeys(title for title, *_ in _DOORS)
    groups = (
        SideGroup(title=title, items=tuple(_items(title, user, here, counts))) for title in titles
    )
    return tuple(group for group in groups if group.items)


def searches_at(request: HttpRequest) -> str:
    """Return the address of the search field for people who work on requests."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.has_role(*SEES_WORK):
        return ""
    return "/work/queue/#find"


def _items(title: str, user: User, here: str, counts: dict[str, int]) -> list[SideItem]:
    return [
        SideItem(label=label, path=path, icon=icon, current=path == here, count=counts.get(path))
        for of, label, path, icon, roles in _DOORS
        if of == title and user.has_role(*roles) and _exists(path)
    ]


def _counts(user: User) -> dict[str, int]:
    if not user.has_role(*SEES_WORK):
        return {}
    seen = ImagingRequest.objects.in_care_of(user).open()
    inbound = seen.filter(direction=Direction.INBOUND).count()
    return {"/work/queue/": seen.count() - inbound, "/work/outside-images/": inbound}


def _begins(here: str, path: str) -> bool:
    return here.startswith(path) or (path == "/work/queue/" and here.startswith("/work/requests/"))


def _exists(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
