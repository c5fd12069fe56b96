"""Doors and pages of figures are called on a page of the log as a reader would call them."""

import pytest
from django.urls import get_resolver

from audit.doors import BEHIND
from audit.words import subject_words


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("audit:access_log", "Access log"),
        ("audit:entry_proof", "Access log: proof of an entry"),
        ("api:transition", "Requests by program: a step of a request"),
        ("api:request R-004001", "Requests by program: request R-004001"),
        ("staff:step R-004001", "Work: a step of a request R-004001"),
        ("staff:outside_images", "Work: outside images"),
        ("logs:list", "Imported logs"),
        ("figures:graph", "Figures by program: steps of requests"),
        ("cost:page", "Figures: cost of discs"),
    ],
)
def test_a_door_is_called_by_what_lies_behind_it(subject: str, words: str) -> None:
    assert subject_words(subject, is_door=True) == words


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("cost:live", "Cost of discs, live work"),
        ("overview:live", "Overview, live work"),
        ("overview", "Overview"),
        ("cases:old-log", "Requests, one a row, log old-log"),
        ("figure", "Requests behind a number"),
        ("without", "Time without each failure"),
        ("log:old_log", "Log old_log"),
    ],
)
def test_figures_are_called_by_what_they_are_of(subject: str, words: str) -> None:
    assert subject_words(subject) == words


def test_every_door_that_has_words_is_there() -> None:
    def is_there(door: str) -> bool:
        house, _, name = door.partition(":")
        _, found = get_resolver().namespace_dict[house]
        return name in found.reverse_dict

    assert [door for door in BEHIND if not is_there(door)] == []
    assert subject_words("audit:never_made", is_door=True) == "Access log: never made"
