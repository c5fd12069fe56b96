"""The source, more filters by slice, and what is chosen as chips to take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from analytics.charts.slices import say_word
from analytics.charts.words import count
from analytics.metrics.slices import LABELS
from analytics.readers.offered import offered, strange_words, words_of
from analytics.readers.query import Query
from analytics.readers.view import View
from analytics.sources.opening import LIVE

Context = dict[str, Any]
Pairs = Sequence[tuple[str, str]]
FEW = 16  # words that stand as boxes; of more those chosen do, and a list adds one
MOST = 500  # words in a list, the most frequent
LONGEST = 200  # characters of a word that is offered: an address has room for some


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a slice: as the address writes it, as people read it, and whether it is chosen."""

    value: str
    words: str
    is_on: bool


@dataclass(frozen=True, kw_only=True)
class Slice:
    """A slice with boxes to tick and, where there are many words, a list to add one from."""

    name: str
    label: str
    boxes: tuple[Word, ...]
    more: tuple[Word, ...]
    left_out: str

    @property
    def chosen(self) -> int:
        """How many of its words are chosen."""
        return sum(word.is_on for word in self.boxes)


def slicing(view: View, own: Pairs = ()) -> Context:
    """Return the slices to choose from, what is chosen, and the problems of the view.

    `own` are words that the page has in its address beside the filters.
    """
    chosen, known = dict(view.query.slices), words_of(view)
    return {
        "slices": [
            _slice(view, name, chosen.get(name, ()), known.get(name, ())) for name in offered(view)
        ],
        "chips": chips(view, own),
        "own": own,
        "problems": problems(view),
    }


def problems(view: View) -> tuple[str, ...]:
    """Return what of the address was not understood or is nowhere to be found."""
    return (*view.problems, *strange_words(view))


def chips(view: View, own: Pairs = ()) -> list[Context]:
    """Return each chosen word with the address without it; `own` are words of the page."""
    return [
        _chip(LABELS[name], say_word(name, word, view.names), view.query.without(name, word), own)
        for name, words in view.query.slices
        for word in words
    ]


def asked_chips(view: View, own: Pairs = ()) -> list[Context]:
    """Return who asked as a chip, for a page whose bar does not show it."""
    if not view.query.asked:
        return []
    words = say_word("requester_type", view.query.asked)
    return [_chip(LABELS["requester_type"], words, view.query.address(asked=""), own)]


def place_chips(view: View, own: Pairs = ()) -> list[Context]:
    """Return the facilities as chips, for a page whose bar does not show them."""
    chosen = view.query.facilities
    left = {slug: tuple(one for one in chosen if one != slug) for slug in chosen}
    return [
        _chip(LABELS["facility"], view.name(slug), view.query.address(facilities=others), own)
        for slug, others in left.items()
    ]


def source_choice(view: View) -> Context:
    """Return the choice of live work and imported logs; another source keeps no other filter."""
    labels = {LIVE: "Live work"} | {name: f"Log {name}" for name in view.sources}
    choices = [
        {
            "label": label,
            "href": Query(source=name, kept=view.query.kept).address(),
            "on": name == view.query.source,
        }
        for name, label in labels.items()
    ]
    return {
        "sources": choices if len(choices) > 1 else [],
        "source_label": labels.get(view.query.source, view.query.source),
    }


def _chip(label: str, words: str, address: str, own: Pairs) -> Context:
    left = [part for part in (urlencode(own), address[1:]) if part]
    return {"label": label, "words": words, "href": f"?{'&'.join(left)}"}


def _slice(view: View, name: str, chosen: Sequence[str], known: Sequence[str]) -> Slice:
    fit = [word for word in known if len(word) <= LONGEST]
    listed, hidden = fit[:MOST], len(known) - len(fit[:MOST])
    is_few = len(listed) <= FEW
    boxes = dict.fromkeys([*(listed if is_few else ()), *chosen])
    more = [] if is_few else [word for word in listed if word not in boxes]
    return Slice(
        name=name,
        label=LABELS[name],
        boxes=tuple(_word(view, name, word, is_on=word in chosen) for word in boxes),
        more=tuple(
            sorted(
                (_word(view, name, word, is_on=False) for word in more),
                key=lambda word: word.words.casefold(),
            )
        ),
        left_out=f"{count(hidden)} rarer words are not listed" if hidden else "",
    )


def _word(view: View, name: str, word: str, *, is_on: bool) -> Word:
    return Word(value=f"{name}={word}", words=say_word(name, word, view.names), is_on=is_on)
