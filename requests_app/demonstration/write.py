"""Drive the plan: every step through the verb that real work goes through, at its own moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from requests_app.demonstration import people
from requests_app.demonstration.crew import work_side_by_side
from requests_app.demonstration.plan import plan
from requests_app.demonstration.steps import Telling
from requests_app.demonstration.story import Story
from requests_app.intake.submit import Submission, submit
from requests_app.models import Facility, ImagingRequest, Patient, User
from requests_app.vocabulary import Direction, Intake

IN_ONE_GO = 150  # requests in one transaction
Told = tuple[int, int]
"""How many requests were written, with how many steps."""
STAFF: Mapping[str, tuple[str, ...]] = {
    "northfield": ("staff-a", "staff-b", "staff-c"),
    "lakeside": ("staff-d",),
    "riverside": ("staff-e",),
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a run did."""

    requests: int
    already: int
    events: int


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The rows that stories are told with."""

    facilities: Mapping[str, Facility]
    users: Mapping[str, User]
    patients: Mapping[int, Patient]


def write_year(
    *,
    seed: int,
    requests: int,
    as_of: datetime,
    password: str,
    workers: int = 1,
    say: Callable[[int, int], None] = lambda done, of: None,  # noqa: ARG005
) -> Written:
    """Write the year; what is there already stays as it is, so that a broken run can go on.

    Workers share the stories like dealt cards, so that request numbers follow receipt.
    `say` hears how many of how many requests are written.
    """
    stories = plan(seed=seed, requests=requests, as_of=as_of)
    known = set(
        ImagingRequest.objects.filter(is_demonstration=True).values_list(
            "submission_key", flat=True
        )
    )
    new = [story for story in stories if _key(story, seed) not in known]
    with transaction.atomic():
        facilities = people.write_house(as_of)
        users = people.write_logins(password)
        patients = people.write_patients({story.patient for story in new})
    cast = Cast(facilities=facilities, users=users, patients=patients)
    jobs = [partial(_write_group, group, cast, seed) for group in _dealt(new, workers)]
    events = done = 0
    say(done, len(new))
    for told, steps in _run(jobs, workers):
        events, done = events + steps, done + told
        say(done, len(new))
    return Written(requests=len(new), already=len(stories) - len(new), events=events)


def is_written(*, requests: int) -> bool:
    """Say whether so many demonstration requests are there."""
    return ImagingRequest.objects.filter(is_demonstration=True).count() >= requests


def _dealt(stories: Sequence[Story], workers: int) -> Iterator[Sequence[Story]]:
    """Yield groups for one transaction each, so that workers move through the year abreast."""
    for start in range(0, len(stories), IN_ONE_GO * workers):
        abreast = stories[start : start + IN_ONE_GO * workers]
        yield from filter(None, (abreast[number::workers] for number in range(workers)))


def _run(jobs: Sequence[Callable[[], Told]], workers: int) -> Iterator[Told]:
    if workers == 1:
        yield from (job() for job in jobs)
        return
    # A child must not inherit an open connection.
    connection.close()
    yield from work_side_by_side(jobs, workers=workers)


def _write_group(stories: Sequence[Story], cast: Cast, seed: int) -> Told:
    """Write stories in one transaction; return how many, and the number of their steps."""
    with _without_savepoints(), transaction.atomic():
        return len(stories), sum(_tell(story, cast, seed) for story in stories)


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """Let an error undo the whole group: a savepoint for each verb would double the time."""
    kept = connection.features.uses_savepoints
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = kept


def _key(story: Story, seed: int) -> str:
    return f"demonstration-{seed}-{story.key}"


def _tell(story: Story, cast: Cast, seed: int) -> int:
    """Write one request and its steps; return the number of steps."""
    names = STAFF[story.place]
    supervisor = cast.users["supervisor"]
    staff = cast.users[names[story.staff % len(names)]]
    others = [cast.users[name] for name in names if cast.users[name] != staff]
    by = None if story.intake is Intake.PORTAL else staff
    filed = submit(_submission(story, cast, seed), by=by, at=story.received, logged_at=story.logged)
    telling = Telling(
        request=filed.request,
        story=story,
        staff=staff,
        colleague=next(iter(others), supervisor),
        supervisor=supervisor,
    )
    for step in story.steps:
        telling.do(step)
    return len(story.steps) + 2


def _submission(story: Story, cast: Cast, seed: int) -> Submission:
    patient = cast.patients[story.patient]
    is_from_person = not story.partner
    mail = f"patient{story.patient:04d}@example.org" if is_from_person else "office@example.org"
    return Submission(
        facility=cast.facilities[story.place],
        direction=story.direction,
        intake=story.intake,
        requester_type=story.requester_type,
        legal_basis=story.legal_basis,
        priority=story.priority,
        requester_name=story.requester,
        requester_email=mail,
        recipient_name=story.requester,
        recipient_email=mail,
        partner=story.partner,
        patient_family_name=patient.family_name,
        patient_given_name=patient.given_name,
        patient_birth_date=patient.birth_date,
        patient_record_number=patient.medical_record_number,
        scope=story.scope,
        modality=story.modality,
        studies_from=story.received.date() - timedelta(days=900),
        preferred_channel=story.wants,
        need_by=story.need_by if story.direction is Direction.INBOUND else None,
        submission_key=_key(story, seed),
        requester=cast.users["requester"] if story.is_own else None,
        is_demonstration=True,
    )
