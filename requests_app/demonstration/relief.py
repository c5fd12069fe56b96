"""Work that a colleague takes over before the search. Pure."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from requests_app.demonstration.story import Step, Story, Verb
from requests_app.vocabulary import State

OFTEN = 0.15


def with_relief(story: Story, seed: int) -> Story:
    """Hand some requests on to a colleague, who does what follows.

    Chance of its own for each story: the rest of the year stays as it was for the same seed.
    """
    searches = (place for place, step in enumerate(story.steps) if step.to is State.LOCATING)
    place = next(searches, None)
    if place is None or Random(f"relief {seed} {story.key}").random() >= OFTEN:  # noqa: S311
        return story
    handed_on = Step(at=story.steps[place].at, verb=Verb.HAND_ON)
    return replace(story, steps=(*story.steps[:place], handed_on, *story.steps[place:]))
