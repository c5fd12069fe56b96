"""What each part of the overview shows, as plain values for its template and figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.charts import ask as asked
from analytics.charts import curve, media, pareto
from analytics.charts.ask import Question, asking
from analytics.charts.marks import interval, standing
from analytics.charts.tables import Cell, Waiting
from analytics.charts.words import count, day, listed, one, period, plural, span, whole
from analytics.dashboards import cards, links
from analytics.readers.query import CLOCKS
from analytics.readers.view import View
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.statistics.intervals import wilson
from requests_app.vocabulary import RequesterType

Context = dict[str, Any]
FEW = 11  # weekly cells of fewer requests than this say little and are not shown
FLOOR = 80.0  # percent: where the axis of the intervals begins, unless one lies below
STATES = {
    "late": ("is-late", "circle-alert", "late"),
    "very_late": ("is-late", "circle-alert", "very late"),
    "at_risk": ("is-risk", "clock", "at risk"),
    "held": ("is-held", "circle-pause", "on hold"),
    "on_track": ("is-ok", "circle-check", "on track"),
    "unknown": ("is-none", "circle-dashed", "cannot tell"),
}


def head(view: View) -> Context:
    """Return the period, the as-of line, the filters, the sentence and the cards."""
    with asking(view.snapshot.mirror, view.selection) as ask:
        starts = asked.weeks(view.since, view.until)
        now = compute(view.snapshot.mirror, view.selection, _KEYS)
        before = compute(view.snapshot.mirror, view.before, _KEYS) if view.before else {}
        curve_now = asked.survival(ask)
        curve_before = asked.survival(ask.over(view.before)) if view.before else None
        why = now["turnaround_median"].why
        sla = view.query.sla_key
        shown = [
            cards.share_card(ask, now[sla], before.get(sla), starts, view.until),
            cards.median_card(ask, curve_now, curve_before, why, starts, view.until),
            cards.range_card(ask, now[_DISCS], before.get(_DISCS), starts, view.until),
            cards.share_card(ask, now[_USABLE], before.get(_USABLE), starts, view.until),
        ]
        story = _story(view, ask, now, before)
    return {
        "cards": shown,
        "story": story,
        "is_empty": not now["requests_received"].n,
        "queue": links.queue(view.query),
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
    return {
        "view": view,
        "query": query,
        "problems": view.problems,
        "period": period(view.since, view.until),
        "length": length,
        "facility_words": _facility_words(view, chosen),
        "as_of": f"As of {local:%a}, {day(local.date(), year=True)}, {local:%H:%M %Z}",
        "is_stale": query.source == "live" and age > 15,
        "stale_age": f"{age // 60} h {age % 60} min",
        "periods": _periods(view, as_of.astimezone(zone).date()),
        "facilities": [
            {"slug": slug, "name": name, "on": slug in chosen} for slug, name in view.names.items()
        ],
        "clocks": [
            {"label": label, "href": query.address(clock=key), "on": key == query.clock}
            for key, (_, label) in CLOCKS.items()
        ],
        "clock_label": CLOCKS[query.clock][1],
        "askers": [
            {"label": label, "href": query.address(asked=key), "on": key == query.asked}
            for key, label in _ASKERS.items()
        ],
        "asked_label": _ASKERS[query.asked],
        "compare_label": "The time before" if query.compare == "before" else "Nothing",
        "compare": [
            {"label": "The time before", "href": query.address(compare="before")},
            {"label": "Nothing", "href": query.address(compare="none")},
        ],
        "plain": query.address(
            since=None, until=None, facilities=(), clock="contract", compare="before", asked=""
        ),
    }


def weekly(view: View) -> Context:
    """Return the table by facility and week, and the list of those who need someone."""
    key = view.query.sla_key
    metric = BY_KEY[key]
    target = metric.target or 95.0
    result = compute(view.snapshot.mirror, view.selection, [key], by="facility")[key]
    starts = asked.weeks(view.since, view.until)
    with asking(view.snapshot.mirror, view.selection) as ask:
        cells = asked.shares(ask, key, starts, end=view.until)
        lists = {"waiting": asked.waiting(ask), "bands": asked.bands(ask)}
    groups = sorted(result.by, key=lambda group: group.value or 0)
    least = min([FLOOR, *(5 * ((group.low or 0) // 5) for group in groups)])
    rows = [
        _row(view, group.group, group, cells.get(group.group, []), target, least)
        for group in groups
    ]
    rows.append(_row(view, "", result, asked.total(cells, starts), target, least))
    below = [view.name(group.group) for group in groups if (group.high or 100) < target]
    return {
        "title": _weekly_title(below, result.value, target),
        "metric": metric,
        "target": target,
        "n": count(result.n),
        "why": result.why,
        "starts": [_week_head(starts, i) for i in range(len(starts))],
        "rows": rows,
        **_needs(view, **lists),
    }


def charts(view: View) -> tuple[Context, dict[str, Any]]:
    """Return what the charts' panels say, and their figures."""
    label = f"the {(view.until - view.since).days + 1} days before"
    starts = asked.months(view.until)
    with asking(view.snapshot.mirror, view.selection) as ask:
        now = asked.survival(ask)
        before = asked.survival(ask.over(view.before)) if view.before else None
        lost = asked.failures(ask)
        year = ask.over(ask.whenever)
        months = asked.total(
            asked.shares(year, _DISCS, starts, end=view.until, by_event=True), starts
        )
        mix = asked.media_mix(ask, view.until - timedelta(days=91))
        ages, flow = asked.ages(ask), asked.flow(ask)
    missing = view.snapshot.mirror.log.missing
    figures = {
        "curve": curve.figure(now, before, before_label=label),
        "curve_narrow": curve.figure(now, before, before_label=label, narrow=True),
        "media": media.figure(months),
        "pareto": pareto.figure(lost),
        "pareto_narrow": pareto.figure(lost, narrow=True),
    }
    context = {
        "curve": _curve_words(now, before, label, missing),
        "media": _media_words(months, mix, missing),
        "pareto": _pareto_words(lost, missing, view),
        "ages": _age_words(view, ages, flow),
        "query": view.query,
    }
    return context, figures


_DISCS, _USABLE = "physical_media_share_out", "immediately_usable"
_KEYS = (
    "sla_compliance", "legal_sla_compliance", "turnaround_median", _DISCS, _USABLE, "requests_received",
)  # fmt: skip
_ASKERS = {"": "Anyone"} | {
    kind.value: kind.value.replace("_", " ").capitalize() for kind in RequesterType
}


def _story(view: View, ask: Question, now: Context, before: Context) -> Context:
    """Return the one sentence: the finding in bold, and what follows from it."""
    sla, discs = now[view.query.sla_key], now[_DISCS]
    target = BY_KEY[sla.key].target or 95.0
    rest = []
    strong = "No release has come due in this time"
    if sla.value is not None:
        strong = f"{one(sla.value)}% of releases met the {view.query.clock} clock"
        was = before.get(sla.key)
        if was is not None and was.value is not None:
            rest.append(f"{'up' if sla.value >= was.value else 'down'} from {one(was.value)}%")
        side = standing(sla.low or 0, sla.high or 100, target)
        words = {"below": "below", "met": "above", "unsure": "not clearly apart from"}[side]
        rest.append(f"{words} the {target:g}% target")
    sentences = [", ".join(rest) + "."] if rest else ["."]
    if discs.value is not None:
        ends = span(*cards._ends(discs), digits=0)
        sentences.append(f"Discs carried {ends}% of deliveries.")
    lost = asked.failures(ask)
    if lost and lost[0].hours:
        sentences.append(f"“{lost[0].label}” cost the most hours.")
    head = ", " if rest else ""
    return {"strong": strong, "rest": head + " ".join(sentences)}


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


def _weekly_title(below: list[str], value: float | None, target: float) -> str:
    if value is None:
        return "Nothing has come due in this time"
    if below:
        shown = listed(below) if len(below) <= 3 else f"{len(below)} facilities"
        return f"{shown} {'is' if len(below) == 1 else 'are'} clearly below target"
    return f"No facility is clearly below the {target:g}% target"


def _week_head(starts: list[date], i: int) -> Context:
    start = starts[i]
    is_new = i == 0 or starts[i - 1].month != start.month
    return {"month": f"{start:%b}" if is_new else "", "day": start.day}


def _row(
    view: View, facility: str, group: Any, cells: list[Cell], target: float, least: float
) -> Context:
    has = group.value is not None
    ends = {"low": group.low or 0.0, "high": group.high or 0.0}
    return {
        "name": view.name(facility) if facility else "All facilities",
        "href": links.queue(view.query, facility=facility) if facility else "",
        "marks": interval(group.value, **ends, target=target, least=least) if has else None,
        "value": whole(group.value),
        "exact": one(group.value),
        "low": one(group.low),
        "high": one(group.high),
        "n": count(group.n),
        "cells": [_cell(cell, target) for cell in cells],
    }


def _cell(cell: Cell, target: float) -> Context:
    if cell.n < FEW:
        return {"kind": "few", "n": cell.n, "met": cell.hits}
    low, high = wilson(cell.hits, cell.n)
    side = standing(100 * low, 100 * high, target)
    return {"kind": side, "value": whole(cell.least), "n": cell.n, "met": cell.hits}


def _needs(view: View, waiting: list[Waiting], bands: dict[str, int]) -> Context:
    late = bands.get("late", 0) + bands.get("very_late", 0)
    risk, held = bands.get("at_risk", 0), bands.get("held", 0)
    missing = view.snapshot.mirror.log.missing.get("band", "")
    return {
        "needs_title": f"{plural(late + risk, 'request needs', 'requests need')} someone today",
        "needs_parts": [
            {"words": f"{late} late", "href": links.queue(view.query, band="late")},
            {"words": f"{risk} at risk", "href": links.queue(view.query, band="at_risk")},
            {"words": f"{held} more on hold", "href": links.queue(view.query, band="held")},
        ],
        "needs": [_need(view, one_of) for one_of in waiting],
        "needs_all": links.queue(view.query, band="late" if late else "at_risk"),
        "needs_total": late + risk,
        "needs_why": missing,
    }


def _need(view: View, row: Waiting) -> Context:
    tone, icon, words = STATES[row.band]
    due = _due_day(row.due, view.selection.zone)
    if due is not None:
        today = datetime.fromtimestamp(
            view.snapshot.mirror.log.as_of, ZoneInfo(view.selection.zone)
        ).date()
        days = (due - today).days
        late, left = plural(-days, "day") + " late", plural(days, "day") + " left"
        words = late if days < 0 else "Due today" if days == 0 else left
        if row.band == "late" and days >= 0:
            words = "late"
    return {
        "number": row.number,
        "what": row.modality,
        "where": f"{view.name(row.facility)} · {row.state.replace('_', ' ')}",
        "href": links.request(view.query, row.number),
        "tone": tone,
        "icon": icon,
        "words": words,
        "due": f"due {day(due)}" if due else "",
    }


def _due_day(moment: int | None, zone: str) -> date | None:
    """Return the last day on which a request is on time; the moment itself is the day after."""
    return datetime.fromtimestamp(moment - 1, ZoneInfo(zone)).date() if moment is not None else None


def _curve_words(now: Any, before: Any, label: str, missing: Any) -> Context:
    days = (1, 2, 3, 5, 7, 10, 14, 21)
    rows = []
    for limit in days:
        step = curve.released_by(now, limit)
        was = curve.released_by(before, limit) if before else None
        rows.append(
            {
                "days": limit,
                "out": one(100 * (1 - step.waiting)) if step else "0.0",
                "span": span(100 * (1 - step.high), 100 * (1 - step.low)) if step else "",
                "before": one(100 * (1 - was.waiting)) if was else "",
            }
        )
    return {
        "title": curve.title(now),
        "n": count(now.n),
        "still_open": count(now.still_open),
        "rows": rows,
        "label": label,
        "why": missing.get("available", "") or ("" if now.n else "no request in this time"),
    }


def _media_words(months: list[Cell], mix: dict[str, int], missing: Any) -> Context:
    total = sum(mix.values()) or 1
    share: Callable[[str], str] = lambda name: whole(100 * mix.get(name, 0) / total)  # noqa: E731
    return {
        "title": media.title(months),
        "n": count(sum(cell.n for cell in months)),
        "mix": {name: share(name) for name in ("link", "push", "physical", "unknown")},
        "rows": [
            {
                "month": f"{cell.start:%b %Y}",
                "least": one(cell.least),
                "most": one(cell.most),
                "n": count(cell.n),
            }
            for cell in months
        ],
        "why": missing.get("channel", "")
        or ("" if any(c.n for c in months) else "no delivery yet"),
    }


def _pareto_words(lost: list[Any], missing: Any, view: View) -> Context:
    return {
        "title": pareto.title(lost),
        "hours": count(sum(failure.hours for failure in lost)),
        "n": count(sum(failure.requests for failure in lost)),
        "rows": lost,
        "period": period(view.since, view.until),
        "why": missing.get("reason", "") or ("" if lost else "no failure was noted in this time"),
    }


def _age_words(view: View, ages: list[Any], flow: tuple[int, int]) -> Context:
    total = sum(age.n for age in ages)
    old = sum(age.n for age in ages[2:])
    came, ended = flow
    rows = []
    for age in ages:
        parts = []
        for band, (tone, icon, words) in STATES.items():
            if n := age.bands.get(band, 0):
                href = links.queue(view.query, band="late" if band == "very_late" else band)
                parts.append({"n": n, "tone": tone, "icon": icon, "words": words, "href": href})
        rows.append({"label": age.label, "n": count(age.n), "parts": parts})
    verb = "request is" if total == 1 else "requests are"
    net = came - ended
    return {
        "title": f"{count(total)} {verb} open; {count(old)} {'is' if old == 1 else 'are'} older than five days",
        "rows": rows,
        "flow": f"Received {count(came)} last week · closed {count(ended)} · net {'−' if net < 0 else '+'}{abs(net)}",
    }
