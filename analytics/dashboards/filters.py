"""The overview's bar of filters: each choice is a link, since the address holds what was chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.charts.ask import reach
from analytics.charts.words import day, listed, period, plural
from analytics.metrics.question import asking
from analytics.readers.offered import words_of
from analytics.readers.query import Query
from analytics.readers.slicing import slicing, source_choice
from analytics.readers.view import View
from requests_app.vocabulary import RequesterType
from requests_app.words import say

Context = dict[str, Any]
STALE_AFTER = 15  # minutes


def filters(view: View) -> Context:
    """Return the bar of filters, each choice a link, and the as-of line."""
    query, zone = view.query, ZoneInfo(view.selection.zone)
    as_of = datetime.fromtimestamp(view.snapshot.mirror.log.as_of, UTC)
    age = int((view.at - as_of).total_seconds() / 60)
    local = as_of.astimezone(zone)
    weeks = ((view.until - view.since).days + 1) / 7
    plain = Query(source=query.source).address()
    length = plural(int(weeks), "week") if weeks == int(weeks) else plural(round(7 * weeks), "day")
    lead = "As of" if query.is_live else "The log ends"
    # A log of dates alone knows no hour, and stands in no zone.
    clock = "" if view.snapshot.mirror.log.granularity == "day" else f", {local:%H:%M %Z}"
    chosen = view.selection.facilities or ()
    periods = _periods(view, local.date())
    asked = period(view.since, view.until)
    return {
        # The days themselves stand above the bar, which with them is longer than a line.
        "period_label": next((one["label"] for one in periods if one["on"]), "Chosen days"),
        "view": view,
        "query": query,
        **slicing(view),
        "period": asked,
        "length": length,
        **_places(view, chosen),
        "as_of": f"{lead} {local:%a}, {day(local.date(), year=True)}{clock}",
        "is_live": query.is_live,
        "is_stale": query.is_live and age > STALE_AFTER,
        "stale_age": f"{age // 60} h {age % 60} min",
        "periods": periods,
        "facilities": [
            {"slug": slug, "name": name, "on": slug in chosen} for slug, name in view.names.items()
        ],
        **_clocks(query),
        **_askers(view),
        **source_choice(view),
        **(_comparisons(query, length) if view.has_before else {"compare": []}),
        "plain": plain,
        "is_narrowed": query.address() != plain,
    }


def nothing_here(view: View) -> Context:
    """Return what a page without a single request says: also whether there never was one."""
    ever = replace(view.selection, since=None, until=None, requester_type=None, slices=())
    with asking(view.snapshot.mirror, ever) as ask:
        is_new = view.query.is_live and reach(ask) is None
    with asking(view.snapshot.mirror, replace(view.selection, since=None, until=None)) as ask:
        found = reach(ask)
    return {
        "is_empty": True,
        "is_new": is_new and not view.query.facilities,
        "elsewhere": _elsewhere(view, *found) if found else None,
    }


def _elsewhere(view: View, first: date, last: date) -> Context:
    """Say when the nearest request came, and which period shows it."""
    words, since, until = "Requests came before and after", first, last
    if first > view.until:
        words = f"The first request came on {day(first, year=first.year != view.until.year)}"
        since, until = first.replace(day=1), _today(view)
    elif last < view.since:
        words = f"The last request before came on {day(last, year=True)}"
        since = max(first, last - timedelta(days=90))
    known = [one["label"] for one in _periods(view, _today(view)) if one["days"] == (since, until)]
    label = known[0] if known else period(since, until)
    shows = "them" if words.startswith("Requests") else "it"
    href = view.query.address(since=since, until=until)
    return {"words": words, "label": label, "href": href, "shows": shows}


def _today(view: View) -> date:
    """Return the day, in the zone of the view, on which its figures stand."""
    zone = ZoneInfo(view.selection.zone)
    return datetime.fromtimestamp(view.snapshot.mirror.log.as_of, UTC).astimezone(zone).date()


def _clocks(query: Query) -> Context:
    """Return the choice of clocks; none where there is one alone."""
    choices = [
        {"label": label, "href": query.address(clock=key), "on": key == query.clock}
        for key, (_, label) in query.clocks.items()
    ]
    return {
        "clocks": choices if len(choices) > 1 else [],
        # Its days stand in the menu: with them the bar is longer than a line.
        "clock_label": query.clocks[query.clock][1].partition(",")[0],
    }


def _askers(view: View) -> Context:
    """Return the choice of who asked, of those who did; none where the source does not say."""
    query = view.query
    occur = words_of(view).get("requester_type", ())
    labels = {"": "Anyone"} | {
        kind.value: say(kind) for kind in RequesterType if kind in occur or kind == query.asked
    }
    choices = [
        {"label": label, "href": query.address(asked=key), "on": key == query.asked}
        for key, label in labels.items()
    ]
    return {"askers": choices if len(choices) > 1 else [], "asked_label": labels[query.asked]}


def _comparisons(query: Query, length: str) -> Context:
    """Return the choice of what to compare with."""
    labels = {"before": f"{length} before", "none": "Nothing"}
    choices = [
        {"label": label, "href": query.address(compare=key), "on": key == query.compare}
        for key, label in labels.items()
    ]
    return {"compare": choices, "compare_label": labels[query.compare]}


def _periods(view: View, today: date) -> list[Context]:
    month = today.replace(day=1)
    is_first_week = view.usual[1] == today
    ends = {
        "From the first day on" if is_first_week else "Last 13 weeks": (None, None),
        "Last 4 weeks": (
            today - timedelta(days=today.weekday() + 28),
            today - timedelta(days=today.weekday() + 1),
        ),
        "Last 12 months": (date(month.year - 1, month.month, 1), month - timedelta(days=1)),
        "This month": (month, today),
    }
    if not view.query.is_live:
        ends = {"The whole log": (None, None)}
    chosen = (view.query.since, view.query.until)
    return [
        {
            "label": label,
            "href": view.query.address(since=since, until=until),
            "on": (since, until) == chosen,
            "days": (since, until),
        }
        for label, (since, until) in ends.items()
    ]


def _places(view: View, chosen: tuple[str, ...]) -> Context:
    """Return the chosen facilities in words, and short for the bar, where there are places."""
    words = _facility_words(view, chosen) if view.has_places else ""
    short = f"{len(chosen)} of {len(view.names)}" if 1 < len(chosen) < len(view.names) else words
    return {"facility_words": words, "facility_label": short.replace("all facilities", "All")}


def _facility_words(view: View, chosen: tuple[str, ...]) -> str:
    if not chosen:
        return "no facility"
    if len(chosen) == len(view.names):
        return "all facilities" if len(chosen) > 1 else view.name(chosen[0])
    return listed([view.name(one_of) for one_of in chosen[:3]])
