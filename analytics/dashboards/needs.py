"""Who needs someone today: open requests that are late or at risk, the most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from analytics.charts import ask as asked
from analytics.charts.tables import Waiting
from analytics.charts.words import count, day, plural, span, whole
from analytics.dashboards import links
from analytics.dashboards.standing import STATES, STEPS
from analytics.forecast.results import Chance, Forecast
from analytics.metrics.question import Question, asking
from analytics.readers.foreseen import foreseen
from analytics.readers.places import due_day
from analytics.readers.view import View
from requests_app.models import Facility
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.explain import say_left
from requests_app.sla.policy import calendar_for
from requests_app.sla.rules import Unit
from requests_app.words import say_modality

Context = dict[str, Any]
Calendars = Mapping[str, BusinessCalendar]


def needs(view: View) -> Context:
    """Return the list of those who need someone, with doors to all of them."""
    with asking(view.snapshot.mirror, view.selection) as ask:
        return _listed(view, ask)


def _listed(view: View, ask: Question) -> Context:
    waiting, bands = asked.waiting(ask), asked.bands(ask)
    ((received,),) = ask.rows("SELECT count(*) FROM cases WHERE $selection")
    late = bands.get("late", 0) + bands.get("very_late", 0)
    risk, held = bands.get("at_risk", 0), bands.get("held", 0)
    doors = (
        (late, "late", "late_requests"),
        (risk, "at risk", "at_risk_requests"),
        (held, "more on hold", "held_requests"),
    )
    calendars = calendars_of(view, {row.facility for row in waiting})
    foretold = foreseen(view.query.source, view.snapshot, view.selection, whole=view.whole)
    known = foretold.chances if isinstance(foretold, Forecast) else ()
    chances = {one.number: one for one in known}
    _, outside = asked.inbound(ask)
    return {
        "is_empty": not waiting and not received,
        "needs_title": _title(view, late + risk),
        "needs_nobody": _nobody(view),
        "needs_parts": [
            {"words": f"{count(n)} {words}", "href": links.behind(view.query, key, by="now")}
            for n, words, key in doors
            if n
        ],
        "needs": [
            _need(view, row, calendars[row.facility]) | _chance(chances.get(row.number))
            for row in waiting
        ],
        "needs_all": links.queue(view.query, tab="needs"),
        # The queue has other filters than pages of figures: it would name another number.
        "needs_sliced": bool(view.query.slices),
        "needs_forecast": links.forecast(view.query),
        "needs_here": count(late + risk - outside),
        "needs_outside": including(outside),
        "needs_outside_all": links.outside_images(view.query, tab="needs"),
        "needs_why": view.snapshot.mirror.log.missing.get("band", ""),
    }


def _title(view: View, n: int) -> str:
    """Say how many need someone: today, or when an imported log ended."""
    if view.query.is_live:
        return f"{plural(n, 'request needs', 'requests need')} someone today"
    return f"{plural(n, 'request')} needed someone when the log ended"


def _nobody(view: View) -> tuple[str, str]:
    """Say in a title and a sentence that nobody needs someone, or needed someone then."""
    if view.query.is_live:
        return "Nobody is waiting for you", "No open request is late or at risk."
    return "Nobody was waiting", "No open request was late or at risk when the log ended."


def including(outside: int) -> str:
    """Say how many of a number are outside images; nothing where none are."""
    return f"including {plural(outside, 'outside image', 'outside images')}" if outside else ""


def calendars_of(view: View, slugs: Collection[str]) -> Calendars:
    """Return the calendar of each facility shown: its zone draws the day, its holidays count."""
    if not view.query.is_live:
        return dict.fromkeys(slugs, BusinessCalendar(zone=view.selection.zone))
    places = Facility.objects.filter(slug__in=slugs).prefetch_related("holidays")
    return {place.slug: calendar_for(place) for place in places}


def _need(view: View, row: Waiting, calendar: BusinessCalendar) -> Context:
    tone, icon, words = STATES[row.band]
    due = due_day(row.due, calendar.zone) if row.due else None
    far = False
    if due is not None:
        words = days_left(view, due, calendar, Unit(row.due_unit))
        far = due.year != _today(view, calendar).year
    return {
        "number": row.number,
        "what": say_modality(row.modality),
        "where": " · ".join(word for word in (view.name(row.facility), _step(row.state)) if word),
        "href": links.request(view.query, row.number),
        "tone": tone,
        "icon": icon,
        "words": words,
        "due": f"due {day(due, year=far)}" if due else "",
    }


def _step(state: str) -> str:
    """Return where a request stands in words; nothing where its log does not say."""
    return STEPS.get(state, state.replace("_", " "))


def _chance(one: Chance | None) -> Context:
    """Return the chance of a breach with what is behind it; nothing where none is given."""
    if one is None:
        return {}
    return {"chance": f"{whole(100 * one.chance)}%", "chance_title": behind_it(one)}


def behind_it(one: Chance) -> str:
    """Return the interval and the numbers behind a chance."""
    ends = span(100 * one.low, 100 * one.high, digits=0)
    same = plural(one.n, "earlier request") + " in the same state at the same age"
    return f"95% interval {ends}%; n = {same}, {count(one.n_any)} at that age in any state"


def _today(view: View, calendar: BusinessCalendar) -> date:
    """Return the day, where a facility is, on which the figures stand."""
    as_of = datetime.fromtimestamp(view.snapshot.mirror.log.as_of, calendar.zone_info)
    return calendar.local_day(as_of)


def days_left(view: View, due: date, calendar: BusinessCalendar, unit: Unit) -> str:
    """Return the time left or over in the days that the deciding clock counts."""
    today, is_business = _today(view, calendar), unit is Unit.BUSINESS
    left = calendar.business_days_between(today, due) if is_business else (due - today).days
    return say_left(left, unit, is_late=due < today)
