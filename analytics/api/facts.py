"""What every answer about a selection says of itself, and the record of who read it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from analytics.api.asked import Asked, NotUnderstood
from analytics.metrics.definition import METHOD_VERSION
from analytics.metrics.slices import written
from audit.access import record
from audit.proof.entry import Action, EventCode


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
            raise NotUnderstood(f"There is no form {str(format)[:40]!r} of this answer: {known}.")
        return found


def check_json(request: Request) -> None:
    """Refuse every form but JSON, for a door whose answer is no table."""
    form = request.query_params.get("format", "json")
    if form != "json":
        raise NotUnderstood(f"There is no form {form[:40]!r} of this answer: it is JSON alone.")


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


def record_read(request: Request, asked: Asked, subject: str, rows: int = 1) -> None:
    """Record who read figures of which selection, or took them away in another form than JSON."""
    view, form = asked.view, request.accepted_renderer.format
    record(
        verb="api.figures_read" if form == "json" else "api.figures_exported",
        code=EventCode.QUERY if form == "json" else EventCode.EXPORT,
        action=Action.READ,
        http_request=request._request,
        subject=f"{subject}:{view.query.source}",
        detail={
            "format": form,
            "rows": rows,
            "by": asked.by or "",
            "source": view.query.source,
            "from": view.since.isoformat(),
            "to": view.until.isoformat(),
            "filters": view.query.noted,
        },
        at=view.at,
    )
