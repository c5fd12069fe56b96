"""Words of a source that are not of our vocabulary, and the codes that stand for them outside."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.definition import Kind, Result
from analytics.metrics.selection import Selection
from analytics.metrics.slices import LABELS, PERIODS
from analytics.mirror.cases import NOT_DELIVERED
from requests_app.failure_codes import FailureCode
from requests_app.vocabulary import (
    Channel,
    Direction,
    LegalBasis,
    Medium,
    Priority,
    RequesterType,
    Role,
)
from requests_app.words import MODALITIES

UNKNOWN = "unknown"
NAMELESS = "all"
"""What a log's own table of requests writes for a facility where a row names none."""
OURS: Mapping[str, frozenset[str]] = {
    "direction": frozenset(Direction),
    "requester_type": frozenset(RequesterType),
    "legal_basis": frozenset(LegalBasis),
    "channel": frozenset((*Channel, NOT_DELIVERED)),
    "medium": frozenset((*Medium, NOT_DELIVERED)),
    "staff_group": frozenset(Role),
    "priority": frozenset(Priority),
    "modality": frozenset(MODALITIES),
    "reason": frozenset(FailureCode),
    "held_for": frozenset(FailureCode),
}
"""The words of each slice, and of what measures group by, that a source has from us."""
_CODES = ("reason", "held_for")
_CALLED = {"reason": "failure code", "held_for": "hold reason"}
_OWN_GROUP = re.compile(r"coalesce\((\w+), 'unknown'\)|(\w+)")
_PARTS = re.compile(r"[\\/,;\s]+")
_DIGITS = 12  # of sixteen: of 10,000 words two share a code once in five million logs


def is_ours(name: str, word: str, *, is_live: bool) -> bool:
    """Say whether a word of a slice or group is of our vocabulary; a partner's name never is.

    A facility's slug is ours in live work and the log's own in an imported log.
    """
    if word == UNKNOWN or name in PERIODS:
        return True
    if name == "facility":
        return is_live or word == NAMELESS
    if name == "modality":  # several codes of one request stand in one word
        return OURS[name].issuperset(part for part in _PARTS.split(word.upper()) if part)
    return (word if name in _CODES else _plain(word)) in OURS.get(name, ())


def _plain(word: str) -> str:
    """Return how we would write a word: a log may say Patient Access."""
    return word.lower().replace(" ", "_")


def grouped_by(result: Result, by: str | None) -> str:
    """Return what the groups of a result are words of; a blank where that has no name."""
    metric = BY_KEY[result.key]
    if metric.kind is not Kind.GROUPS:
        return by or ""
    return name_of(metric.group)


def name_of(expression: str) -> str:
    """Return the name of the words that an expression groups by; a blank where it has none."""
    found = _OWN_GROUP.fullmatch(expression)
    return (found.group(1) or found.group(2)) if found is not None else ""


@dataclass(frozen=True, kw_only=True)
class OwnWords:
    """Codes for the own words of one source, under a key that does not leave the house.

    A code says what its word is (partner 3f2a91c05e77), is the same in every publication of the
    source, and cannot be turned back, nor guessed, without the key.
    """

    source: str
    key: bytes
    is_live: bool

    def called(self, name: str, word: str) -> str:
        """Return a word of ours as it is, and the code of any other."""
        if is_ours(name, word, is_live=self.is_live):
            return word
        said = "\x00".join((self.source, name, word)).encode()
        digits = hmac.digest(self.key, said, "sha256").hex()[:_DIGITS]
        return f"{_CALLED.get(name) or LABELS.get(name, 'own word').lower()} {digits}"

    @property
    def mark(self) -> str:
        """What tells codes of this key from those of another, and nothing of the key."""
        return hmac.digest(self.key, b"which key", "sha256").hex()[:_DIGITS]

    def of_result(self, result: Result, by: str | None) -> Result:
        """Return a result whose groups are called by codes where their words are not ours."""
        name = grouped_by(result, by)
        groups = (replace(one, group=self.called(name, one.group)) for one in result.by)
        return replace(result, by=tuple(groups))

    def in_order(self, result: Result, by: str | None) -> Result:
        """Return a result with its groups in the order of what they are called by.

        The alphabet of the words would tell of them.
        """
        if (name := grouped_by(result, by)) in PERIODS:
            return result
        groups = sorted(result.by, key=lambda one: self.called(name, one.group))
        return replace(result, by=tuple(groups))

    def hides_any(self, result: Result, by: str | None) -> bool:
        """Say whether any group of a result is called by a code instead of its word."""
        name = grouped_by(result, by)
        return any(not is_ours(name, one.group, is_live=self.is_live) for one in result.by)

    def of_selection(self, chosen: Selection) -> Selection:
        """Return a selection in codes: for what is printed or kept, never to select by."""
        return self._with(chosen, self.called)

    def read_back(self, chosen: Selection, words: Mapping[str, Iterable[str]]) -> Selection:
        """Return a selection in words, of those that a source has by slice."""
        back = {
            name: {self.called(name, word): word for word in known} for name, known in words.items()
        }
        return self._with(chosen, lambda name, code: back.get(name, {}).get(code, code))

    @staticmethod
    def _with(chosen: Selection, said: Callable[[str, str], str]) -> Selection:
        places = chosen.facilities
        return replace(
            chosen,
            facilities=places if places is None else tuple(said("facility", p) for p in places),
            slices=tuple(
                (name, tuple(said(name, word) for word in words)) for name, words in chosen.slices
            ),
        )
