"""What every answer about a selection says of itself, and the record of who read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.asked import Asked, NotUnderstood
from analytics.metrics.definition import METHOD_VERSION
from analytics.metrics.slices import written
from analytics.readers.counted import NOTHING, Own, listed, told
from analytics.readers.looks import details, record_refused
from analytics.sources.opening import UnknownSource
from audit.access import record
from audit.proof.entry import Action, EventCode

READ = "api.figures_read"


class JSONAlone(DefaultContentNegotiation):
    """Lets the door itself refuse another form, in a sentence."""

    def filter_renderers(self, renderers: Any, format: Any) -> Any:  # noqa: A002, ARG002
        """Return all of them, whatever form was asked for."""
        return renderers


class InFourForms(DefaultContentNegotiation):
    """Refuses a form that is none of the four, in a sentence."""

    def filter_renderers(self, renderers: Any, format: Any) -> Any:  # noqa: A002
        """Return those of the form that was asked for."""
        found = [one for one in renderers if one.format == format]
        if not found:
            known = ", ".join(one.format for one in renderers)
            raise NotUnderstood(
                f"There is no form {str(format)[:40]!r} of this answer: {known}.", "format"
            )
        return found


def check_json(request: Request) -> None:
    """Refuse every form but JSON, for a door whose answer is no table."""
    form = request.query_params.get("format", "json")
    if form != "json":
        why = f"There is no form {form[:40]!r} of this answer: it is JSON alone."
        raise NotUnderstood(why, "format")


def facts_of(asked: Asked) -> dict[str, Any]:
    """Return what an answer holds for."""
    view, chosen = asked.view, asked.view.selection
    return {
        "source": view.query.source,
        "as_of": datetime.fromtimestamp(view.snapshot.mirror.log.as_of, UTC).isoformat(),
        "period": {
            "from": view.since.isoformat(),
            "to": view.until.isoformat(),
            "zone": chosen.zone,
            "why": view.why_days,
        },
        "filters": {
            "facility": list(chosen.facilities or ()),
            "asked": chosen.requester_type,
            "slice": list(written(chosen.slices)),
        },
        "snapshot": {
            "watermark": view.snapshot.watermark,
            "content": view.snapshot.content,
        },
        "method": METHOD_VERSION,
    }


class Door(APIView):
    """A door to figures: an address that it refuses is recorded, by the names of its words."""

    def handle_exception(self, exc: Exception) -> Response:
        """Record a refusal, and answer it as any other."""
        words = getattr(exc, "words", ("source",) if isinstance(exc, UnknownSource) else ())
        if words and self._is_known_caller():
            match = self.request._request.resolver_match
            subject = match.url_name or "" if match is not None else ""
            mistyped, at = getattr(exc, "mistyped", False), timezone.now()
            record_refused(self.request._request, READ, subject, words, at, mistyped=mistyped)
        return super().handle_exception(exc)

    def _is_known_caller(self) -> bool:
        """Say whether somebody signed in or with a key calls: a form is refused before that is asked."""
        with suppress(APIException):
            return bool(self.request.user.is_authenticated)
        return False


def record_read(
    request: Request, asked: Asked, subject: str, rows: int = 1, own: Own = NOTHING
) -> None:
    """Record who read figures of which selection, or took them away in another form than JSON."""
    view, form = asked.view, request.accepted_renderer.format
    said = tuple(chain.from_iterable(_said(request, view.query.is_live)))
    record(
        verb=READ if form == "json" else "api.figures_exported",
        code=EventCode.QUERY if form == "json" else EventCode.EXPORT,
        action=Action.READ,
        http_request=request._request,
        subject=f"{subject}:{view.query.source}",
        detail={
            **details(view, replace(own, said=(*said, *own.said))),
            "format": form,
            "rows": rows,
        },
        at=view.at,
    )


def _said(request: Request, is_live: bool) -> Iterator[Iterator[tuple[str, str]]]:  # noqa: FBT001
    """Yield the words of one door alone: each was looked up, or it had been refused."""
    given = request.query_params.getlist
    for name in ("key", "by", "compare", "limit", "offset"):
        yield listed(name, set(given(name)))
    yield told("without", set(given("without")), of="reason", is_live=is_live)
