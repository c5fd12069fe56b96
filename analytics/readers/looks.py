"""The record of looks at figures: what was chosen, or that an address was refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb
from django.http import HttpRequest

from analytics.readers.counted import NOTHING, Own, filters_of, names_of
from analytics.readers.query import read
from analytics.readers.view import View, demand_reader, open_view
from analytics.sources.opening import UnknownSource
from audit.access import record
from audit.proof.entry import Action, EventCode, Outcome

VIEWED = "dashboard.viewed"
NONE: frozenset[str] = frozenset()


def details(view: View, own: Own = NOTHING) -> dict[str, str | int]:
    """Return what an entry says of a view: its source, what counted, and names of what did not."""
    filters = filters_of(view.snapshot.mirror, view.selection, whole=view.whole, own=own)
    said: dict[str, str | int] = {"source": view.query.source, "filters": filters}
    lacking = [
        name for name, _ in view.selection.slices if name in view.snapshot.mirror.log.missing
    ]
    if ignored := names_of((*view.ignored, *own.ignored, *(["slice"] if lacking else ()))):
        said["ignored"] = ignored
    return said


def record_look(
    http_request: HttpRequest, view: View, subject: str, own: Own = NOTHING, **more: int
) -> None:
    """Record that somebody looks at a page of figures, and at what of them."""
    record(
        verb=VIEWED,
        code=EventCode.QUERY,
        action=Action.READ,
        http_request=http_request,
        subject=subject,
        detail={**details(view, own), **more},
        at=view.at,
    )


def record_refused(
    http_request: HttpRequest,
    verb: str,
    subject: str,
    words: Collection[str],
    at: datetime,
    *,
    mistyped: bool = False,
) -> None:
    """Record that an address was refused, by the names of what was wrong with it.

    `mistyped` tells that how it was written was wrong, before anything was looked for.
    """
    detail: dict[str, str | bool] = {"refused": names_of(words)}
    record(
        verb=verb,
        code=EventCode.QUERY,
        action=Action.READ,
        outcome=Outcome.MINOR_FAILURE,
        http_request=http_request,
        subject=subject,
        detail=detail | ({"mistyped": True} if mistyped else {}),
        at=at,
    )


@contextmanager
def refusals_recorded(
    http_request: HttpRequest, subject: str, at: datetime, verb: str = VIEWED
) -> Iterator[None]:
    """Record it where the source of an address is not there, not the reader's, or cannot be read."""
    try:
        yield
    except (UnknownSource, OSError, duckdb.Error):
        record_refused(http_request, verb, subject, ("source",), at)
        raise


def open_page(
    http_request: HttpRequest,
    subject: str,
    at: datetime,
    *,
    also: frozenset[str] = NONE,
    keep: frozenset[str] = NONE,
) -> View:
    """Open the view that an address asks for, to who may look.

    `also` are words of the page's own, `keep` those that go with its filters. Whoever calls
    records the look, or the refusal of an own word.
    """
    demand_reader(http_request.user)
    query = read(str(http_request.META.get("QUERY_STRING", "")), also=also, keep=keep)
    with refusals_recorded(http_request, subject, at):
        return open_view(http_request.user, query, at)
