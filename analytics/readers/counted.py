"""What counted of an address, as the access log holds it: words that are known, in one order.

Whatever somebody typed that a page did not understand is no part of it: of such a word an entry
holds the name, where the name itself is known, and never the value. An entry outlives the log that
it speaks of: words of a log's own are counted in it, and not told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from analytics.costs.asked import WORDS as ASSUMED
from analytics.metrics.own_words import is_ours
from analytics.metrics.selection import Selection
from analytics.metrics.slices import SLICES
from analytics.mirror.fold import Mirror
from analytics.readers.heard import unheard

Pairs = Iterator[tuple[str, str]]
SHOWN = 8  # words of one filter that an entry spells out; of more it holds the number and a digest
LONGEST = 60  # characters of a word
_NAMED_BY_THE_HOUSE = ("facility", "partner")
NAMES = frozenset(
    {
        *("address", "from", "to", "facility", "source", "clock", "compare", "asked", "slice"),
        *("format", "key", "by", "limit", "offset", "without", "page"),
        *("part", "group", "medium", "band", "age"),
        *ASSUMED,
    }
)
"""Words that some address of figures knows; `address` is one that was not read at all."""


@dataclass(frozen=True, kw_only=True)
class Own:
    """Of the words that one page alone has: those that counted, and the names of others."""

    said: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()


NOTHING = Own()


def filters_of(
    mirror: Mirror, selection: Selection, *, whole: Selection | None = None, own: Own = NOTHING
) -> str:
    """Return what was chosen of a source, whatever the address left to the page.

    `whole` is all that could be chosen (by default the chosen facilities, of any time): a word
    that no request of it has is counted, not told.
    """
    every = whole or Selection(facilities=selection.facilities, zone=selection.zone)
    return urlencode([*_chosen(mirror, selection, every), *own.said])


def names_of(words: Iterable[str]) -> str:
    """Return the names of words that did not count; of names that nobody knows how many."""
    named = set(words)
    known, others = sorted(named & NAMES), len(named - NAMES)
    more = [f"{others} {'other' if others == 1 else 'others'}"] if others else []
    return ",".join([*known, *more])


def listed(name: str, words: Collection[str]) -> Pairs:
    """Yield the words of one filter: the first of many, how many there are, and their digest."""
    ordered = sorted(words)
    yield from ((name, _short(word)) for word in ordered[:SHOWN])
    if len(ordered) > SHOWN:
        yield f"{name}_count", str(len(ordered))
        yield f"{name}_sha256", _digest("\n".join(ordered))


def told(name: str, words: Collection[str], *, of: str, is_live: bool) -> Pairs:
    """Yield the words of one filter that are words `of` a slice; of a log's own their number.

    Of live work the names of facilities and partners stand, which the house has chosen.
    """
    named = is_live and of in _NAMED_BY_THE_HOUSE
    ours = {word for word in words if named or is_ours(of, word, is_live=is_live)}
    yield from listed(name, ours)
    if own := len(set(words) - ours):
        yield f"{name}_own", str(own)


def each_told(said: Mapping[str, str], of: Mapping[str, str], *, is_live: bool) -> Pairs:
    """Yield words by name: as they are, or as words `of` a slice where one is given."""
    for name, word in said.items():
        yield from (
            told(name, {word}, of=of[name], is_live=is_live) if name in of else [(name, word)]
        )


def _chosen(mirror: Mirror, selection: Selection, whole: Selection) -> Pairs:
    places = mirror.facilities if selection.facilities is None else selection.facilities
    yield from told("facility", places, of="facility", is_live=mirror.log.is_live)
    if not places:
        yield "facility_count", "0"
    ends = (("from", selection.since), ("to", selection.until))
    bounds = [(name, end.isoformat()) for name, end in ends if end is not None]
    yield from bounds or [("days", "all")]
    yield "zone", selection.zone
    if selection.clock != "received":
        yield "by", "event"
    if selection.direction is not None:
        yield "direction", selection.direction
    if selection.requester_type is not None:
        yield "asked", selection.requester_type
    yield from _sliced(mirror, selection, whole)


def _sliced(mirror: Mirror, selection: Selection, whole: Selection) -> Pairs:
    strange = set(unheard(mirror, whole, selection.slices))
    chosen = dict(selection.slices)
    for name in SLICES:
        if name not in chosen or name in mirror.log.missing:
            continue
        known = {word for word in chosen[name] if (name, word) not in strange}
        for key, word in told(name, known, of=name, is_live=mirror.log.is_live):
            yield ("slice", f"{name}={word}") if key == name else (key, word)
        if unknown := len(set(chosen[name]) - known):
            yield f"{name}_unheard", str(unknown)


def _short(word: str) -> str:
    """Return a word as it stands, or the beginning of a long one with its digest."""
    return word if len(word) <= LONGEST else f"{word[:LONGEST]}…{_digest(word)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
