"""The seeded plan of the whole year. The same seed and moment give the same stories. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from requests_app.demonstration.course import Course
from requests_app.demonstration.inbound import fetch
from requests_app.demonstration.later import with_later
from requests_app.demonstration.outbound import PEOPLE, release
from requests_app.demonstration.places import ASKERS, DOORS, EXAMS, PLACES, Place
from requests_app.demonstration.relief import with_relief
from requests_app.demonstration.shown import BODY, shown
from requests_app.demonstration.story import Actor, Step, Story, Verb
from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import DAY, BusinessCalendar, us_federal_holidays
from requests_app.vocabulary import (
    Channel,
    Direction,
    Intake,
    LegalBasis,
    Priority,
    RequesterType,
    State,
)

DAYS = 365
PATIENTS = 1600
TO_SEND = frozenset({State.RETRIEVED, State.READY, State.DELIVERY_FAILED})
"""Where a release waits with its images here."""


def calendar_of(place: Place, as_of: datetime) -> BusinessCalendar:
    """Return the calendar by which a made-up facility works."""
    holidays = us_federal_holidays(as_of.year - 2, as_of.year + 1)
    return BusinessCalendar(zone=place.zone, holidays=holidays)


def plan(*, seed: int, requests: int, as_of: datetime) -> list[Story]:
    """Return the stories, in order of receipt, each cut at the as-of moment."""
    as_of = as_of.astimezone(UTC).replace(microsecond=0)
    chance = Random(seed)  # noqa: S311
    calendars = {place.slug: calendar_of(place, as_of) for place in PLACES}
    pieces = list(shown(as_of, calendars))[:requests]
    weights = [_weight(as_of.date() - DAY * (DAYS - number), number) for number in range(DAYS)]
    numbers = chance.choices(range(DAYS), weights, k=requests - len(pieces))
    told = (
        _story(chance, index, number, as_of=as_of, calendars=calendars)
        for index, number in enumerate(sorted(numbers))
    )
    noted = (_with_late_arrival(story, calendars[story.place]) for story in told)
    year = [with_later(with_relief(story, seed), seed) for story in noted]
    stories = [_cut(story, as_of) for story in (*year, *pieces)]
    return sorted(stories, key=lambda story: (story.received, story.key))


def _weight(day: date, number: int) -> float:
    """Fewer on weekends, more on Mondays, a little more each month."""
    growth = 0.9 + 0.2 * number / DAYS
    if day.weekday() >= 5:
        return 0.14 * growth
    return growth * (1.15 if day.weekday() == 0 else 1.0)


def _with_late_arrival(story: Story, calendar: BusinessCalendar) -> Story:
    """Note outside images that came after the day they were needed by, as the sweep does."""
    for place, step in enumerate(story.steps, start=1):
        if step.verb is Verb.AVAILABLE and story.need_by is not None:
            if calendar.local_day(step.at) <= story.need_by:
                return story
            late = Step(at=step.at, verb=Verb.FAIL, by=Actor.NOBODY, reason=FailureCode.US08)
            return replace(story, steps=(*story.steps[:place], late, *story.steps[place:]))
    return story


def _cut(story: Story, as_of: datetime) -> Story:
    told = replace(story, steps=tuple(step for step in story.steps if step.at <= as_of))
    # What came on a day without work is drawn for the next one, which may not have begun.
    received, logged = min(story.received, as_of), min(story.logged, as_of)
    return _with_images(replace(told, received=received, logged=logged))


def _with_images(story: Story) -> Story:
    """Give a release that waits to be sent its image files, so that it can be sent by link."""
    moves = [step.to for step in story.steps if step.to is not None]
    waits = bool(moves) and moves[-1] in TO_SEND and story.direction is Direction.OUTBOUND
    if not waits or story.images:
        return story
    kind = story.modality if story.modality in BODY else "CR"
    return replace(
        story,
        modality=kind,
        scope=f"{kind} of the {BODY[kind]}",
        images=kind,
        steps=tuple(_attached(step) for step in story.steps),
    )


def _attached(step: Step) -> Step:
    found = step.verb is Verb.MOVE and step.to is State.RETRIEVED
    return replace(step, verb=Verb.ATTACH) if found else step


def _story(
    chance: Random,
    index: int,
    number: int,
    *,
    as_of: datetime,
    calendars: dict[str, BusinessCalendar],
) -> Story:
    place = chance.choices(PLACES, [place.share for place in PLACES])[0]
    calendar = calendars[place.slug]
    is_inbound = chance.random() < 0.2
    asker, basis, office = _asker(chance, is_inbound=is_inbound)
    intake = _door(chance, asker, is_inbound=is_inbound)
    received = _received(chance, as_of, number, calendar, intake)
    course = Course(chance, place, calendar, received)
    logged = _logged(course, intake)
    _run(course, asker, basis, number / DAYS, is_inbound=is_inbound)
    (modality, scope), patient = _exam(chance, received), chance.randrange(PATIENTS)
    return Story(
        key=f"year-{index:05d}",
        place=place.slug,
        direction=Direction.INBOUND if is_inbound else Direction.OUTBOUND,
        intake=intake,
        requester_type=asker,
        legal_basis=basis,
        priority=chance.choices(list(Priority), [88, 10, 2])[0],
        requester=office or f"Sample Patient {patient:04d}",
        partner=office,
        patient=patient,
        modality=modality,
        scope=scope,
        wants=Channel.PHYSICAL_CD if chance.random() < 0.2 else Channel.LINK_SECURE,
        need_by=(received + timedelta(days=chance.randint(4, 20))).date() if is_inbound else None,
        received=received,
        logged=logged,
        steps=tuple(course.steps),
        staff=chance.randrange(3),
    )


def _logged(course: Course, intake: Intake) -> datetime:
    """Let a request wait for whoever logs it; return when that was."""
    received = course.now
    if intake is Intake.PORTAL:
        return received
    is_slow = intake in (Intake.FAX, Intake.MAIL) and course.happens(0.15)
    course.work(8.0 if is_slow else 1.0)
    days = map(course.calendar.local_day, (received, course.now))
    if course.calendar.business_days_between(*days) > 1:
        course.note(FailureCode.IN05, by=Actor.NOBODY)
    return course.now


def _run(
    course: Course, asker: RequesterType, basis: LegalBasis, progress: float, *, is_inbound: bool
) -> None:
    if is_inbound:
        fetch(course, progress=progress)
    else:
        release(course, asker=asker, basis=basis, progress=progress)


def _asker(chance: Random, *, is_inbound: bool) -> tuple[RequesterType, LegalBasis, str]:
    if is_inbound:
        office = f"Example Hospital {chance.choices(range(1, 9), [9, 7, 5, 4, 3, 2, 2, 1])[0]}"
        return RequesterType.PROVIDER, LegalBasis.TREATMENT, office
    asker, basis, _, office = chance.choices(ASKERS, [row[2] for row in ASKERS])[0]
    if asker in PEOPLE:
        return asker, basis, ""
    return asker, basis, f"{office} {chance.randint(1, 12)}"


def _door(chance: Random, asker: RequesterType, *, is_inbound: bool) -> Intake:
    if is_inbound:
        return Intake.STAFF
    doors = dict(DOORS)
    if asker not in PEOPLE:
        doors[Intake.WALK_IN] = 0
        doors[Intake.FAX] += 20
    return chance.choices(list(doors), list(doors.values()))[0]


def _received(
    chance: Random, as_of: datetime, number: int, calendar: BusinessCalendar, intake: Intake
) -> datetime:
    day = calendar.local_day(as_of) - DAY * (DAYS - 1 - number)
    hour = chance.triangular(6, 23, 12) if intake is Intake.PORTAL else chance.triangular(8, 17, 11)
    midnight = datetime.combine(day, time(), calendar.zone_info)
    moment = (midnight + timedelta(seconds=int(hour * 3600))).astimezone(UTC)
    return moment if moment < as_of else moment - DAY


def _exam(chance: Random, received: datetime) -> tuple[str, str]:
    modality = chance.choices(list(EXAMS), [weight for weight, _ in EXAMS.values()])[0]
    region = chance.choice(EXAMS[modality][1])
    since = received.year - chance.randint(0, 4)
    where = region if region.startswith("both ") else f"the {region}"
    return modality, f"All {modality} of {where} since {since}"
