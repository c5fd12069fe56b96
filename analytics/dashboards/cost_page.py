"""What discs cost, and what moving some to links would change: every assumption is the reader's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.costs.answer import FREED, costs
from analytics.costs.asked import WORDS, Asked, asked_of
from analytics.costs.elsewhere import REPORTED
from analytics.costs.volume import Volume, volume_of
from analytics.dashboards.cost_form import fields_of
from analytics.dashboards.cost_words import cards, failures, lede, parts, tornado, volume_words
from analytics.dashboards.filters import filters, nothing_here
from analytics.metrics.question import asking
from analytics.readers.assumed import own_of
from analytics.readers.looks import open_page, record_look
from analytics.readers.view import View

Context = dict[str, Any]
PAGE = "analytics/dashboards/cost.html"


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the costs; an assumption that cannot be read leaves the form with a sentence."""
    view = open_page(request, "cost", datetime.now(UTC), keep=frozenset(WORDS))
    said = dict(view.query.kept)
    asked = asked_of(said)
    record_look(request, view, "cost", own_of(asked))
    bar = {**filters(view), "clocks": [], "compare": []}
    if not _is_anything_here(view):
        return render(request, PAGE, bar | nothing_here(view))
    volume = volume_of(view.snapshot.mirror, view.selection)
    context = _context(view, volume, asked, said)
    return render(request, PAGE, bar | context)


def _is_anything_here(view: View) -> bool:
    with asking(view.snapshot.mirror, view.selection) as ask:
        ((n,),) = ask.rows("SELECT count(*) FROM cases WHERE $selection")
    return bool(n)


def _context(view: View, volume: Volume, asked: Asked, said: Mapping[str, str]) -> Context:
    query = replace(view.query, kept=())
    context: Context = {
        "fields": fields_of(asked, said),
        "is_changed": asked != Asked(),
        "usual": query.address(),
        "problems_in_form": len(asked.problems),
        "volume": volume_words(query, volume),
        "why": volume.why,
        "failures": failures(view.query, volume),
        "reported": REPORTED,
        "freed": FREED,
    }
    if asked.problems:
        return context
    found = costs(volume, asked)
    return context | {
        "story": lede(found),
        "cards": cards(query, found),
        "parts": parts(found),
        "tornado": tornado(found),
    }
