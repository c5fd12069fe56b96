"""Every measure with its figure and its definition on one page, by theme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.charts.words import count, plural, sample, span
from analytics.dashboards import links
from analytics.dashboards.cards import facts_of, plain_card
from analytics.dashboards.filters import filters, nothing_here
from analytics.metrics.catalogue import METRICS, label_of, question_of
from analytics.metrics.compute import compute
from analytics.metrics.definition import Group, Kind, Metric, Result
from analytics.metrics.rfi import prompts_of
from analytics.readers.looks import open_page, record_look
from analytics.readers.query import Query
from analytics.readers.view import View
from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.rfi import in_words
from requests_app.vocabulary import Channel
from requests_app.words import plain, say

THEMES = {
    "SLA": "On time",
    "Backlog": "What waits",
    "Media": "Discs",
    "Effort": "Work by hand",
    "Usability": "Use of what arrives",
    "Disclosure": "Wrong releases",
}
"""Titles of themes that are not named by their own word."""
TALLIES = (Kind.COUNT, Kind.NET, Kind.DISTINCT)
"""Kinds whose figure is a count: few are a figure too, where a share of few is none."""
PAGE = "analytics/dashboards/measures.html"
LONGEST = 4  # groups named in one cell


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measure: its figure, its range with n, its definition, the door behind it."""

    metric: Metric
    label: str
    figure: str
    range: str
    facts: tuple[tuple[str, str], ...]
    door: str
    why: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Theme:
    """The measures of one theme."""

    key: str
    title: str
    lines: tuple[Line, ...]


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show all measures of a view; what cannot be computed says why."""
    view = open_page(request, "measures", datetime.now(UTC))
    record_look(request, view, "measures")
    results = _results(view)
    bar = {**filters(view), "clocks": [], "compare": []}
    if not results["requests_received"].n:  # what is open now may have come in any period
        return render(request, PAGE, bar | nothing_here(view))
    themes = list(_themes(view.query, results))
    lacking = sum(bool(line.why) for theme in themes for line in theme.lines)
    context = {
        "themes": themes,
        "measures": plural(len(results), "measure"),
        "lacking": plural(lacking, "has", "have") if lacking else "",
    }
    return render(request, PAGE, bar | context)


def _results(view: View) -> dict[str, Result]:
    """Return all measures: of requests that are open now whenever they came, of others the period's."""
    mirror = view.snapshot.mirror
    of_now = [metric.key for metric in METRICS if metric.is_of_now]
    now = compute(mirror, replace(view.selection, since=None, until=None), of_now)
    return compute(mirror, view.selection) | now


def _themes(query: Query, results: Mapping[str, Result]) -> Iterator[Theme]:
    for theme in dict.fromkeys(metric.theme for metric in METRICS):
        lines = tuple(_line(query, one, results[one.key]) for one in METRICS if one.theme == theme)
        key = theme.lower().replace(" ", "-")
        yield Theme(key=key, title=THEMES.get(theme, theme), lines=lines)


def _line(query: Query, metric: Metric, result: Result) -> Line:
    metric = replace(metric, question=question_of(metric, is_live=query.is_live))
    figure, reach, why = _figure(metric, result)
    return Line(
        metric=metric,
        label=label_of(metric.key, is_live=query.is_live),
        figure=figure,
        range=" · ".join(one for one in (reach, "open now" if metric.is_of_now else "") if one),
        facts=facts_of(metric, result),
        door="" if why else links.behind(query, metric.key, by="now" if metric.is_of_now else ""),
        why=why,
        evidence=in_words(prompts_of(metric)),
    )


def _figure(metric: Metric, result: Result) -> tuple[str, str, str]:
    """Return a figure, its range, and why there is none."""
    if result.why is not None:
        return "", "", result.why
    if metric.kind is Kind.GROUPS:
        return _groups(metric, result)
    if metric.kind in TALLIES and result.value is not None:
        return plural(int(result.value), metric.unit.removesuffix("s"), metric.unit), "", ""
    card = plain_card(result)
    return ("", "", card.why) if card.why else (f"{card.value}{card.unit}", card.range, "")


def _groups(metric: Metric, result: Result) -> tuple[str, str, str]:
    largest = sorted(result.by, key=lambda group: (-(group.value or 0), group.group))
    named = [f"{_name(group)} {span(group.value, group.value, digits=0)}" for group in largest]
    if not named:
        return f"0 {metric.unit}", sample(count(result.n)), ""
    more = len(named) - LONGEST
    words = "; ".join(named[:LONGEST]) + (f"; {more} more" if more > 0 else "")
    return words, f"{metric.unit} · {sample(count(result.n))}", ""


def _name(group: Group) -> str:
    if group.group in FailureCode.__members__:
        return f"{group.group} {FAILURES[FailureCode(group.group)].label}"
    return say(Channel(group.group)) if group.group in set(Channel) else plain(group.group)
