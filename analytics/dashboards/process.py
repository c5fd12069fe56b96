"""The page of the process view: who may look, the record of looking, the figures in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.dashboards import links
from analytics.dashboards.cards import plain_card
from analytics.dashboards.filters import filters, nothing_here
from analytics.dashboards.flow import graph_words, hands_words, rework_words, variants_words
from analytics.dashboards.rules import rules_words
from analytics.dashboards.waits import story, waits_words
from analytics.dashboards.without import WORD, own_of, strange_codes, without_words
from analytics.process.whole import process
from analytics.readers.looks import open_page, record_look


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show how the requests of a view flow."""
    view = open_page(request, "process", datetime.now(UTC), keep=frozenset({WORD}))
    ticked = tuple(word for _, word in view.query.kept)
    record_look(request, view, "process", own_of(view, ticked))
    bar = {**filters(view), "clocks": [], "compare": []}
    view = replace(view, query=replace(view.query, kept=()))  # for doors out of this page
    seen = process(view.snapshot.mirror, view.selection)
    if not seen.basis.requests:
        said = {"problems": (*bar["problems"], *strange_codes(ticked))}
        return render(request, "analytics/dashboards/process.html", bar | nothing_here(view) | said)
    cards = [plain_card(result) for result in seen.measures.values()]
    without = without_words(view, ticked)
    context = {
        "problems": (*bar["problems"], *without["strange"]),
        "cards": [(card, links.behind(view.query, card.key)) for card in cards],
        "story": story(seen),
        "graph": graph_words(seen),
        "waits": waits_words(seen),
        "rework": rework_words(seen),
        "variants": variants_words(seen),
        "hands": hands_words(seen),
        "rules": rules_words(view, seen),
        "without": without,
    }
    return render(request, "analytics/dashboards/process.html", bar | context)
