"""How outside images are asked for, arrive, and turn out to be usable or not. Pure."""

from __future__ import annotations

from requests_app.demonstration.course import Course
from requests_app.demonstration.places import DISCS
from requests_app.demonstration.story import Actor, Verb
from requests_app.failure_codes import FailureCode
from requests_app.vocabulary import MEDIUM_OF, Channel, Medium, State, Touch

ARRIVES: dict[Channel, float] = {
    Channel.NETWORK_VENDOR: 30,
    Channel.NETWORK_STANDARD: 22,
    Channel.LINK_SECURE: 22,
    Channel.P2P_VPN_DICOM: 12,
    Channel.P2P_PORTAL_ONEOFF: 8,
    Channel.UNKNOWN: 6,
}
DISC_TROUBLE: dict[FailureCode, float] = {
    FailureCode.US01: 36,
    FailureCode.US03: 22,
    FailureCode.US05: 26,
    FailureCode.US06: 16,
}
OTHER_TROUBLE: dict[FailureCode, float] = {
    FailureCode.US05: 60,
    FailureCode.US06: 25,
    FailureCode.US03: 15,
}


def fetch(course: Course, *, progress: float) -> None:
    """Take a need for outside images to the day they can be seen here, and past it."""
    course.work(1.5)
    course.do(Verb.VERIFY)
    course.do(Verb.COMPLETE)
    course.work(1.0)
    course.move(State.APPROVED)
    course.touch(Touch.CALL if course.happens(0.5) else Touch.FAX)
    course.move(State.LOCATING)
    if course.happens(0.3):
        course.wait(2)
        course.touch(Touch.CHASE)
    if course.happens(0.03):
        course.wait(5)
        course.move(State.NOT_FOUND, reason=FailureCode.LO01)
        return
    channel = _channel(course, progress)
    is_disc = MEDIUM_OF[channel] is Medium.PHYSICAL
    course.wait(3.4 if is_disc else 1.2)
    course.do(Verb.ARRIVE, channel=channel)
    course.move(State.RETRIEVED)
    if is_disc:
        course.touch(Touch.WALK, Touch.IMPORT)
    _check(course, channel, is_disc=is_disc)
    course.work(1.0)
    course.move(State.READY)
    course.touch(Touch.RECONCILE)
    course.do(Verb.HAND_OVER, to=State.DELIVERING, channel=Channel.NETWORK_STANDARD)
    course.do(Verb.AVAILABLE, to=State.DELIVERED, channel=Channel.NETWORK_STANDARD)
    if course.happens(0.5):
        course.wait(0.7)
        course.do(Verb.CONFIRM, by=Actor.NOBODY)
    course.wait(6)
    course.move(State.CLOSED, by=Actor.NOBODY)


def _channel(course: Course, progress: float) -> Channel:
    disc = 0.62 - 0.3 * progress
    ways = DISCS if course.happens(disc) else ARRIVES
    return course.chance.choices(list(ways), list(ways.values()))[0]


def _check(course: Course, channel: Channel, *, is_disc: bool) -> None:
    """Judge what came; what cannot be used is asked for again."""
    course.work(1.2)
    if course.happens(0.27 if is_disc else 0.08):
        codes = DISC_TROUBLE if is_disc else OTHER_TROUBLE
        reason = course.chance.choices(list(codes), list(codes.values()))[0]
        course.move(State.UNUSABLE, reason=reason)
        course.touch(Touch.CALL)
        course.wait(3)
        course.move(State.RETRIEVED)
        course.touch(Touch.IMPORT)
        if course.happens(0.06):
            course.note(FailureCode.FU01)
    if course.happens(0.93):
        course.do(Verb.USABLE, channel=channel)
