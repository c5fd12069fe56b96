"""The side bar: which doors a person sees, by role."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from analytics.external_logs.permission import READERS as IMPORTERS
from analytics.readers.view import READERS
from analytics.sources.opening import LIVE, names_of_logs
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


@dataclass(frozen=True, kw_only=True)
class Door:
    """An address by its name, and the roles that it opens for."""

    title: str
    label: str
    name: str
    icon: str
    roles: tuple[Role, ...]


def _doors(title: str, *rows: tuple[str, str, str, tuple[Role, ...]]) -> tuple[Door, ...]:
    return tuple(
        Door(title=title, label=label, name=name, icon=icon, roles=roles)
        for label, name, icon, roles in rows
    )


QUEUE, OUTSIDE_IMAGES = "staff:queue", "staff:outside_images"
_DOORS = (
    *_doors(
        "Work",
        ("Overview", "dashboards:overview", "gauge", READERS),
        ("Process", "process:view", "network", READERS),
        ("Queue", QUEUE, "inbox", SEES_WORK),
        ("Outside images", OUTSIDE_IMAGES, "arrow-down-to-line", SEES_WORK),
        ("Deliveries", "staff:deliveries", "send", SEES_WORK),
        ("My requests", "portal:mine", "inbox", (Role.REQUESTER,)),
        ("Ask for images", "portal:ask", "plus", (Role.REQUESTER,)),
    ),
    *_doors(
        "Evidence",
        ("Measures", "measures:all", "list", READERS),
        ("Forecast", "forecast:page", "trending-up", READERS),
        ("Cost of discs", "cost:page", "disc-3", READERS),
        ("Reports", "reports:index", "file-chart-column", READERS),
        ("Imported logs", "logs:list", "file-up", IMPORTERS),
    ),
    *_doors("Proof", ("Access log", "audit:access_log", "scroll-text", PROOF)),
    *_doors(
        "Administration",
        ("People", "administration:people", "user", KEEPERS),
        ("Facilities", "administration:facilities", "building-2", KEEPERS),
        ("Holidays", "administration:holidays", "calendar-x", KEEPERS),
        ("Clock rules", "administration:rules", "calendar-clock", KEEPERS),
    ),
)
_OF_A_SOURCE = frozenset(
    ("dashboards:overview", "process:view", "forecast:page", "cost:page", "reports:index")
)
"""Doors to figures of a source: whoever looks at a log goes from one to the next and stays there."""
_BELONGS = {"staff": QUEUE}
"""The door that the pages of a namespace stand behind where no door's address begins theirs."""


def groups_for(request: HttpRequest) -> tuple[SideGroup, ...]:
    """Return the doors of the signed-in person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ()
    here, counts = _here(request), _counts(user)
    of_log = _of_log(request, user, here)
    seen = [door for door in _DOORS if user.has_role(*door.roles)]
    titles = dict.fromkeys(door.title for door in seen)
    return tuple(
        SideGroup(
            title=title,
            items=tuple(_item(door, here, counts, of_log) for door in seen if door.title == title),
        )
        for title in titles
    )


def _here(request: HttpRequest) -> str:
    """Return the name of the door that the page stands behind."""
    known = _addresses()
    found = [name for name, address in known.items() if request.path.startswith(address)]
    if found:
        return max(found, key=lambda name: len(known[name]))
    match = request.resolver_match
    return _BELONGS.get(match.namespace, "") if match is not None else ""


@cache  # the house is not moved under another path while it runs
def _addresses() -> dict[str, str]:
    return {door.name: reverse(door.name) for door in _DOORS}


def searches_at(request: HttpRequest) -> str:
    """Return the address of the search field for people who work on requests."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.has_role(*SEES_WORK):
        return ""
    return f"{reverse(QUEUE)}#find"


def _of_log(request: HttpRequest, user: User, here: str) -> str:
    """Return what an address ends with that stays at the log which a page is of; mostly nothing."""
    given = request.GET.getlist("source")
    if here not in _OF_A_SOURCE or len(given) != 1 or given[0] == LIVE:
        return ""
    is_there = given[0] in names_of_logs(user.organization_id)
    return f"?{urlencode({'source': given[0]})}" if is_there else ""


def _item(door: Door, here: str, counts: dict[str, int], of_log: str) -> SideItem:
    address = _addresses()[door.name]
    return SideItem(
        label=door.label,
        path=address + of_log if door.name in _OF_A_SOURCE else address,
        icon=door.icon,
        current=door.name == here,
        count=counts.get(door.name),
    )


def _counts(user: User) -> dict[str, int]:
    if not user.has_role(*SEES_WORK):
        return {}
    is_inbound = Q(direction=Direction.INBOUND)
    seen = ImagingRequest.objects.in_care_of(user).open()
    found = seen.aggregate(
        inbound=Count("pk", filter=is_inbound), others=Count("pk", filter=~is_inbound)
    )
    return {QUEUE: found["others"], OUTSIDE_IMAGES: found["inbound"]}
