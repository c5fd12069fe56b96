"""How release goes, with what goes wrong on the way. Pure."""

from __future__ import annotations

from requests_app.demonstration.course import Course
from requests_app.demonstration.places import DISCS, TO_CLINICIANS, TO_OFFICES, TO_PEOPLE
from requests_app.demonstration.story import Actor, Verb
from requests_app.failure_codes import FailureCode
from requests_app.vocabulary import (
    MEDIUM_OF,
    Channel,
    LegalBasis,
    Medium,
    RequesterType,
    State,
    Touch,
)

ASKS_BACK: dict[FailureCode, float] = {
    FailureCode.AU03: 50,
    FailureCode.IN01: 50,
}
ASKS_OF: dict[LegalBasis, dict[FailureCode, float]] = {
    LegalBasis.AUTHORIZATION: ASKS_BACK | {FailureCode.AU02: 60, FailureCode.AU01: 40},
    LegalBasis.REPRESENTATIVE_ACCESS: ASKS_BACK | {FailureCode.AU04: 70},
}
"""Only who asks by an authorization is asked for one, only a representative for a paper."""
PEOPLE = (RequesterType.PATIENT, RequesterType.REPRESENTATIVE)


def release(course: Course, *, asker: RequesterType, basis: LegalBasis, progress: float) -> None:
    """Take a request from receipt to its end; `progress` is how far the year has gone."""
    if not _begin(course, basis):
        return
    if not _find(course, basis):
        return
    channel = way_out(course, asker, progress)
    _prepare(course, channel, asker)
    deliver(course, channel, asker)


def way_out(course: Course, asker: RequesterType, progress: float) -> Channel:
    """Choose a channel: discs become rarer over the year."""
    place = course.place
    disc = place.disc_first + (place.disc_last - place.disc_first) * progress
    if asker is RequesterType.PROVIDER:
        disc *= 0.6
    if course.happens(disc):
        return course.chance.choices(list(DISCS), list(DISCS.values()))[0]
    ways = TO_OFFICES
    if asker in PEOPLE:
        ways = TO_PEOPLE
    elif asker is RequesterType.PROVIDER:
        ways = TO_CLINICIANS
    return course.chance.choices(list(ways), list(ways.values()))[0]


def _begin(course: Course, basis: LegalBasis) -> bool:
    """From receipt to complete; False where it ends here."""
    course.work(2.5)
    course.do(Verb.ASSIGN)
    if course.happens(0.022):
        course.touch(Touch.SEARCH)
        course.move(State.DUPLICATE, reason=FailureCode.IN04)
        return False
    asked_back = 0.42 if basis is LegalBasis.AUTHORIZATION else 0.24
    if course.happens(asked_back):
        asks = ASKS_OF.get(basis, ASKS_BACK)
        reason = course.chance.choices(list(asks), list(asks.values()))[0]
        course.hold(reason, days=4.5)
        if course.happens(0.05):
            course.work(2)
            course.move(State.WITHDRAWN)
            return False
    course.do(Verb.VERIFY)
    if course.happens(0.35):
        course.touch(Touch.REKEY)
    if course.happens(0.012):
        course.work(2)
        course.move(State.NOT_FOUND, reason=FailureCode.IN03)
        return False
    course.now = course.now.replace(microsecond=0)
    course.do(Verb.COMPLETE)
    return True


def _find(course: Course, basis: LegalBasis) -> bool:
    """From complete to the images; False where it ends here."""
    if course.happens(0.05):
        course.hold(FailureCode.RV01, hours=14)
    course.work(course.place.approval_hours)
    if course.happens(0.03):
        course.move(State.DENIED, by=Actor.SUPERVISOR, reason=FailureCode.RV02)
        return False
    course.move(State.APPROVED)
    owes = {LegalBasis.AUTHORIZATION: 0.12, LegalBasis.PATIENT_ACCESS: 0.03}.get(basis, 0)
    if course.happens(owes):
        course.hold(FailureCode.RV03, days=6)
    course.work(1.5)
    course.move(State.LOCATING)
    if course.happens(0.05):
        course.hold(FailureCode.LO05, days=3.5)
    if course.happens(0.04):
        course.mishap(FailureCode.LO01, 11)
    if course.happens(0.025):
        course.mishap(FailureCode.LO02, 7)
    course.work(course.place.search_hours)
    if course.happens(0.4):
        course.touch(Touch.SEARCH)
    if course.happens(0.012):
        course.move(State.NOT_FOUND, reason=FailureCode.LO01)
        return False
    if course.happens(0.012):
        course.move(State.WITHDRAWN)
        return False
    course.move(State.RETRIEVED)
    return True


def _prepare(course: Course, channel: Channel, asker: RequesterType) -> None:
    if course.happens(0.035):
        course.mishap(FailureCode.PR04, 8)
    if course.happens(0.04):
        course.mishap(FailureCode.PR06, 9)
    is_disc = MEDIUM_OF[channel] is Medium.PHYSICAL
    if is_disc and asker is RequesterType.PROVIDER:
        course.mishap(FailureCode.TR01, 2)
    course.work(course.place.prepare_hours)
    if is_disc:
        course.touch(Touch.EXPORT, Touch.BURN)
        if course.happens(0.07):
            course.mishap(FailureCode.PR02, 4)
        course.touch(Touch.LABEL)
    elif course.happens(0.3):
        course.touch(Touch.EXPORT)
    course.move(State.READY)


def deliver(course: Course, channel: Channel, asker: RequesterType) -> None:
    """From ready to closed, with second tries, and what is heard of it later."""
    course.work(1.2)
    if MEDIUM_OF[channel] is Medium.PHYSICAL:
        _by_disc(course, channel)
    else:
        _at_once(course, channel)
    _hear(course, channel, asker)
    course.wait(9)
    course.move(State.CLOSED, by=Actor.NOBODY)


def _hear(course: Course, channel: Channel, asker: RequesterType) -> None:
    """What patients say afterwards, and the rare release that went astray."""
    if course.happens(0.004):
        course.wait(1)
        course.do(Verb.LOST, to=State.DELIVERY_FAILED, reason=FailureCode.TR09)
        _again(course, channel)
        course.do(Verb.AVAILABLE, to=State.DELIVERED, channel=channel)
    if asker not in PEOPLE:
        return
    is_disc = MEDIUM_OF[channel] is Medium.PHYSICAL
    for reason, odds in ((FailureCode.FU02, 0.02), (FailureCode.FU03, 0.012)):
        if course.happens(odds * (2 if is_disc else 1)):
            course.wait(3)
            course.note(reason)


def _by_disc(course: Course, channel: Channel) -> None:
    course.touch(Touch.MAIL if course.happens(0.7) else Touch.WALK)
    _hand_over(course, channel)
    if course.happens(0.03):
        course.wait(6)
        course.do(Verb.LOST, to=State.DELIVERY_FAILED, reason=FailureCode.TR06)
        _again(course, channel)
    course.wait(1.6)
    course.do(Verb.AVAILABLE, to=State.DELIVERED, channel=channel)
    if course.happens(0.06):
        course.wait(4)
        course.do(Verb.LOST, to=State.DELIVERY_FAILED, reason=FailureCode.US01)
        link = Channel.LINK_SECURE if course.happens(0.6) else channel
        _again(course, link)
        course.do(Verb.AVAILABLE, to=State.DELIVERED, channel=link)
    if course.happens(0.2):
        course.wait(2)
        course.do(Verb.CONFIRM, by=Actor.NOBODY)


def _at_once(course: Course, channel: Channel) -> None:
    _hand_over(course, channel)
    course.do(Verb.AVAILABLE, to=State.DELIVERED, channel=channel)
    if course.happens(0.03):
        course.wait(20)
        course.do(Verb.LOST, to=State.DELIVERY_FAILED, reason=FailureCode.TR03)
        _again(course, channel)
        course.do(Verb.AVAILABLE, to=State.DELIVERED, channel=channel)
    if course.happens(0.86):
        course.wait(1.1)
        course.do(Verb.OPENED, by=Actor.NOBODY, channel=channel)
        if course.happens(0.55):
            course.now = course.now.replace(microsecond=0)
            course.do(Verb.DOWNLOADED, by=Actor.NOBODY, channel=channel)
        if course.happens(0.35):
            course.wait(0.5)
            course.do(Verb.CONFIRM, by=Actor.NOBODY)


def _hand_over(course: Course, channel: Channel) -> None:
    course.do(Verb.HAND_OVER, to=State.DELIVERING, channel=channel)


def _again(course: Course, channel: Channel) -> None:
    course.touch(Touch.CALL)
    course.work(3)
    course.move(State.READY)
    course.touch(Touch.RESEND)
    _hand_over(course, channel)
