"""The charts of the overview: their findings in words, their figures, their numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from analytics.charts import ask as asked
from analytics.charts import curve, media, pareto
from analytics.charts.tables import Cell
from analytics.charts.words import (
    count,
    day,
    one,
    percent,
    period,
    plural,
    sample,
    span,
    too_few,
    whole,
)
from analytics.dashboards import links
from analytics.dashboards.head import DISCS
from analytics.dashboards.needs import including
from analytics.dashboards.standing import STATES
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.media import NOTHING_KNOWN
from analytics.metrics.question import asking
from analytics.readers.view import View
from analytics.statistics.intervals import FEW

Context = dict[str, Any]
HOURS = "failure_hours_by_code"


def charts(view: View) -> tuple[Context, dict[str, Any]]:
    """Return what the charts' panels say, and their figures."""
    label = f"the {(view.until - view.since).days + 1} days before"
    starts = asked.months(view.until)
    with asking(view.snapshot.mirror, view.selection) as ask:
        now = asked.survival(ask)
        before = asked.survival(ask.over(view.before)) if view.before else None
        lost, failing = asked.failures(ask), asked.failing_requests(ask)
        year = ask.over(ask.whenever)
        months = asked.total(
            asked.shares(year, DISCS, starts, end=view.until, by_event=True), starts
        )
        mix = asked.media_mix(ask, view.until - timedelta(days=91))
        ages, flow = asked.ages(ask), asked.flow(ask)
        outside, _ = asked.inbound(ask)
    figures = {
        "curve": curve.figure(now, before, before_label=label),
        "curve_narrow": curve.figure(now, before, before_label=label, narrow=True),
        "media": media.figure(months),
        "pareto": pareto.figure(lost),
        "pareto_narrow": pareto.figure(lost, narrow=True),
    }
    context = {
        "curve": _curve_words(view, now, before, label),
        "media": _media_words(view, months, mix),
        "pareto": _pareto_words(view, lost, failing),
        "ages": _age_words(view, ages, flow, outside),
        "is_empty": not now.n and not any(age.n for age in ages),
        "query": view.query,
    }
    return context, figures


def _curve_words(view: View, now: Any, before: Any, label: str) -> Context:
    days = (1, 2, 3, 5, 7, 10, 14, 21)
    rows = []
    for limit in days:
        if limit > curve.reach(now):
            break
        step = curve.released_by(now, limit)
        was = curve.released_by(before, limit) if before and limit <= curve.reach(before) else None
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
        "door": links.behind(view.query, "turnaround_censored_median"),
        **_why_no_curve(view, now),
    }


def _why_no_curve(view: View, now: Any) -> Context:
    """Return why there is no curve, and what stands under that title."""
    why = _lacks(view, "available") or ("" if now.n else "no request in this time")
    if why or now.n >= FEW:
        return {"why": why, "under": "Not zero: unknown"}
    return {
        "why": too_few("requests"),
        "under": f"{sample(count(now.n))}, {now.still_open} still open",
    }


_MEDIA: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("link", "Link", "link", "link", {"medium": "link"}),
    ("push", "Push", "push", "network", {"medium": "push"}),
    ("physical", "Disc", "disc", "disc-3", {"part": "counted"}),
    ("paper", "Paper", "unknown", "file-up", {"part": "rest", "medium": "physical"}),
    ("unknown", "Unknown", "unknown", "circle-help", {"medium": "unknown"}),
)
"""The marks of the media: word, word on the page, colour, icon, and the door to the requests."""


def _media_words(view: View, months: list[Cell], mix: dict[str, int]) -> Context:
    total = sum(mix.values()) or 1
    quarter = {"since": view.until - timedelta(days=91), "until": view.until}
    marks = []
    for name, words, css, icon, door_of in _MEDIA:
        if name == "paper" and not mix.get(name):
            continue
        door = links.behind(view.query, DISCS, by="event", changes=quarter, **door_of)
        share = whole(100 * mix.get(name, 0) / total)
        marks.append({"words": words, "css": css, "icon": icon, "share": share, "door": door})
    year = {"since": months[0].start, "until": view.until}
    nothing = NOTHING_KNOWN if media.is_unknown(months) else ""
    why = _lacks(view, "channel") or nothing
    return {
        "title": media.title(months),
        "n": count(sum(cell.n for cell in months)),
        "until": day(view.until, year=True),
        "door": links.behind(view.query, DISCS, by="event", changes=year),
        "mix": marks,
        "rows": [_month(view, cell) for cell in months],
        "is_drawn": not why and any(c.n >= FEW for c in months),
        "why": why,
    }


def _month(view: View, cell: Cell) -> Context:
    last = (cell.start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    days = {"since": cell.start, "until": min(last, view.until)}
    return {
        "month": f"{cell.start:%b %Y}",
        # What the chart leaves out is left out below it too.
        "is_few": cell.n < FEW,
        "least": percent(cell.least),
        "most": percent(cell.most),
        "n": count(cell.n),
        "door": links.behind(view.query, DISCS, by="event", changes=days),
    }


def _pareto_words(view: View, lost: list[Any], failing: int) -> Context:
    key = "failures_by_code"
    unmended = sum(failure.unmended for failure in lost)
    return {
        "title": pareto.title(lost, failing),
        "hours": count(sum(failure.hours for failure in lost)),
        "n": count(failing),
        "door": links.behind(view.query, key),
        "without": links.without(view.query),
        "rows": [
            (one_of, running, links.behind(view.query, key, group=one_of.code))
            for one_of, running in zip(lost, pareto.running_shares(lost), strict=True)
        ],
        "period": period(view.since, view.until),
        "why": _lacks(view, "reason"),
        "unsaid": _why_no_hours(lost, failing),
        "is_told": failing >= FEW or pareto.is_unmended(lost),
        "unmended": plural(unmended, "failure has", "failures have") if unmended else "",
    }


def _why_no_hours(lost: list[Any], failing: int) -> str:
    """Return why the hours are not drawn."""
    if pareto.is_unmended(lost):
        return BY_KEY[HOURS].if_none
    return too_few("requests with a failure") if failing < FEW else ""


def _lacks(view: View, field: str) -> str:
    return view.snapshot.mirror.log.missing.get(field, "")


def _age_words(view: View, ages: list[Any], flow: tuple[int, int], outside: int) -> Context:
    total = sum(age.n for age in ages)
    old = sum(age.n for age in ages[2:])
    came, ended = flow
    rows = []
    for age in ages:
        parts, this_age = [], links.age_of(age.label)
        for band, (tone, icon, words) in STATES.items():
            if n := age.bands.get(band, 0):
                href = links.behind(view.query, "open_requests", by="now", age=this_age, band=band)
                parts.append({"n": n, "tone": tone, "icon": icon, "words": words, "href": href})
        door = links.behind(view.query, "open_requests", by="now", age=this_age)
        rows.append({"label": age.label, "n": count(age.n), "parts": parts, "door": door})
    return {
        "title": _open_words(total, old),
        "rows": rows,
        "outside": including(outside),
        "outside_door": _outside_door(view),
        "flow": f"Received {count(came)} last week · closed {count(ended)} · net {_net(came - ended)}",
    }


def _net(n: int) -> str:
    """Return a difference with its sign; none has none."""
    return f"{'−' if n < 0 else '+'}{count(abs(n))}" if n else "0"


def _outside_door(view: View) -> str:
    """Return the open outside images: the list of work, which has no such slices, where there are none."""
    if not view.query.slices:
        return links.outside_images(view.query)
    only = {"slices": view.query.cut("direction", "inbound")}
    return links.behind(view.query, "open_requests", by="now", changes=only)


def _open_words(total: int, old: int) -> str:
    if not total:
        return "No request is open"
    verb = "request is" if total == 1 else "requests are"
    return f"{count(total)} {verb} open; {count(old)} {'is' if old == 1 else 'are'} older than five days"
