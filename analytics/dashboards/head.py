"""The head of the overview: period, filters, one sentence, four cards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.charts import ask as asked
from analytics.charts.ask import Question, asking
from analytics.charts.marks import standing
from analytics.charts.words import day, listed, one, period, plural, span
from analytics.dashboards import cards, links
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.readers.query import CLOCKS, Query
from analytics.readers.view import View
from analytics.sources.opening import LIVE
from analytics.statistics.intervals import newcombe
from requests_app.vocabulary import RequesterType

Context = dict[str, Any]
DISCS, USABLE = "physical_media_share_out", "immediately_usable"


def head(view: View) -> Context:
    """Return the period, the as-of line, the filters, the sentence and the cards."""
    with asking(view.snapshot.mirror, view.selection) as ask:
        starts = asked.weeks(view.since, view.until)
        now = compute(view.snapshot.mirror, view.selection, _KEYS)
        before = compute(view.snapshot.mirror, view.before, _KEYS) if view.before else {}
        curve_now = asked.survival(ask)
        curve_before = asked.survival(ask.over(view.before)) if view.before else None
        why = now["turnaround_censored_median"].why
        sla = view.query.sla_key
        shown = [
            cards.share_card(ask, now[sla], before.get(sla), starts, view.until),
            cards.median_card(ask, curve_now, curve_before, starts, view.until, why=why),
            cards.range_card(ask, now[DISCS], before.get(DISCS), starts, view.until),
            cards.share_card(ask, now[USABLE], before.get(USABLE), starts, view.until),
        ]
        story = _story(view, ask, now, before)
    return {
        "cards": [(card, links.behind(view.query, card.key)) for card in shown],
        "story": story,
        "is_empty": not now["requests_received"].n,
        **filters(view),
    }


def filters(view: View) -> Context:
    """Return the bar of filters, each choice a link, and the as-of line."""
    query, zone = view.query, ZoneInfo(view.selection.zone)
    as_of = datetime.fromtimestamp(view.snapshot.mirror.log.as_of, UTC)
    age = int((view.at - as_of).total_seconds() / 60)
    local = as_of.astimezone(zone)
    weeks = ((view.until - view.since).days + 1) / 7
    length = plural(int(weeks), "week") if weeks == int(weeks) else plural(round(7 * weeks), "day")
    chosen = view.selection.facilities or ()
    periods = _periods(view, local.date())
    asked = period(view.since, view.until)
    return {
        "period_label": next((one["label"] for one in periods if one["on"]), asked),
        "view": view,
        "query": query,
        "problems": view.problems,
        "period": asked,
        "length": length,
        "facility_words": _facility_words(view, chosen),
        "as_of": f"As of {local:%a}, {day(local.date(), year=True)}, {local:%H:%M %Z}",
        "is_stale": query.source == "live" and age > 15,
        "stale_age": f"{age // 60} h {age % 60} min",
        "periods": periods,
        "facilities": [
            {"slug": slug, "name": name, "on": slug in chosen} for slug, name in view.names.items()
        ],
        **_clocks(query),
        **_askers(query),
        **_sources(view),
        **_comparisons(query, length),
        "plain": query.address(
            since=None, until=None, facilities=(), clock="contract", compare="before", asked=""
        ),
    }


def _clocks(query: Query) -> Context:
    """Return the choice of clocks."""
    choices = [
        {"label": label, "href": query.address(clock=key), "on": key == query.clock}
        for key, (_, label) in CLOCKS.items()
    ]
    return {"clocks": choices, "clock_label": CLOCKS[query.clock][1]}


def _askers(query: Query) -> Context:
    """Return the choice of who asked."""
    choices = [
        {"label": label, "href": query.address(asked=key), "on": key == query.asked}
        for key, label in _ASKERS.items()
    ]
    return {"askers": choices, "asked_label": _ASKERS[query.asked]}


def _comparisons(query: Query, length: str) -> Context:
    """Return the choice of what to compare with."""
    labels = {"before": f"The {length} before", "none": "Nothing"}
    choices = [
        {"label": label, "href": query.address(compare=key), "on": key == query.compare}
        for key, label in labels.items()
    ]
    return {"compare": choices, "compare_label": labels[query.compare]}


def _sources(view: View) -> Context:
    """Return the choice of live work and imported logs; another source keeps no other filter."""
    labels = {LIVE: "Live work"} | {name: f"Log {name}" for name in view.sources}
    choices = [
        {"label": label, "href": Query(source=name).address(), "on": name == view.query.source}
        for name, label in labels.items()
    ]
    return {
        "sources": choices if len(choices) > 1 else [],
        "source_label": labels.get(view.query.source, view.query.source),
    }


_KEYS = (
    "sla_compliance", "legal_sla_compliance", "turnaround_censored_median", DISCS, USABLE, "requests_received",
)  # fmt: skip
_ASKERS = {"": "Anyone"} | {
    kind.value: kind.value.replace("_", " ").capitalize() for kind in RequesterType
}


def _story(view: View, ask: Question, now: Context, before: Context) -> Context:
    """Return the one sentence: the finding in bold, and what follows from it."""
    sla, discs = now[view.query.sla_key], now[DISCS]
    target = BY_KEY[sla.key].target or 95.0
    rest = []
    strong = "No release has come due in this time"
    if sla.value is not None:
        strong = f"{one(sla.value)}% of releases met the {view.query.clock} clock"
        was = before.get(sla.key)
        if was is not None and was.value is not None:
            rest.append(f"{_course(sla, was)} from {one(was.value)}%")
        side = standing(sla.low or 0, sla.high or 100, target)
        words = {"below": "below", "met": "above", "unsure": "not clearly apart from"}[side]
        rest.append(f"{words} the {target:g}% target")
    sentences = [", ".join(rest) + "."] if rest else ["."]
    if discs.value is not None:
        ends = span(*cards.ends(discs), digits=0)
        sentences.append(f"Discs carried {ends}% of deliveries.")
    lost = asked.failures(ask)
    if lost and lost[0].hours:
        sentences.append(f"“{lost[0].label}” cost the most hours.")
    head = ", " if rest else ""
    return {"strong": strong, "rest": head + " ".join(sentences)}


def _course(now: Result, was: Result) -> str:
    """Return up or down only where the difference is clear."""
    low, high = newcombe(int(now.numerator or 0), now.n, int(was.numerator or 0), was.n)
    return "up" if low > 0 else "down" if high < 0 else "no clear change"


def _periods(view: View, today: date) -> list[Context]:
    month = today.replace(day=1)
    ends = {
        "Last 13 weeks": (None, None),
        "Last 4 weeks": (
            today - timedelta(days=today.weekday() + 28),
            today - timedelta(days=today.weekday() + 1),
        ),
        "Last 12 months": (date(month.year - 1, month.month, 1), month - timedelta(days=1)),
        "This month": (month, today),
    }
    if view.query.source != "live":
        ends = {"The whole log": (None, None)}
    chosen = (view.query.since, view.query.until)
    return [
        {
            "label": label,
            "href": view.query.address(since=since, until=until),
            "on": (since, until) == chosen,
        }
        for label, (since, until) in ends.items()
    ]


def _facility_words(view: View, chosen: tuple[str, ...]) -> str:
    if not chosen:
        return "no facility"
    if len(chosen) == len(view.names):
        return "all facilities" if len(chosen) > 1 else view.name(chosen[0])
    return listed([view.name(one_of) for one_of in chosen[:3]])
