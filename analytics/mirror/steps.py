"""Events as steps: each with what came before it, and what was lost until it was mended.

Everything is counted over whole columns, words as numbers; `tests/analytics/mirror/windows.py`
says the same as one statement of SQL.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.eventlog import EVENTS, REQUESTER, WORD
from analytics.mirror.flow import aside
from analytics.mirror.words import Codes, codes_of, in_lists, joined, of_codes
from requests_app.vocabulary import State

Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]
OF_REQUESTS = (
    "received",
    "day",
    "requester_type",
    "legal_basis",
    "modality",
    "partner",
    "priority",
)
_PLACE = ("facility", "direction")
_LAST = ("state_to",)
_FAILURES = ("hold_started", "delivery_failed", "images_unusable", "failure_noted")
_MENDED_BY = {
    "hold_started": ("hold_ended",),
    "delivery_failed": ("available",),
    "images_unusable": ("images_usable", "located", "prepared"),
}
_HOLDS_END = ("hold_ended", "available")
"""What ends a hold of live work, as its clocks have it; of a log nobody knows unless it says so."""
WAYS = ("available", "images_received")
SAME_TOUCH = 300  # seconds within which the same touch by the same person is one


def steps_of(requests: pa.Table, story: Story, *, is_live: bool) -> pa.Table:
    """Return a row an event, its words as numbers of a list each."""
    columns: dict[str, Any] = {"request_id": requests["request_id"].take(pa.array(story.place))}
    columns |= {name: story.events[name] for name in _PLACE}
    columns |= {name: _again(requests[name], story.place) for name in OF_REQUESTS}
    aside = ("request_id", *_PLACE, *_LAST)
    columns |= {name: story.events[name] for name in EVENTS.names if name not in aside}
    columns |= _before(story, is_live=is_live) | {"flows": pa.array(story.flows)} | _flow(story)
    columns |= {"state_to": story.events["state_to"], "state_from": _state_from(story)}
    columns |= {
        "previous_actor": story.words("actor", *story.before(story.is_human)),
        "is_failure": pa.array(story.is_failure),
        "is_touch": pa.array(story.is_touch),
    }
    return pa.table(columns)


def _again(column: pa.ChunkedArray, place: Integers) -> pa.Array:
    """Return what a column says of requests, at their places."""
    one = joined(column)
    if pa.types.is_dictionary(one.type):
        return of_codes(codes_of(one)[place], one.dictionary)
    values = pc.fill_null(one, 0).to_numpy()[place]
    missing = one.is_null().to_numpy(zero_copy_only=False)[place] if one.null_count else None
    return pa.array(values, mask=missing)


@dataclass(frozen=True, eq=False)
class Story:
    """Events in order of their requests and numbers; `place` is that of the request.

    `flows` says whether an event is a step that another can follow. Columns are in one chunk.
    """

    events: pa.Table
    place: Integers
    flows: Truths

    @classmethod
    def of(cls, requests: pa.Table, events: pa.Table) -> Story:
        """Order the events of known requests."""
        found = _places(events["request_id"], joined(requests["request_id"]))
        events = in_lists(events.drop_columns(["request_id"]))
        flows = _flows(joined(events["activity"]))
        if (found < 0).any():
            rows = np.flatnonzero(found >= 0)
            events, found, flows = events.take(pa.array(rows)), found[rows], flows[rows]
        seq = events["seq"].to_numpy()
        same = found[1:] == found[:-1]
        if not ((found[1:] > found[:-1]) | (same & (seq[1:] > seq[:-1]))).all():
            order = np.lexsort((seq, found))
            events, found, flows = events.take(pa.array(order)), found[order], flows[order]
        story = cls(events.combine_chunks(), found, flows)
        return replace(story, flows=flows & ~story.further_ways(requests["attempts"]))

    def part(self, first: int, last: int) -> Story:
        """Return the events of the requests from one place up to another, that one left out."""
        begin, end = np.searchsorted(self.place, (first, last))
        events = self.events.slice(begin, end - begin)
        return Story(events, self.place[begin:end] - first, self.flows[begin:end])

    @cached_property
    def occurred(self) -> Integers:
        """When each happened."""
        found: Integers = self.events["occurred"].to_numpy()
        return found

    @cached_property
    def _codes(self) -> dict[str, Codes]:
        return {}

    def codes(self, name: str) -> Codes:
        """Return the number of each word of a column; -1 for none."""
        if name not in self._codes:
            self._codes[name] = codes_of(joined(self.events[name]))
        return self._codes[name]

    def listed(self, name: str) -> list[str]:
        """Return the words of a column."""
        words: list[str] = joined(self.events[name]).dictionary.to_pylist()
        return words

    def is_any(self, name: str, words: Collection[str]) -> Truths:
        """Say which rows have one of some words in a column."""
        wanted = np.array([*(word in words for word in self.listed(name)), False])
        found: Truths = wanted[self.codes(name)]
        return found

    def words(self, name: str, rows: Integers, sources: Integers) -> pa.Array:
        """Return a column of words: at some rows the word of other rows, null elsewhere."""
        codes = np.full(len(self.place), -1, np.int32)
        codes[rows] = self.codes(name)[sources]
        return of_codes(codes, joined(self.events[name]).dictionary)

    def before(self, which: Truths) -> tuple[Integers, Integers]:
        """Return rows of a kind, and for each the row of that kind before it in its request."""
        rows = np.flatnonzero(which)
        same = self.place[rows[1:]] == self.place[rows[:-1]]
        return rows[1:][same], rows[:-1][same]

    def further_ways(self, attempts: pa.ChunkedArray) -> Truths:
        """Say which events are one more way of a delivery or arrival that took several at once."""
        says = attempts.is_valid().to_numpy()[self.place]
        found = np.zeros(len(self.place), bool)
        for kind in WAYS if says.any() else ():
            rows, _ = self.before(says & self.is_any("activity", (kind,)))
            found[rows] = True
        return found

    @cached_property
    def is_human(self) -> Truths:
        """Whether somebody of the house acted."""
        by_person = pc.fill_null(self.events["by_person"], False).to_numpy()
        found: Truths = by_person & (self.codes("actor") >= 0)
        return found & ~self.is_any("actor", (REQUESTER,))

    @cached_property
    def is_failure(self) -> Truths:
        """Whether something went wrong, for a reason that was said.

        Whatever live work records as failed says its code (`requests_app.lifecycle.guards`). Without
        a reason only logs hold a request, and a hold may be a wait for whoever asked: no failure.
        """
        found: Truths = self.is_any("activity", _FAILURES) & (self.codes("reason") >= 0)
        return found

    @cached_property
    def is_touch(self) -> Truths:
        """Whether a touch counts: not soon after the same by the same person, by their moments."""
        counts = self.is_any("activity", ("manual_touch",))
        rows = np.flatnonzero(counts)
        keys = (self.codes("touch")[rows], self.codes("actor")[rows], self.place[rows])
        order = np.lexsort((rows, self.occurred[rows], *keys))
        alike = np.ones(max(len(order) - 1, 0), bool)
        for key in keys:
            alike &= key[order][1:] == key[order][:-1]
        again = alike & (np.diff(self.occurred[rows][order]) <= SAME_TOUCH)
        counts[rows[order[1:][again]]] = False
        return counts


def _places(column: pa.ChunkedArray, ids: pa.Array) -> Integers:
    """Return the place of each event's request; -1 for one that is not there."""
    one = joined(column)
    words = one.dictionary if pa.types.is_dictionary(one.type) else one
    found = pc.fill_null(pc.index_in(words.cast(pa.string()), value_set=ids), -1).to_numpy()
    if pa.types.is_dictionary(one.type):
        found = np.append(found, -1)[codes_of(one.cast(WORD))]
    place: Integers = found.astype(np.int64)
    return place


def _flows(activity: pa.DictionaryArray) -> Truths:
    codes, words = codes_of(activity), activity.dictionary.to_pylist()
    used = np.bincount(codes + 1, minlength=len(words) + 1)[1:] > 0
    left = aside(word for word, is_used in zip(words, used.tolist(), strict=True) if is_used)
    flows = np.array([*(word not in left for word in words), True])
    found: Truths = flows[codes]
    return found


def _before(story: Story, *, is_live: bool) -> dict[str, pa.Array]:
    everything = story.before(np.ones(len(story.place), bool))
    return {
        "previous": story.words("activity", *everything),
        "elapsed": _since(story, *everything),
        "lost": _lost(story, is_live=is_live),
    }


def _since(story: Story, rows: Integers, sources: Integers) -> pa.Array:
    return _numbers(story, rows, story.occurred[rows] - story.occurred[sources])


def _numbers(story: Story, rows: Integers, values: Integers) -> pa.Array:
    """Return a column of numbers: values at some rows, null elsewhere."""
    found, unknown = np.zeros(len(story.place), np.int64), np.ones(len(story.place), bool)
    found[rows], unknown[rows] = values, False
    return pa.array(found, mask=unknown)


def _flow(story: Story) -> dict[str, pa.Array]:
    flowing = story.before(story.flows)
    return {
        "follows": story.words("activity", *flowing),
        "waited": _since(story, *flowing),
    }


def _state_from(story: Story) -> pa.Array:
    """Return the state that a move left: that of the move before, a draft for the first."""
    codes, listed = story.codes("state_to"), story.listed("state_to")
    words = [*listed, *({State.DRAFT.value} - set(listed))]
    moves = codes >= 0
    rows, sources = story.before(moves)
    found = np.where(moves, np.int32(words.index(State.DRAFT.value)), np.int32(-1))
    found[rows] = codes[sources]
    return of_codes(found, words)


def _lost(story: Story, *, is_live: bool) -> pa.Array:
    """Return the seconds from each failure for a reason to the earliest of what mends it."""
    failed = story.is_failure
    rows, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    mended_by = _MENDED_BY | ({"hold_started": _HOLDS_END} if is_live else {})
    for kind, mends in mended_by.items():
        starts = np.flatnonzero(failed & story.is_any("activity", (kind,)))
        ends = np.flatnonzero(story.is_any("activity", mends))
        found = _earliest_after(story.place, story.occurred, starts, ends)
        rows.append(found[0])
        values.append(found[1])
    found = _lost_notes(story)
    rows.append(found[0])
    values.append(found[1])
    at = np.concatenate(rows)
    return _numbers(story, at, np.concatenate(values) - story.occurred[at])


def _lost_notes(story: Story) -> tuple[Integers, Integers]:
    """A noted failure is mended by what names the same reason."""
    noted = story.is_failure & story.is_any("activity", ("failure_noted",))
    mends = story.is_any("activity", ("failure_recovered",))
    both = np.flatnonzero(noted | mends)
    reason = story.codes("reason")[both].astype(np.int64)
    key = story.place[both] * (int(reason.max(initial=0)) + 2) + reason + 1
    order = np.lexsort((both, key))
    both, key = both[order], key[order]
    starts, ends = np.flatnonzero(noted[both]), np.flatnonzero(mends[both])
    rows, values = _earliest_after(key, story.occurred[both], starts, ends)
    return both[rows], values


def _earliest_after(
    place: Integers, occurred: Integers, starts: Integers, ends: Integers
) -> tuple[Integers, Integers]:
    """Return starts with an end later in their place, and the least moment of such ends.

    Later is by place in the arrays; moments need not be in that order.
    """
    if not len(ends) or not len(starts):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    moments, number = occurred[ends], np.cumsum(np.append(0, np.diff(place[ends]) != 0))
    span = int(moments.max() - moments.min()) + 1
    # From the last end on, each place lies below the one after it, so that no least crosses over.
    below = number * span + moments
    least = np.minimum.accumulate(below[::-1])[::-1] - number * span
    at = np.searchsorted(ends, starts, side="right")
    within = at < len(ends)
    within[within] = place[ends[at[within]]] == place[starts[within]]
    return starts[within], least[at[within]]
