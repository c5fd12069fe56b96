"""Every number is a door: addresses of the request lists behind the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

from analytics.readers.query import Query
from analytics.sources.opening import LIVE


def overview(query: Query, **changes: object) -> str:
    """Return the overview with these filters."""
    return reverse("dashboards:overview") + query.address(**changes)


def behind(
    query: Query,
    key: str,
    *,
    part: str = "",
    changes: Mapping[str, object] | None = None,
    **own: str,
) -> str:
    """Return the requests behind a measure; `own` are `group`, `medium`, `band`, `age` and
    `by`.

    `changes` are filters that this door sets anew, such as the week of a cell.
    """
    pairs = {"key": key, "part": part, **own}
    words = urlencode({name: word for name, word in pairs.items() if word})
    address = query.address(**(changes or {}))[1:]
    return f"{reverse('dashboards:behind')}?{words}" + (f"&{address}" if address else "")


def forecast(query: Query) -> str:
    """Return the forecast of open requests with these filters."""
    return reverse("forecast:page") + query.address(since=None, until=None)


def without(query: Query) -> str:
    """Return what turnaround would be without each failure, on the process page."""
    return f"{reverse('process:view')}{query.address()}#without"


def age_of(label: str) -> str:
    """Return the word by which an address names a row of the table of ages."""
    return label.lower().replace(" ", "-")


def queue(query: Query, **filters: str) -> str:
    """Return the queue with filters; nothing for a log, whose requests are not ours."""
    return _work(query, "staff:queue", filters)


def outside_images(query: Query, **filters: str) -> str:
    """Return the list of outside images with filters; nothing for a log."""
    return _work(query, "staff:outside_images", filters)


def _work(query: Query, name: str, filters: Mapping[str, str]) -> str:
    if query.source != LIVE:
        return ""
    chosen = {name: word for name, word in filters.items() if word}
    facilities = [("facility", one) for one in query.facilities if "facility" not in chosen]
    asked = [("asked", query.asked)] if query.asked else []
    pairs = [*chosen.items(), *facilities, *asked]
    return f"{reverse(name)}?{urlencode(pairs)}" if pairs else reverse(name)


def request(query: Query, number: str) -> str:
    """Return the page of one request."""
    return reverse("staff:request", args=[number]) if query.source == LIVE else ""
