"""What the frame of every page shows: the side bar by role, with what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from requests_app.models import ImagingRequest
from requests_app.vocabulary import Role

WORKERS = frozenset({Role.RELEASE_STAFF, Role.SUPERVISOR, Role.HIM_DIRECTOR, Role.ADMINISTRATOR})
READERS = WORKERS | {Role.AUDITOR, Role.ANALYST}
MEASURERS = READERS - {Role.RELEASE_STAFF}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the side bar."""

    label: str
    icon: str
    route: str
    roles: frozenset[Role]
    counts: bool = False


GROUPS: dict[str, tuple[Item, ...]] = {
    "Work": (
        Item(label="Overview", icon="gauge", route="dashboards:overview", roles=MEASURERS),
        Item(label="Queue", icon="inbox", route="staff:queue", roles=READERS, counts=True),
        Item(
            label="My requests", icon="list", route="portal:mine", roles=frozenset({Role.REQUESTER})
        ),
    ),
    "Evidence": (
        Item(label="Reports", icon="file-chart-column", route="reports:list", roles=MEASURERS),
        Item(
            label="Imported logs",
            icon="file-up",
            route="logs:list",
            roles=MEASURERS - {Role.AUDITOR},
        ),
    ),
    "Proof": (
        Item(
            label="Access log",
            icon="scroll-text",
            route="audit:access_log",
            roles=frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.SUPERVISOR, Role.HIM_DIRECTOR}),
        ),
    ),
}


def frame(request: HttpRequest) -> dict[str, object]:
    """Return the context of the frame; a person sees only doors that open to them."""
    user = getattr(request, "user", None)
    context: dict[str, object] = {"is_demonstration": settings.DEMO, "frame_groups": []}
    if user is None or not user.is_authenticated:
        return context
    groups = []
    for title, items in GROUPS.items():
        shown = [_shown(item, request) for item in items if user.roles & item.roles]
        if any(shown):
            groups.append({"title": title, "items_shown": [one for one in shown if one]})
    return context | {"frame_groups": groups}


def _shown(item: Item, request: HttpRequest) -> dict[str, Any] | None:
    try:
        href = reverse(item.route)
    except NoReverseMatch:
        return None
    count = None
    if item.counts:
        count = ImagingRequest.objects.visible_to(request.user).open().count()  # type: ignore[arg-type]
    return {
        "label": item.label,
        "icon": item.icon,
        "href": href,
        "count": count,
        "is_current": request.path.startswith(href),
    }
