"""A few recent requests with real image files, and one in every state, to show. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from requests_app.demonstration.course import Course, working
from requests_app.demonstration.places import PLACES
from requests_app.demonstration.story import Actor, Step, Story, Verb
from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar
from requests_app.vocabulary import (
    Channel,
    Direction,
    Intake,
    LegalBasis,
    Priority,
    RequesterType,
    State,
    Touch,
)

BODY = {"CT": "chest", "CR": "hand", "US": "abdomen"}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One request to show: how far it gets, and which images it carries."""

    until: State
    place: int = 0
    images: str = ""
    days_ago: int = 6
    asker: RequesterType = RequesterType.PATIENT
    is_own: bool = False
    arrives: Channel | None = None
    """How outside images came; a piece without it is a release."""


PIECES: tuple[Piece, ...] = (
    Piece(until=State.READY, images="CT", is_own=True),
    Piece(until=State.DELIVERED, images="CT", is_own=True),
    Piece(until=State.DELIVERED, images="CT", place=1),
    Piece(until=State.READY, images="CR"),
    Piece(until=State.RECEIVED, days_ago=1, is_own=True),
    Piece(until=State.CLARIFYING, is_own=True),
    Piece(until=State.APPROVED, days_ago=4),
    Piece(until=State.LOCATING, days_ago=5),
    Piece(until=State.RETRIEVED, images="US"),
    Piece(until=State.UNUSABLE, days_ago=7),
    Piece(until=State.DELIVERING, days_ago=7),
    Piece(until=State.DELIVERY_FAILED, days_ago=9),
    Piece(until=State.CLOSED, images="CR", days_ago=24, is_own=True),
    Piece(until=State.DENIED, days_ago=10),
    Piece(until=State.WITHDRAWN, days_ago=9),
    Piece(until=State.NOT_FOUND, days_ago=11),
    Piece(until=State.DUPLICATE, days_ago=8),
    Piece(until=State.READY, images="US", place=2),
    Piece(until=State.DELIVERED, images="US", place=2, asker=RequesterType.PROVIDER),
    Piece(until=State.RETRIEVED, images="CR", place=1),
    Piece(until=State.DELIVERED, images="CR", place=1, asker=RequesterType.PROVIDER),
    Piece(until=State.READY, images="CT", place=1, asker=RequesterType.PROVIDER),
    Piece(until=State.DELIVERED, images="CT", place=0, asker=RequesterType.PROVIDER),
    *(
        Piece(
            until=State.DELIVERED,
            images=kind,
            asker=RequesterType.PROVIDER,
            arrives=way,
            place=place,
        )
        for place, (kind, way) in enumerate(
            (
                ("CT", Channel.PHYSICAL_CD),
                ("CR", Channel.NETWORK_VENDOR),
                ("US", Channel.PHYSICAL_USB),
            )
        )
    ),
)


def shown(as_of: datetime, calendars: Mapping[str, BusinessCalendar]) -> Iterator[Story]:
    """Yield the stories to show, received some days before the as-of moment."""
    for number, piece in enumerate(PIECES):
        place = PLACES[piece.place]
        calendar = calendars[place.slug]
        start = as_of - timedelta(days=piece.days_ago, hours=2, minutes=number)
        received = working(calendar, start, 0)
        course = Course(Random(number), place, calendar, received)  # noqa: S311
        _walk(course, piece)
        is_patient = piece.asker is RequesterType.PATIENT
        yield Story(
            key=f"shown-{number:02d}",
            place=place.slug,
            direction=Direction.INBOUND if piece.arrives else Direction.OUTBOUND,
            intake=Intake.STAFF if piece.arrives else Intake.PORTAL,
            requester_type=piece.asker,
            legal_basis=LegalBasis.PATIENT_ACCESS if is_patient else LegalBasis.TREATMENT,
            priority=Priority.ROUTINE,
            requester=f"Sample Patient {9000 + number}" if is_patient else "Example Practice 1",
            partner="" if is_patient else "Example Practice 1",
            patient=9000 + number,
            modality=piece.images or "CT",
            scope=f"{piece.images or 'CT'} of the {BODY[piece.images or 'CT']}",
            wants=Channel.LINK_SECURE,
            need_by=None,
            received=received,
            logged=received,
            steps=_until(tuple(course.steps), piece.until),
            images=piece.images,
            is_own=piece.is_own,
        )


def _until(steps: tuple[Step, ...], state: State) -> tuple[Step, ...]:
    """Cut after the last step before the request leaves the state."""
    if state is State.RECEIVED:
        return ()
    reached = [number for number, step in enumerate(steps) if step.to is state]
    if not reached:
        return steps
    following = [
        number for number, step in enumerate(steps) if number > reached[-1] and step.to is not None
    ]
    return steps[: following[0]] if following else steps


def _pass(course: Course, hours: float) -> None:
    course.now = working(course.calendar, course.now, hours * 3600)


def _walk(course: Course, piece: Piece) -> None:
    _pass(course, 0.5)
    if piece.until is State.CLARIFYING:
        course.do(Verb.HOLD, to=State.CLARIFYING, reason=FailureCode.LO05)
        return
    if piece.until is State.DUPLICATE:
        course.move(State.DUPLICATE, reason=FailureCode.IN04)
        return
    course.do(Verb.VERIFY)
    course.do(Verb.COMPLETE)
    _pass(course, 2)
    if piece.until is State.DENIED:
        course.move(State.DENIED, by=Actor.SUPERVISOR, reason=FailureCode.RV02)
        return
    course.move(State.APPROVED)
    _pass(course, 1)
    course.move(State.LOCATING)
    _pass(course, 3)
    if piece.until in (State.WITHDRAWN, State.NOT_FOUND):
        course.move(piece.until, reason=FailureCode.LO01)
        return
    if piece.images:
        _with_images(course, piece)
    else:
        _without_images(course, piece)


def _with_images(course: Course, piece: Piece) -> None:
    course.do(Verb.ATTACH, to=State.RETRIEVED, channel=piece.arrives)
    _pass(course, 1)
    course.move(State.READY)
    _pass(course, 0.5)
    if piece.arrives:
        course.do(Verb.HAND_OVER, to=State.DELIVERING, channel=Channel.NETWORK_STANDARD)
        course.do(Verb.AVAILABLE, to=State.DELIVERED, channel=Channel.NETWORK_STANDARD)
        return
    course.do(Verb.LINK, to=State.DELIVERED)
    course.now += timedelta(hours=3)
    course.do(Verb.OPENED, by=Actor.NOBODY, channel=Channel.LINK_SECURE)
    course.do(Verb.DOWNLOADED, by=Actor.NOBODY, channel=Channel.LINK_SECURE)
    course.now += timedelta(days=9)
    course.move(State.CLOSED, by=Actor.NOBODY)


def _without_images(course: Course, piece: Piece) -> None:
    course.move(State.RETRIEVED)
    if piece.until is State.UNUSABLE:
        _pass(course, 1)
        course.move(State.UNUSABLE, reason=FailureCode.PR05)
        return
    course.touch(Touch.EXPORT, Touch.BURN, Touch.LABEL)
    course.move(State.READY)
    _pass(course, 0.5)
    course.do(Verb.HAND_OVER, to=State.DELIVERING, channel=Channel.PHYSICAL_CD)
    if piece.until is State.DELIVERY_FAILED:
        _pass(course, 9)
        course.do(Verb.LOST, to=State.DELIVERY_FAILED, reason=FailureCode.TR06)
