"""The words that a source has under each slice, and which chosen ones nobody has heard of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from weakref import WeakKeyDictionary

from analytics.metrics.own_words import OURS, UNKNOWN
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.metrics.slices import SLICES, Slices
from analytics.mirror.fold import Mirror

Words = Mapping[str, tuple[str, ...]]
NAMED = 12  # words that a refusal lists, the most frequent
LONGEST = 40  # characters of each
_OF_LIVE_WORK = ("modality", "priority")
"""Slices of which an imported log has words of its own alone."""
_OF_STEPS = ("channel", "medium", "staff_group")
"""Slices by which measures of steps are cut by the step's own word, and not its request's."""
_LOCK = Lock()
_SEEN: WeakKeyDictionary[Mirror, dict[Selection, Words]] = WeakKeyDictionary()
"""Once for each scope: people have few different ones, and a mirror is soon let go."""


def words_in(mirror: Mirror, whole: Selection) -> Words:
    """Return the words of each slice that a source has in a scope, the most frequent first."""
    with _LOCK:
        seen = _SEEN.setdefault(mirror, {})
        found = seen.get(whole)
    if found is None:
        with asking(mirror, whole) as ask:
            found = {name: _words(ask, name) for name in SLICES if name not in mirror.log.missing}
        with _LOCK:
            seen[whole] = found
    return found


def _words(ask: Question, name: str) -> tuple[str, ...]:
    """Return the words of requests, then those that only their steps have: a way tried in vain."""
    found: dict[str, None] = {}
    for table in ("cases", *(["landmarks"] if name in _OF_STEPS else ())):
        known = f"'{UNKNOWN}'" if table == "cases" else "NULL"
        rows = ask.rows(
            f"SELECT coalesce({SLICES[name]}, {known}) AS word, count(*) AS n FROM {table} "
            "WHERE $selection GROUP BY 1 HAVING word IS NOT NULL ORDER BY n DESC, word"
        )
        found |= dict.fromkeys(str(word) for word, _ in rows)
    return tuple(found)


def unheard(mirror: Mirror, whole: Selection, slices: Slices) -> Iterator[tuple[str, str]]:
    """Yield the chosen words, by slice, that no request of a scope has.

    Of a slice that the source lacks nothing is yielded: that is another reason, said elsewhere.
    """
    known = words_in(mirror, whole) if slices else {}
    for name, words in slices:
        for word in words:
            if name in known and word not in known[name]:
                yield name, word


def no_word(mirror: Mirror, whole: Selection, slices: Slices) -> str | None:
    """Refuse in a sentence the first word that no request has and that is none of ours.

    None where all may stand: of our vocabulary an empty answer is an honest one, and so is any
    of a scope without a single request.
    """
    known = words_in(mirror, whole) if slices else {}
    for name, word in unheard(mirror, whole, slices):
        if known[name] and word not in _ours(mirror, name):
            return _refused(name, word, known[name])
    return None


def alike(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that differs from one by capitals and blanks alone, if any does."""
    return next((one for one in known if one.casefold() == word.strip().casefold()), None)


def _ours(mirror: Mirror, name: str) -> frozenset[str]:
    """Return the words that a slice may have though no request of the source has them yet."""
    is_own = not mirror.log.is_live and name in _OF_LIVE_WORK
    return frozenset({UNKNOWN, *(() if is_own else OURS.get(name, ()))})


def _refused(name: str, word: str, known: tuple[str, ...]) -> str:
    near = alike(word, known)
    hint = f" Did you mean {name}={near[:LONGEST]}?" if near is not None else ""
    listed = ", ".join(one[:LONGEST] for one in known[:NAMED])
    more = f" and {len(known) - NAMED:,} more" if len(known) > NAMED else ""
    return f"No request here has {word[:LONGEST]!r} under {name}.{hint} Known: {listed}{more}."
