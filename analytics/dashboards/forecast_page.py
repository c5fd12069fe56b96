"""The forecast as a page: chances of open requests, the trial behind them, what the model is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics.charts.marks import interval, standing
from analytics.charts.words import count, day, one, period, plural, share, span, whole
from analytics.dashboards import links
from analytics.dashboards.filters import filters
from analytics.dashboards.needs import Calendars, behind_it, calendars_of, days_left
from analytics.dashboards.standing import STEPS
from analytics.forecast.model import method
from analytics.forecast.results import Chance, Evaluation, Forecast, Learned, Refusal
from analytics.forecast.stories import DAY
from analytics.forecast.verdict import calibration, points
from analytics.readers.foreseen import foreseen
from analytics.readers.looks import open_page, record_look
from analytics.readers.places import due_day
from analytics.readers.query import Query
from analytics.readers.slicing import asked_chips
from analytics.readers.view import View
from analytics.statistics.scores import Bin, Figure
from requests_app.sla.rules import Unit

Context = dict[str, Any]
PER_PAGE = 25
UNITS = {"business": "business days", "elapsed": "days", "": "days"}

TIMES = {
    "business": "Counted in business days; waits for the requester stop the clock.",
    "elapsed": "Counted in days from receipt; nothing stops the clock.",
}
"""How time is counted: an imported log has no business calendar, and no pauses of ours."""

LEFT_ASIDE = (
    "Who works on it, how much else waits, and what is asked for. Requests that were denied, "
    "withdrawn, duplicate or not found count until that end, and neither as met nor as missed."
)


CHOSEN = (
    "It learns from all requests of this source that you may see. Facilities and other filters "
    "only choose which open ones are shown: the chance of a request stays the same."
)


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the chances of open requests, the greatest first, or why there are none."""
    view = open_page(request, "forecast", datetime.now(UTC), also=frozenset({"page"}))
    query = view.query
    found = foreseen(query.source, view.snapshot, view.selection, whole=view.whole)
    chances = found.chances if isinstance(found, Forecast) else ()
    pages = Paginator(chances, PER_PAGE).get_page(request.GET.get("page"))
    calendars = calendars_of(view, {chance.facility for chance in pages})
    record_look(request, view.of_any_day, "forecast", rows=len(pages))
    context = {
        **filters(view),
        "other_chips": asked_chips(view),
        "found": found,
        "is_given": isinstance(found, Forecast),
        "places": _places(view),
        "story": _story(found, query),
        "rows": [_row(view, chance, found.unit, calendars) for chance in pages],
        "page": pages,
        "trial": _trial(view, found.evaluation) if found.evaluation else None,
        "facts": _facts(view, found),
        "back": links.overview(query),
    }
    return render(request, "analytics/dashboards/forecast.html", context)


def _places(view: View) -> list[Context]:
    """Return a way to each facility alone, where there are several."""
    chosen, query = view.query.facilities, view.query
    choices: list[tuple[str, tuple[str, ...]]] = [("All facilities", ())]
    choices += [(name, (slug,)) for slug, name in view.names.items()]
    found = [
        {"label": label, "href": query.address(facilities=places), "on": places == chosen}
        for label, places in choices
    ]
    return found if len(view.names) > 1 else []


def _story(found: Forecast | Refusal, query: Query) -> Context:
    """Return the finding: how many of the open requests are expected to miss their date."""
    if isinstance(found, Refusal):
        return {}
    n, expected = len(found.chances), sum(chance.chance for chance in found.chances)
    strong = f"About {whole(expected)} of {plural(n, 'open request')} will miss {query.date}"
    left_out = [f"{count(some)} {why}" for why, some in found.left_out.items()]
    rest = " if work goes on as in the past year." if n else ", so there is nothing to forecast."
    return {
        "strong": strong if n else f"No open request still has {query.date} ahead of it",
        "rest": rest + (f" Not counted: {', '.join(left_out)}." if left_out else ""),
    }


def _row(view: View, chance: Chance, unit: str, calendars: Calendars) -> Context:
    calendar = calendars[chance.facility]
    due = due_day(chance.due, calendar.zone)
    counted = Unit.BUSINESS if unit == "business" else Unit.CALENDAR
    state = STEPS.get(chance.state, chance.state.replace("_", " "))
    return {
        "number": chance.number,
        "href": links.request(view.query, chance.number),
        "where": view.name(chance.facility),
        "is_inbound": chance.direction == "inbound",
        "state": state,
        "stayed": f"for {one(chance.stayed / DAY)} {UNITS[unit]}",
        "due": day(due, year=True),
        "left": days_left(view, due, calendar, counted),
        "chance": share(100 * chance.chance),
        "ends": span(100 * chance.low, 100 * chance.high, digits=0),
        "mark": interval(
            100 * chance.chance,
            100 * chance.low,
            100 * chance.high,
            side="unsure",
            target=0,
            least=0,
        ),
        "title": behind_it(chance),
        "n": count(chance.n),
        "n_any": count(chance.n_any),
    }


def _trial(view: View, tried: Evaluation) -> Context:
    """Return how the model did on later days, beside plain guesses."""
    zone = ZoneInfo(view.selection.zone)
    days = [datetime.fromtimestamp(at, zone).date() for at in (tried.first, tried.last)]
    scores = [{"label": "This model", "brier": f"{tried.brier:.3f}", "skill": ""}]
    scores += [
        {"label": one.label.capitalize(), "brier": f"{one.brier:.3f}", "skill": _skill(one.skill)}
        for one in tried.baselines
    ]
    return {
        "days": period(days[0], days[1]),
        "looks": count(tried.looks),
        "requests": count(tried.requests),
        "missed": count(tried.missed),
        "not_known": count(tried.not_known),
        "scores": scores,
        "predicted": one(100 * tried.predicted),
        "observed": one(100 * tried.observed),
        "excess": _points(tried.excess),
        "calibration": calibration(tried),
        "bins": [_bin(part) for part in tried.bins],
        "title": _verdict(tried),
    }


def _verdict(tried: Evaluation) -> str:
    """Say in words what the scores say."""
    best = min(tried.baselines, key=lambda one: one.brier)
    if all(one.skill.low is not None and one.skill.low > 0 for one in tried.baselines):
        return f"On later days it was {whole(100 * best.skill.value)}% better than the best plain guess"
    return "On later days it was not clearly better than a plain guess"


def _skill(skill: Figure) -> str:
    if skill.low is None or skill.high is None:
        return f"{_percent(skill.value)}%"
    return f"{_percent(skill.value)}% ({_percent(skill.low)} to {_percent(skill.high)})"


def _percent(share: float) -> str:
    """Return whole percent, with a minus as long as a plus; less than nothing by none is 0."""
    return whole(round(100 * share) + 0.0).replace("-", "−")


def _points(excess: Figure) -> str:
    """Return by how many points the mean chance lies above what came."""
    if excess.low is None or excess.high is None:
        return f"{points(excess.value)} points"
    return f"{points(excess.value)} points ({points(excess.low)} to {points(excess.high)})"


def _bin(part: Bin) -> Context:
    size = f"{whole(100 * part.low)}–{whole(100 * part.high)}%"
    row = {"size": size, "n": count(part.n), "cases": count(part.cases)}
    if part.predicted is None or part.observed is None:
        return row
    ends = 100 * part.observed_low, 100 * part.observed_high
    side = standing(*ends, 100 * part.predicted)
    mark = interval(
        100 * part.observed,
        *ends,
        side="unsure" if side == "unsure" else "below",
        target=100 * part.predicted,
        least=0,
    )
    return row | {
        "predicted": one(100 * part.predicted),
        "observed": one(100 * part.observed),
        "ends": span(*ends, digits=0),
        "mark": mark,
    }


def _facts(view: View, found: Forecast | Refusal) -> list[tuple[str, str]]:
    """Return what the model is and what it learned from."""
    learned = found.learned
    facts = [("Method", method(found.unit))]
    if learned is not None:
        facts += [
            ("Learned from", _learned(view, learned)),
            ("Whatever you choose", CHOSEN),
            *_days(view),
            ("Time", TIMES[found.unit]),
        ]
    return [
        *facts,
        ("Interval", "Of the chance: how much it hangs on the few requests behind it."),
        ("Left aside", LEFT_ASIDE),
    ]


def _days(view: View) -> list[tuple[str, str]]:
    """Say whose days they are; a log of dates alone knows no hour, and stands in no zone."""
    if view.snapshot.mirror.log.granularity == "day":
        return []
    return [("Days", f"Each begins at midnight in {view.selection.zone}.")]


def _learned(view: View, learned: Learned) -> str:
    zone = ZoneInfo(view.selection.zone)
    days = [datetime.fromtimestamp(at, zone).date() for at in (learned.since, learned.until)]
    finished = f"{count(learned.finished)} finished ones, {count(learned.missed)} of them late"
    return (
        f"Requests received {period(*days)}. How long they run: {count(learned.requests)} that ran, "
        f"open ones and those that ended without release too. How many are late: {finished}; "
        "what was released the moment it was received never ran, and counts here alone."
    )
