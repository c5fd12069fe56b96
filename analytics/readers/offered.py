"""The words that a reader may choose from: those that occur within the reader's scope, no others."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.metrics.own_words import UNKNOWN
from analytics.metrics.slices import LABELS, SLICES
from analytics.readers.heard import Words, alike, unheard, words_in
from analytics.readers.view import View
from requests_app.vocabulary import RequesterType

SHOWN = 60  # characters of a word that nobody has, as it was typed
OFFERED = tuple(name for name in SLICES if name != "facility")
"""Facilities have a filter of their own."""


def words_of(view: View) -> Words:
    """Return the words of each slice that the source has, the most frequent first.

    They are those of all that the reader may see, whenever it came: a choice stays there when
    the days change.
    """
    return words_in(view.snapshot.mirror, view.whole)


def offered(view: View) -> tuple[str, ...]:
    """Return the slices to choose from, and those chosen: one of a single word would cut nothing.

    Who asked has a filter of its own where the words are ours; a log may have others.
    """
    known, chosen = words_of(view), dict(view.query.slices)
    ours = {kind.value for kind in RequesterType} | {UNKNOWN}
    names = [name for name in OFFERED if len(known.get(name, ())) > 1]
    if set(known.get("requester_type", ())) <= ours:
        names = [name for name in names if name != "requester_type"]
    return tuple(dict.fromkeys([*names, *chosen]))


def strange_words(view: View) -> Iterator[str]:
    """Say which chosen words occur nowhere in what the reader may see: nothing is behind them."""
    for name, word in unheard(view.snapshot.mirror, view.whole, view.query.slices):
        said, near = word[:SHOWN], alike(word, words_of(view)[name])
        meant = f" Did you mean “{near[:SHOWN]}”?" if near is not None else ""
        yield f"No request that you may see has “{said}” under {LABELS[name]}.{meant}"
