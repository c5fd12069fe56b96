"""The requests behind a number: a page and a file, within the reader's scope, each look recorded."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.charts.ask import AGES
from analytics.charts.slices import narrowed, say_word
from analytics.charts.words import count, day, one, period
from analytics.dashboards import links
from analytics.dashboards.cards import facts_of
from analytics.dashboards.standing import STATES
from analytics.metrics.behind import COLUMNS, Behind, Narrowing, Part, parts_of
from analytics.metrics.catalogue import BY_KEY, label_of
from analytics.metrics.compute import compute
from analytics.metrics.definition import Kind, Metric, Result
from analytics.metrics.own_words import name_of
from analytics.metrics.settings import settings_of
from analytics.readers.counted import NOTHING, Own, each_told
from analytics.readers.looks import details, record_refused, refusals_recorded
from analytics.readers.places import zones_of
from analytics.readers.query import read
from analytics.readers.slicing import asked_chips, place_chips, slicing
from analytics.readers.view import View, demand_reader, open_view
from audit.access import record
from audit.proof.entry import Action, EventCode
from audit.spreadsheet import guarded
from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.words import say_modality

PER_PAGE, MOMENTS = 25, ("received", "available", "due")
OPENED, EXPORTED = "figure.opened", "figure.exported"
OWN = frozenset({"key", "part", "group", "medium", "band", "age", "by", "page"})
"""Words of this page in an address, beside the filters."""
NARROWS = ("group", "medium", "band", "age", "by")
"""Those of them that choose fewer requests, or others, than the measure looked at."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a door opens: a part of a measure within a view."""

    view: View
    behind: Behind
    part: Part

    @property
    def label(self) -> str:
        """What the measure is called over this source."""
        return label_of(self.behind.metric.key, is_live=self.view.query.is_live)

    @property
    def why(self) -> str:
        """Why the measure cannot be computed from this source; empty where it can."""
        missing = self.view.snapshot.mirror.log.missing
        return next((missing[name] for name in self.behind.metric.needs if name in missing), "")


@login_required
@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """Show the requests behind a number."""
    asked = _asked(request, OPENED)
    counts = asked.behind.counts() if not asked.why else {}
    pages = Paginator(range(counts.get(asked.part.key, 0)), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    skip = (page.number - 1) * PER_PAGE
    rows = [] if asked.why else asked.behind.rows(asked.part, limit=PER_PAGE, skip=skip)
    _record(request, asked, OPENED, len(rows))
    metric, view, own = asked.behind.metric, asked.view, _own(request)
    result = compute(view.snapshot.mirror, asked.behind.selection, [metric.key])[metric.key]
    context = {
        **slicing(view, own),
        "other_chips": [*place_chips(view, own), *asked_chips(view, own)],
        "query": view.query,
        "label": asked.label,
        "view": view,
        "why": asked.why,
        "part": asked.part,
        "narrowed": _words(asked.behind.narrowing),
        "period": period(view.since, view.until) if asked.behind.selection.since else "",
        "is_by_event": asked.behind.selection.clock == "occurred",
        "facts": facts_of(metric, result),
        "is_by_step": metric.table == "steps",
        "many": _many(asked, result),
        "tabs": [
            (part, count(counts[part.key])) for part in parts_of(metric) if counts.get(part.key)
        ],
        "rows": _rows(view, rows),
        "page": page,
        "back": links.overview(view.query),
    }
    return render(request, "analytics/dashboards/behind.html", context)


@login_required
@require_GET
def behind_csv(request: HttpRequest) -> HttpResponse:
    """Answer the requests behind a number as CSV; the file says how it was counted."""
    asked = _asked(request, EXPORTED)
    rows = [] if asked.why else asked.behind.rows(asked.part, limit=None)
    _record(request, asked, EXPORTED, len(rows))
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerows([guarded(cell) for cell in line] for line in _lines(asked, rows))
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv")
    name = f"{asked.behind.metric.key}-{asked.part.key}.csv".replace("_", "-")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _asked(request: HttpRequest, verb: str) -> Asked:
    at = datetime.now(UTC)
    demand_reader(request.user)
    metric, part = _wanted(request, verb, at)
    query = read(str(request.META.get("QUERY_STRING", "")), also=OWN)
    with refusals_recorded(request, f"figure:{metric.key}", at, verb):
        view = open_view(request.user, query, at)
    selection = view.selection
    by = request.GET.get("by", "")
    if by == "event" and metric.table == "steps":
        selection = replace(selection, clock="occurred")
    elif by == "now":
        selection = replace(selection, since=None, until=None)
    narrowing = Narrowing(
        group=_word(request, "group"),
        medium=_word(request, "medium"),
        band=_word(request, "band"),
        age=_age(request),
    )
    return Asked(
        view=view, behind=Behind(view.snapshot.mirror, metric, selection, narrowing), part=part
    )


def _wanted(request: HttpRequest, verb: str, at: datetime) -> tuple[Metric, Part]:
    """Return the measure and the part of it that the address names; 404 where there is none."""
    metric = BY_KEY.get(request.GET.get("key", ""))
    if metric is None:
        record_refused(request, verb, "figure", ("key",), at)
        raise Http404
    said = request.GET.get("part", "all")
    part = next((one for one in parts_of(metric) if one.key == said), None)
    if part is None:
        record_refused(request, verb, f"figure:{metric.key}", ("part",), at)
        raise Http404
    return metric, part


def _own(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the words of this page in the address, but for the place in the list."""
    return [(name, str(word)) for name, word in request.GET.items() if name in OWN - {"page"}]


def _word(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "")[:60]


def _age(request: HttpRequest) -> tuple[float, float] | None:
    """Return the limits of one row of the table of ages; None where no such row is named."""
    named = {links.age_of(label): i for i, (label, _) in enumerate(AGES)}
    if (place := named.get(request.GET.get("age", ""))) is None:
        return None
    return (AGES[place - 1][1] if place else -math.inf, AGES[place][1])


def _words(narrowing: Narrowing) -> str:
    code = narrowing.group
    label = FAILURES[FailureCode(code)].label if code in FailureCode.__members__ else code
    ages = [label for label, top in AGES if narrowing.age and top == narrowing.age[1]]
    band = narrowing.band.replace("_", " ")
    return " · ".join(word for word in (label, narrowing.medium, band, *ages) if word)


def _many(asked: Asked, result: Result) -> str:
    """Say of how many the number is a share; of some of them nothing is counted here."""
    if asked.behind.metric.kind is not Kind.SHARE or asked.behind.narrowing != Narrowing():
        return ""
    return f"{count(result.n)} {asked.behind.metric.denominator}"


def _rows(view: View, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    zones = zones_of(view.query.source)
    return [_row(view, row, zones.get(row["facility"], view.selection.zone)) for row in rows]


def _row(view: View, row: dict[str, Any], place: str) -> dict[str, Any]:
    state = row["outcome"] or row["state"] or ""
    # The period chose by days of receipt as the view draws them; a due date is a day of its place.
    received = _day(row["received"], ZoneInfo(view.selection.zone))
    available = _day(row["available"], ZoneInfo(place))
    due = _day(row["due"] - 1 if row["due"] else None, ZoneInfo(place))
    return {
        "number": row["number"],
        "href": links.request(view.query, row["number"]),
        "what": say_modality(row["modality"] or ""),
        "where": view.name(row["facility"]),
        "asked": say_word("requester_type", row["requester_type"] or ""),
        "side": row["counted_as"],
        "direction": {"inbound": "in", "outbound": "out"}.get(row["direction"], "unknown"),
        "received": day(received, year=True) if received else "",
        "available": day(available, year=True) if available else "",
        "due": day(due, year=True) if due else "",
        "took": _took(row),
        "state": state.replace("_", " "),
        "band": STATES.get(row["band"]) if row["band"] else None,
    }


def _took(row: dict[str, Any]) -> str:
    if row["available"] is None or row["received"] is None:
        return ""
    return one((row["available"] - row["received"]) / 86400)


def _day(moment: int | None, zone: ZoneInfo) -> Any:
    return datetime.fromtimestamp(moment, zone).date() if moment is not None else None


def _lines(asked: Asked, rows: list[dict[str, Any]]) -> Iterator[list[Any]]:
    view, selection, metric = asked.view, asked.behind.selection, asked.behind.metric
    yield [asked.label, asked.part.words]
    yield ["Question", metric.question]
    yield ["Source", view.query.source, "as of", _moment(view.snapshot.mirror.log.as_of)]
    days = (selection.since.isoformat(), selection.until.isoformat()) if selection.since else ()  # type: ignore[union-attr]
    yield ["Days", *days, "by event" if selection.clock == "occurred" else "by receipt"]
    named = [view.name(one) for one in view.query.facilities]
    yield ["Facilities", *(named or ["all that the reader may see"])]
    yield ["Asked by", say_word("requester_type", view.query.asked or "anyone")]
    only = [_words(asked.behind.narrowing), *narrowed(selection, view.names)]
    yield ["Filters", *([one for one in only if one] or ["none"])]
    clock = settings_of(view.snapshot.mirror.log, selection, metric)
    yield from (["The clock", one] for one in clock)
    yield ["Note", asked.why or metric.caveat]
    yield []
    yield list(COLUMNS)
    for row in rows:
        yield [_moment(row[name]) if name in MOMENTS else row[name] for name in COLUMNS]


def _moment(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _record(request: HttpRequest, asked: Asked, verb: str, rows: int) -> None:
    seen = replace(asked.view, selection=asked.behind.selection)
    record(
        verb=verb,
        code=EventCode.EXPORT if verb == EXPORTED else EventCode.QUERY,
        action=Action.READ,
        http_request=request,
        subject=f"figure:{asked.behind.metric.key}",
        detail={
            **details(seen, _counted(request, asked)),
            "part": asked.part.key,
            "rows": rows,
        },
        at=asked.view.at,
    )


def _counted(request: HttpRequest, asked: Asked) -> Own:
    """Return the own words that narrowed the list; one that found no request is named alone."""
    given = {name: _word(request, name) for name in NARROWS if request.GET.get(name)}
    if not given:
        return NOTHING
    behind, chosen = asked.behind, asked.behind.selection
    found = not asked.why and any(behind.counts().values())
    counts = {
        "group": found and bool(behind.metric.group),
        "medium": found,
        "band": found and behind.metric.table == "cases",
        "age": behind.narrowing.age is not None,
        "by": chosen.clock == "occurred" or chosen.since is None,
    }
    # That days are those of events stands among the filters of every view.
    shown = given.items() - {("by", "event")}
    said = {name: word for name, word in given.items() if counts[name] and (name, word) in shown}
    of = {"group": name_of(behind.metric.group), "medium": "medium"}
    return Own(
        said=tuple(each_told(said, of, is_live=asked.view.query.is_live)),
        ignored=tuple(name for name in given if not counts[name]),
    )
