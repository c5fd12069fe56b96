"""The head of the overview: period, filters, one sentence, four cards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.charts import ask as asked
from analytics.charts.marks import reading
from analytics.charts.tables import Survival
from analytics.charts.words import fewer, one, span
from analytics.dashboards import cards, links
from analytics.dashboards.filters import filters, nothing_here
from analytics.metrics.catalogue import BY_KEY, label_of
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.question import Question, asking
from analytics.readers.view import View
from analytics.statistics.intervals import FEW, newcombe

Context = dict[str, Any]
DISCS, USABLE = "physical_media_share_out", "immediately_usable"


def head(view: View) -> Context:
    """Return the period, the as-of line, the filters, the sentence and the cards."""
    with asking(view.snapshot.mirror, view.selection) as ask:
        last = min(view.came_until, _as_of_day(view))
        starts = asked.finished(asked.weeks(view.since, view.came_until), last)
        end = min(starts[-1] + timedelta(days=6), last) if starts else last
        now = compute(view.snapshot.mirror, view.selection, _KEYS)
        before = compute(view.snapshot.mirror, view.before, _KEYS) if view.before else {}
        curve_now = asked.survival(ask)
        curve_before = asked.survival(ask.over(view.before)) if view.before else None
        why = now["turnaround_censored_median"].why
        sla = view.query.sla_key
        shown = [
            _of_log(view, cards.share_card(ask, now[sla], before.get(sla), starts, end)),
            cards.median_card(ask, curve_now, curve_before, starts, why=why),
            cards.range_card(ask, now[DISCS], before.get(DISCS), starts, end),
            cards.range_card(ask, now[USABLE], before.get(USABLE), starts, end),
        ]
        story = _story(view, ask, now, before)
    empty = {} if now["requests_received"].n else nothing_here(view)
    return {
        "cards": [(card, links.behind(view.query, card.key)) for card in shown],
        "story": story,
        **filters(view),
        **empty,
    }


def _of_log(view: View, card: cards.Card) -> cards.Card:
    """Return the card of a clock; of a log it is the log's own deadline, and no contract's."""
    return replace(card, label=label_of(card.key, is_live=view.query.is_live))


def _as_of_day(view: View) -> date:
    """Return the day at which the figures stand."""
    at = view.snapshot.mirror.log.as_of
    return datetime.fromtimestamp(at, ZoneInfo(view.selection.zone)).date()


_KEYS = (
    "sla_compliance", "legal_sla_compliance", "turnaround_censored_median", DISCS, USABLE, "requests_received",
)  # fmt: skip


def _story(view: View, ask: Question, now: Context, before: Context) -> Context:
    """Return the one sentence: the finding in bold, and what follows from it.

    What a card refuses, since too few were counted, is no finding here either.
    """
    sla, discs = now[view.query.sla_key], now[DISCS]
    strong, rest = _released(view, sla, before.get(sla.key))
    if sla.value is None or sla.n < FEW:
        strong, rest = _waited(asked.survival(ask), sla.why or fewer("releases"))
    sentences = [rest]
    if discs.value is not None and discs.n >= FEW:
        ends = span(*cards.ends(discs), digits=0)
        sentences.append(f"Discs carried {ends}% of deliveries.")
    lost = asked.failures(ask)
    if lost and lost[0].hours and asked.failing_requests(ask) >= FEW:
        sentences.append(f"“{lost[0].label}” cost the most hours.")
    return {"strong": strong, "rest": " ".join(sentences)}


def _released(view: View, sla: Result, was: Result | None) -> tuple[str, str]:
    """Return how many met the chosen clock, and how that compares with before and the target."""
    target = BY_KEY[sla.key].target or 95.0
    parts = []
    if was is not None and was.value is not None:
        parts.append(f"{_course(sla, was)} from {one(was.value)}%")
    side = reading(int(sla.numerator or 0), sla.n, target)
    words = {"below": "below", "met": "above", "unsure": "not clearly apart from"}[side]
    missed = sla.n - int(sla.numerator or 0)
    if target >= 100:
        parts.append("none late" if not missed else f"{missed:,} of {sla.n:,} late")
    else:
        parts.append(f"{words} the {target:g}% target")
    clock = f"the {view.query.clock} clock" if view.query.is_live else "the log's own deadline"
    strong = f"{one(sla.value)}% of releases met {clock}"
    return strong, ", " + ", ".join(parts) + "."


def _waited(waits: Survival, why: str) -> tuple[str, str]:
    """Return the first thing that can be said where the chosen clock says nothing."""
    rest = f". Whether requests were in time cannot be judged: {why}."
    if waits.median is None or waits.n < FEW:
        return "Little can be said of this time", rest
    return f"Half of requests are out in {waits.days(waits.median)} days", rest


def _course(now: Result, was: Result) -> str:
    """Return up or down only where the difference is clear."""
    low, high = newcombe(int(now.numerator or 0), now.n, int(was.numerator or 0), was.n)
    return "up" if low > 0 else "down" if high < 0 else "no clear change"
