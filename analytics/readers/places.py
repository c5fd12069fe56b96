"""Where facilities stand: the zone in which each one's days begin and end."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.sources.opening import LIVE
from requests_app.models import Facility


def zones_of(source: str) -> Mapping[str, str]:
    """Return the zone of each facility of live work; those of a log share the log's own."""
    return dict(Facility.objects.values_list("slug", "zone")) if source == LIVE else {}
