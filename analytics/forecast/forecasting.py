"""Forecast which open requests will miss their contract date, or say why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from analytics.forecast.axis import BusinessAxis, ElapsedAxis
from analytics.forecast.contract import ContractClock
from analytics.forecast.evaluation import evaluate, learned_by
from analytics.forecast.model import Model
from analytics.forecast.results import Chance, Evaluation, Forecast, Learned, Refusal
from analytics.forecast.stories import LOOKS_BACK, Stories, read
from analytics.forecast.telling import NOT_YET
from analytics.forecast.verdict import MOST_ASTRAY, calibration
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror
from requests_app.sla.calendar import BusinessCalendar

FEWEST_FINISHED = 50
FEWEST_MISSED = 20
FEWEST_TESTED = 50
FEWEST_TESTED_MISSED = 10
"""Different requests: in what the trial learned from, and in what it was tried on."""
NEEDS = ("received", "contract_due")
LACKING = "This source does not say what the forecast needs."
TOO_LITTLE = "There is too little to learn from."
NO_BETTER = "On later days the model was not clearly better than a plain guess."
ASTRAY = "On later days the chances were clearly wrong as a whole."
Calendars = Mapping[str, BusinessCalendar]
_AMONG = "SELECT request_id FROM cases WHERE $selection AND request_id IN (SELECT unnest(?))"
_BUSINESS_TIMES = "SELECT count(contract_seconds) FROM cases WHERE $selection"


def forecast(
    mirror: Mirror, selection: Selection, calendars: Calendars | None = None
) -> Forecast | Refusal:
    """Return the chance of each open request of the selection's places, or a refusal.

    The selection's days are not looked at: what is open is open whenever it came. Only requests
    that the selection allows are learned from. `calendars` are those of facilities by slug;
    where a log counts business time and has none here, weekdays in the log's zone count.
    """
    as_of, lacking = mirror.log.as_of, mirror.log.missing
    if lacks := tuple(lacking[name] for name in NEEDS if name in lacking):
        return Refusal(as_of=as_of, why=LACKING, missing=lacks)
    with asking(mirror, selection) as ask:
        clock = clock_of(ask, calendars or {})
    model, tried = Model(clock, as_of), evaluate(clock)
    learned, unit = learned_by(model), clock.axis.unit
    missing = tuple(_missing(learned, tried))
    why, said = _doubt(missing, tried)
    if said or tried is None:
        return Refusal(
            as_of=as_of, unit=unit, why=why, missing=said, learned=learned, evaluation=tried
        )
    return Forecast(
        as_of=as_of,
        unit=unit,
        learned=learned,
        evaluation=tried,
        chances=_chances(clock, model),
        aside=_aside(clock),
    )


def of_some(found: Forecast, mirror: Mirror, selection: Selection) -> Forecast:
    """Return a forecast for the open requests of a selection alone, whenever they came.

    What it learned from and how it was tried stays the whole: the chance of a request is the same
    whatever stands beside it on the page.
    """
    known = [one.request_id for one in found.chances]
    known += [one for ids in found.aside.values() for one in ids]
    with asking(mirror, selection) as ask:
        rows = ask.over(ask.whenever).rows(_AMONG, values=[known])
    chosen = {key for (key,) in rows}
    return replace(
        found,
        chances=tuple(one for one in found.chances if one.request_id in chosen),
        aside={why: tuple(one for one in ids if one in chosen) for why, ids in found.aside.items()},
    )


def clock_of(ask: Question, calendars: Calendars) -> ContractClock:
    """Return the stories on the axis that the log counts in."""
    stories = read(ask)
    ((counts_business,),) = ask.over(ask.whenever).rows(_BUSINESS_TIMES)
    axis = (
        _business_axis(stories, calendars, ask.mirror.log.zone)
        if counts_business
        else ElapsedAxis()
    )
    return ContractClock(stories, axis)


def _business_axis(stories: Stories, calendars: Calendars, zone: str) -> BusinessAxis:
    as_of = stories.as_of
    first = int(stories.received.min()) if len(stories.received) else as_of
    usual = BusinessCalendar(zone=zone)
    return BusinessAxis(stories.facilities, calendars, usual, (first, as_of + LOOKS_BACK))


def _missing(learned: Learned, tried: Evaluation | None) -> Iterator[str]:
    """Yield what is too little, with how much there is."""
    then = tried.learned if tried else learned
    for have, fewest, what in (
        (then.finished, FEWEST_FINISHED, "finished requests to learn from"),
        (then.missed, FEWEST_MISSED, "missed dates to learn from"),
        (tried.requests if tried else 0, FEWEST_TESTED, "later requests to try it on"),
        (tried.missed if tried else 0, FEWEST_TESTED_MISSED, "later missed dates to try it on"),
    ):
        if have < fewest:
            yield f"{have} {what}; {fewest} are needed"


def _doubt(missing: tuple[str, ...], tried: Evaluation | None) -> tuple[str, tuple[str, ...]]:
    """Return why no chance is to be given, with what speaks against it; nothing where none does."""
    if missing or tried is None:
        return TOO_LITTLE, missing
    if unbeaten := tuple(_unbeaten(tried)):
        return NO_BETTER, unbeaten
    found = calibration(tried)
    most = f"More than {100 * MOST_ASTRAY:.0f} points that chance does not explain are too many."
    return ASTRAY, (found.sentence, most) if found.is_refused else ()


def _unbeaten(tried: Evaluation) -> Iterator[str]:
    """Yield each baseline that the model does not clearly beat."""
    for one in tried.baselines:
        if one.skill.low is None or one.skill.low <= 0:
            said = f"Brier score {tried.brier:.3f} against {one.brier:.3f} for the {one.label}"
            yield f"{said}: skill {one.skill.words()}, not clearly above 0"


def _chances(clock: ContractClock, model: Model) -> tuple[Chance, ...]:
    stories, now = clock.stories, clock.standing(clock.stories.as_of)
    columns = (now.requests, now.visits, now.stayed, now.left, model.estimates(now))
    found = [
        Chance(
            number=stories.numbers[request],
            request_id=stories.ids[request],
            facility=stories.facilities[request],
            direction=stories.directions[request],
            state=stories.states[visit],
            received=int(stories.received[request]),
            since=int(clock.entered[visit]),
            stayed=int(stayed),
            left=int(left),
            due=int(stories.dues[request]),
            chance=one.chance,
            low=one.low,
            high=one.high,
            n=one.n,
            n_any=one.n_any,
        )
        for request, visit, stayed, left, one in zip(*columns, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one.chance, one.left, one.number)))


def _aside(clock: ContractClock) -> dict[str, tuple[str, ...]]:
    """Return the open requests that get no chance, by reason."""
    stories, as_of = clock.stories, clock.stories.as_of
    is_open = (clock.stopped(as_of) == NOT_YET) & (stories.ended > as_of)
    has_date = (stories.dues < NOT_YET) & (clock.starts <= as_of)
    late = np.ones(len(is_open), dtype=bool)
    late[clock.standing(as_of).requests] = False
    places = {
        "without a due date yet": np.flatnonzero(is_open & ~has_date),
        "late already": np.flatnonzero(is_open & has_date & late),
    }
    return {why: tuple(stories.ids[one] for one in ones) for why, ones in places.items()}
