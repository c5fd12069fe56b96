"""Every number is a door: addresses of the request lists behind the numbers."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from analytics.readers.query import Query
from analytics.sources.opening import LIVE


def queue(query: Query, **filters: str) -> str:
    """Return the queue with filters; nothing for a log, whose requests are not ours."""
    if query.source != LIVE:
        return ""
    chosen = {name: word for name, word in filters.items() if word}
    facilities = [("facility", one) for one in query.facilities if "facility" not in chosen]
    pairs = [*chosen.items(), *facilities]
    return f"{reverse('staff:queue')}?{urlencode(pairs)}" if pairs else reverse("staff:queue")


def request(query: Query, number: str) -> str:
    """Return the page of one request."""
    return reverse("staff:request", args=[number]) if query.source == LIVE else ""
