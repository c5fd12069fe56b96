"""Who needs someone today: open requests that are late or at risk, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from analytics.charts import ask as asked
from analytics.charts.tables import Waiting
from analytics.charts.words import count, day, plural
from analytics.dashboards import links
from analytics.dashboards.standing import STATES, STEPS
from analytics.metrics.question import Question
from analytics.readers.view import View
from analytics.sources.opening import LIVE
from requests_app.models import Facility
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.policy import calendar_for

Context = dict[str, Any]
Calendars = Mapping[str, BusinessCalendar]


def needs_of(view: View, ask: Question) -> Context:
    """Return the list of those who need someone, with doors to all of them."""
    waiting, bands = asked.waiting(ask), asked.bands(ask)
    late = bands.get("late", 0) + bands.get("very_late", 0)
    risk, held = bands.get("at_risk", 0), bands.get("held", 0)
    doors = (
        (f"{count(late)} late", "late_requests"),
        (f"{count(risk)} at risk", "at_risk_requests"),
        (f"{count(held)} more on hold", "held_requests"),
    )
    calendars = _calendars(view, waiting)
    _, outside = asked.inbound(ask)
    return {
        "needs_title": f"{plural(late + risk, 'request needs', 'requests need')} someone today",
        "needs_parts": [
            {"words": words, "href": links.behind(view.query, key, by="now")}
            for words, key in doors
        ],
        "needs": [_need(view, row, calendars[row.facility]) for row in waiting],
        "needs_all": links.queue(view.query, tab="needs"),
        "needs_here": count(late + risk - outside),
        "needs_outside": including(outside),
        "needs_outside_all": links.outside_images(view.query, tab="needs"),
        "needs_why": view.snapshot.mirror.log.missing.get("band", ""),
    }


def including(outside: int) -> str:
    """Say how many of a number are outside images; nothing where none are."""
    return f"including {plural(outside, 'outside image', 'outside images')}" if outside else ""


def _calendars(view: View, waiting: list[Waiting]) -> Calendars:
    """Return the calendar of each facility shown: its zone draws the day, its holidays count."""
    slugs = {row.facility for row in waiting}
    if view.query.source != LIVE:
        return dict.fromkeys(slugs, BusinessCalendar(zone=view.selection.zone))
    places = Facility.objects.filter(slug__in=slugs).prefetch_related("holidays")
    return {place.slug: calendar_for(place) for place in places}


def _need(view: View, row: Waiting, calendar: BusinessCalendar) -> Context:
    tone, icon, words = STATES[row.band]
    due = (
        calendar.local_day(datetime.fromtimestamp(row.due - 1, calendar.zone_info))
        if row.due
        else None
    )
    if due is not None:
        today = calendar.local_day(datetime.fromtimestamp(ask_time(view), calendar.zone_info))
        words = _days(due, today, calendar, is_business=row.due_unit == "business")
    return {
        "number": row.number,
        "what": row.modality,
        "where": f"{view.name(row.facility)} · {STEPS.get(row.state, row.state.replace('_', ' '))}",
        "href": links.request(view.query, row.number),
        "tone": tone,
        "icon": icon,
        "words": words,
        "due": f"due {day(due)}" if due else "",
    }


def ask_time(view: View) -> int:
    """Return the moment, in seconds, at which the figures stand."""
    return view.snapshot.mirror.log.as_of


def _days(due: date, today: date, calendar: BusinessCalendar, *, is_business: bool) -> str:
    """Return the time left or over in the days that the deciding clock counts."""
    left = calendar.business_days_between(today, due) if is_business else (due - today).days
    if due < today:
        return f"{plural(max(1, -left), 'day')} late"
    return "Due today" if due == today else f"{plural(left, 'day')} left"
