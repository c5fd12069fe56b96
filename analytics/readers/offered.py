"""The words that a reader may choose from: those that occur within the reader's scope, no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock
from weakref import WeakKeyDictionary

from analytics.charts.slices import UNKNOWN, say_word
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.metrics.slices import LABELS, SLICES
from analytics.mirror.fold import Mirror
from analytics.readers.view import View
from requests_app.vocabulary import RequesterType

OFFERED = tuple(name for name in SLICES if name != "facility")
"""Facilities have a filter of their own."""
Words = Mapping[str, tuple[str, ...]]
_LOCK = Lock()
_SEEN: WeakKeyDictionary[Mirror, dict[Selection, Words]] = WeakKeyDictionary()
"""Once for each scope: people have few different ones, and a mirror is soon let go."""


def words_of(view: View) -> Words:
    """Return the words of each slice that the source has, the most frequent first.

    They are those of all that the reader may see, whenever it came: a choice stays there when
    the days change.
    """
    mirror = view.snapshot.mirror
    with _LOCK:
        seen = _SEEN.setdefault(mirror, {})
        found = seen.get(view.whole)
    if found is None:
        with asking(mirror, view.whole) as ask:
            found = {name: _words(ask, name) for name in SLICES if name not in mirror.log.missing}
        with _LOCK:
            seen[view.whole] = found
    return found


def _words(ask: Question, name: str) -> tuple[str, ...]:
    rows = ask.rows(
        f"SELECT coalesce({SLICES[name]}, '{UNKNOWN}') AS word, count(*) AS n FROM cases "
        "WHERE $selection GROUP BY 1 ORDER BY n DESC, word"
    )
    return tuple(str(word) for word, _ in rows)


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
    known = words_of(view) if view.query.slices else {}
    for name, words in view.query.slices:
        for word in words:
            if word not in known.get(name, ()):
                said = say_word(name, word, view.names)[:60]
                yield f"No request that you may see has “{said}” under {LABELS[name]}."
