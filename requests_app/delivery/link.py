"""Delivery by secure link: issued, opened, downloaded, expired, revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from requests_app.delivery.released import bind
from requests_app.lifecycle.guards import check_has_images
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.links import close_link
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock, transition
from requests_app.models import Delivery, Event, ImagingRequest, ShareLink, User
from requests_app.notices.outbox import queue_notice
from requests_app.refusals import LinkUnknown, TransitionRefused
from requests_app.tokens import hash_of, link_token
from requests_app.vocabulary import Channel, DeliveryState, EventKind, State

LIVES_FOR = timedelta(days=30)
UNKNOWN = "This link does not open. It may have ended. Ask the hospital for a new one."


@dataclass(frozen=True, kw_only=True)
class IssuedLink:
    """A new link with the token that opens it; the token is shown once and mailed."""

    delivery: Delivery
    token: str


def create_link(
    request: ImagingRequest,
    *,
    recipient_name: str,
    recipient_email: str,
    by: User | None,
    at: datetime,
    expires_at: datetime | None = None,
    expected: State | None = None,
) -> IssuedLink:
    """Send a ready request by link: READY -> DELIVERING -> DELIVERED, since a link is live at once."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        check_has_images(locked)
        delivery = Delivery.objects.create(
            request=locked,
            channel=Channel.LINK_SECURE,
            state=DeliveryState.AVAILABLE,
            recipient_name=recipient_name,
            recipient_address=recipient_email,
            created_at=at,
            created_by=by,
            sent_at=at,
            available_at=at,
        )
        bind(delivery)
        token = _lay_link(delivery, expires_at or at + LIVES_FOR)
        what = Particulars(channel=Channel.LINK_SECURE, delivery=delivery)
        transition(request, to=State.DELIVERING, by=by, at=at, expected=expected, particulars=what)
        transition(request, to=State.DELIVERED, by=by, at=at, particulars=what)
        if recipient_email and not locked.is_demonstration:
            queue_notice(request, kind="link", address=recipient_email, at=at, delivery=delivery)
    return IssuedLink(delivery=delivery, token=token)


def _lay_link(delivery: Delivery, expires_at: datetime) -> str:
    """Write the link of a delivery; return its token, of which only the hash is kept."""
    salt = secrets.token_hex(16)
    token = link_token(salt)
    ShareLink.objects.create(
        delivery=delivery, salt=salt, token_hash=hash_of(token), expires_at=expires_at
    )
    return token


def resolve(token: str, at: datetime) -> ShareLink | None:
    """Return the live link of a token; None for unknown, expired and revoked alike."""
    link = (
        ShareLink.objects.select_related("delivery__request__facility")
        .filter(token_hash=hash_of(token))
        .first()
    )
    return link if link is not None and link.is_live(at) else None


def live_link(link_id: int, at: datetime) -> ShareLink:
    """Return a link by id for a session that exchanged its token; LinkUnknown if it ended."""
    link = (
        ShareLink.objects.select_related("delivery__request__facility").filter(pk=link_id).first()
    )
    if link is None or not link.is_live(at):
        raise LinkUnknown(UNKNOWN)
    return link


def opened(link: ShareLink, *, at: datetime) -> Event | None:
    """Record the first opening by the recipient; later ones are left to the access log."""
    with transaction.atomic():
        request = lock(link.delivery.request)
        first = Delivery.objects.filter(pk=link.delivery_id, first_opened_at=None).update(
            first_opened_at=at
        )
        if not first:
            return None
        return record(request, EventKind.FIRST_OPENED, by=None, at=at, particulars=_by(link))


def downloaded(link: ShareLink, *, at: datetime) -> Event:
    """Count one download of the originals; past the limit the link opens no more downloads."""
    with transaction.atomic():
        request = lock(link.delivery.request)
        counted = ShareLink.objects.filter(
            pk=link.pk, revoked_at=None, downloads__lt=F("max_downloads")
        ).update(downloads=F("downloads") + 1)
        if not counted:
            raise LinkUnknown("This link has reached its number of downloads. Ask for a new one.")
        return record(request, EventKind.DOWNLOADED, by=None, at=at, particulars=_by(link))


def revoke(link: ShareLink, *, by: User | None, at: datetime) -> Event:
    """Close a link at once."""
    with transaction.atomic():
        request = lock(link.delivery.request)
        check_work(by, request)
        event = close_link(request, link, by=by, at=at)
        if event is None:
            raise TransitionRefused("This link was revoked before.")
        return event


def _by(link: ShareLink) -> Particulars:
    return Particulars(channel=Channel.LINK_SECURE, delivery=link.delivery, by_recipient=True)
