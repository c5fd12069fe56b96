"""What is heard of requests after their end, seldom and late. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from requests_app.demonstration.outbound import PEOPLE
from requests_app.demonstration.story import Step, Story, Verb
from requests_app.failure_codes import FailureCode
from requests_app.vocabulary import MEDIUM_OF, Direction, Medium, State

Odds = tuple[FailureCode, float, float]
"""A code, how likely it is heard, and how many days later on average."""
_TOO_WIDE: Odds = (FailureCode.TR10, 0.005, 8)
_ASTRAY: Odds = (FailureCode.TR09, 0.001, 12)
_AGAIN: Odds = (FailureCode.FU02, 0.015, 30)
_COMPLAINT: Odds = (FailureCode.FU03, 0.006, 10)
_DENIED: Odds = (FailureCode.FU03, 0.15, 6)
_ABANDONED: Odds = (FailureCode.FU04, 0.25, 4)
_IMAGED_AGAIN: Odds = (FailureCode.FU01, 0.3, 5)


def with_later(story: Story, seed: int) -> Story:
    """Add what was heard after the end.

    Chance of its own for each story: the rest of the year stays as it was for the same seed.
    """
    chance = Random(f"{seed} {story.key}")  # noqa: S311
    at, heard = story.steps[-1].at, []
    for code, odds, days in _odds(story):
        if chance.random() < odds:
            at += timedelta(seconds=int(chance.uniform(0.5, 1.5) * days * 86400))
            heard.append(Step(at=at, verb=Verb.HEAR, reason=code))
    return replace(story, steps=(*story.steps, *heard))


def _odds(story: Story) -> Iterator[Odds]:
    moves = [step.to for step in story.steps if step.to is not None]
    end = moves[-1] if moves else State.RECEIVED
    if story.direction is Direction.INBOUND:
        if end is State.NOT_FOUND:
            yield _IMAGED_AGAIN
        return
    is_patient = story.requester_type in PEOPLE
    if end is State.DENIED and is_patient:
        yield _DENIED
    if end is not State.CLOSED:
        return
    if is_patient:
        if _nobody_opened(story):
            yield _ABANDONED
        yield _COMPLAINT
    yield from (_TOO_WIDE, _ASTRAY)
    if is_patient:
        yield _AGAIN


def _nobody_opened(story: Story) -> bool:
    """Say whether it went by link, and nobody looked."""
    ways = [step.channel for step in story.steps if step.verb is Verb.HAND_OVER]
    looks = (Verb.OPENED, Verb.DOWNLOADED, Verb.CONFIRM)
    by_link = any(way is not None and MEDIUM_OF[way] is Medium.LINK for way in ways[-1:])
    return by_link and not any(step.verb in looks for step in story.steps)
