"""How slices and their words are said, the same on the page and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from analytics.metrics.own_words import UNKNOWN
from analytics.metrics.selection import Selection
from analytics.metrics.slices import LABELS
from requests_app.vocabulary import Channel, LegalBasis, Medium, RequesterType, Role
from requests_app.words import plain, say, say_modality

_VOCABULARIES: dict[str, type[StrEnum]] = {
    "requester_type": RequesterType,
    "legal_basis": LegalBasis,
    "channel": Channel,
    "medium": Medium,
    "staff_group": Role,
}
_DIRECTIONS = {"outbound": "Sent out", "inbound": "Outside images"}


def say_word(name: str, word: str, names: Mapping[str, str] | None = None) -> str:
    """Say one word of a slice; `names` are those of facilities. A log's own word stands as it is."""
    words = _VOCABULARIES.get(name)
    if words is not None and word in set(words):
        return say(words(word))
    if word == UNKNOWN:
        return "Not known"
    if name == "modality":
        said = say_modality(word)  # two codes may be said alike
        return said if said == word else f"{said} ({word})"
    if name == "direction":
        return _DIRECTIONS.get(word, plain(word))
    if name == "facility":
        return (names or {}).get(word, word)
    return plain(word) if name == "priority" or word == "not_delivered" else word


def narrowed(selection: Selection, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return what a selection is cut by beside facilities, days and who asked, each in words."""
    slices = selection.slices
    if selection.direction is not None:
        slices = (("direction", (selection.direction,)), *slices)
    return tuple(
        f"{LABELS[name]}: {' or '.join(say_word(name, word, names) for word in words)}"
        for name, words in slices
    )
