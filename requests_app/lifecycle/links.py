"""Close the links of a request: by hand, or because what they carried no longer stands."""

from __future__ import annotations

from datetime import datetime

from requests_app.lifecycle.journal import Particulars, record
from requests_app.models import Delivery, Event, ImagingRequest, ShareLink, Study, User
from requests_app.vocabulary import Channel, DeliveryState, EventKind, State

ENDS_LINKS = frozenset(
    {State.DENIED, State.WITHDRAWN, State.NOT_FOUND, State.DUPLICATE, State.DELIVERY_FAILED}
)
"""States in which no link of a request may go on opening."""


def close_link(
    request: ImagingRequest, link: ShareLink, *, by: User | None, at: datetime
) -> Event | None:
    """Close a link and say so in the journal; None where it was closed before.

    The caller holds the request's lock.
    """
    if not ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at):
        return None
    Delivery.objects.filter(pk=link.delivery_id).update(state=DeliveryState.REVOKED)
    what = Particulars(channel=Channel.LINK_SECURE, delivery=link.delivery)
    return record(request, EventKind.LINK_REVOKED, by=by, at=at, particulars=what)


def end_links(request: ImagingRequest, state: State, *, by: User | None, at: datetime) -> None:
    """Close all links of a request that came into a state in which none may open."""
    if state in ENDS_LINKS:
        close_links(request, by=by, at=at)


def close_links(
    request: ImagingRequest, *, by: User | None, at: datetime, study: Study | None = None
) -> int:
    """Close the request's open links, or those that show a study; return how many."""
    links = ShareLink.objects.filter(
        delivery__request=request, revoked_at=None, expires_at__gt=at
    ).select_related("delivery")
    if study is not None:
        shown = study.series.values("instances__deliveries")
        links = links.filter(delivery__in=shown)
    return sum(close_link(request, link, by=by, at=at) is not None for link in links)
