"""Events as steps: each with what came before it, and what was lost until it was mended.

Everything is counted over whole columns, words as numbers; `tests/analytics/mirror/windows.py`
says the same as one statement of SQL.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.eventlog import EVENTS, REQUESTER
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
_PLACE = ("request_id", "facility", "direction")
_LAST = ("state_to",)
_FAILURES = ("hold_started", "delivery_failed", "images_unusable", "failure_noted")
_MENDED_BY = {
    "hold_started": ("hold_ended",),
    "delivery_failed": ("available",),
    "images_unusable": ("images_usable", "located", "prepared"),
}
SAME_TOUCH = 300  # seconds within which the same touch by the same person is one


def steps_of(requests: pa.Table, story: Story) -> pa.Table:
    """Return a row an event, its words as numbers of a list each."""
    columns: dict[str, Any] = {name: story.events[name] for name in _PLACE}
    place = pa.array(story.place)
    columns |= {name: _distinct(requests[name]).take(place) for name in OF_REQUESTS}
    aside = (*_PLACE, *_LAST)
    columns |= {name: story.events[name] for name in EVENTS.names if name not in aside}
    columns |= _before(story) | {"flows": story.events["flows"]} | _flow(story)
    columns |= {"state_to": story.events["state_to"], "state_from": _state_from(story)}
    columns |= {
        "previous_actor": story.words("actor", *story.before(story.is_human)),
        "is_failure": pa.array(story.is_failure),
        "is_touch": pa.array(_is_touch(story)),
    }
    return pa.table(columns)


@dataclass(frozen=True, eq=False)
class Story:
    """Events in order of their requests and numbers; `place` is that of the request."""

    events: pa.Table
    place: Integers

    @classmethod
    def of(cls, requests: pa.Table, events: pa.Table) -> Story:
        """Order the events of known requests; events say whether they flow."""
        ids = requests["request_id"].combine_chunks()
        found = pc.index_in(events["request_id"], value_set=ids).combine_chunks()
        if found.null_count:
            events, found = events.filter(found.is_valid()), found.drop_null()
        place, seq = found.to_numpy().astype(np.int64), events["seq"].to_numpy()
        same = place[1:] == place[:-1]
        if not ((place[1:] > place[:-1]) | (same & (seq[1:] > seq[:-1]))).all():
            order = np.lexsort((seq, place))
            events, place = events.take(pa.array(order)), place[order]
        return cls(_coded(events), place)

    def part(self, first: int, last: int) -> Story:
        """Return the events of the requests from one place up to another, that one left out."""
        begin, end = np.searchsorted(self.place, (first, last))
        return Story(self.events.slice(begin, end - begin), self.place[begin:end] - first)

    @cached_property
    def occurred(self) -> Integers:
        """When each happened."""
        found: Integers = self.events["occurred"].to_numpy()
        return found

    def codes(self, name: str) -> Integers:
        """Return the number of each word of a column; -1 for none."""
        found: Integers = pc.fill_null(self._words(name).indices, -1).to_numpy()
        return found

    def listed(self, name: str) -> list[str]:
        """Return the words of a column."""
        words: list[str] = self._words(name).dictionary.to_pylist()
        return words

    def _words(self, name: str) -> pa.DictionaryArray:
        return self.events[name].combine_chunks()

    def is_any(self, name: str, words: Collection[str]) -> Truths:
        """Say which rows have one of some words in a column."""
        known = self.listed(name)
        wanted = np.array([*(word in words for word in known), False])
        found: Truths = wanted[self.codes(name)]
        return found

    def words(self, name: str, rows: Integers, sources: Integers) -> pa.Array:
        """Return a column of words: at some rows the word of other rows, null elsewhere."""
        known = self._words(name)
        codes = np.full(len(self.place), -1, np.int32)
        codes[rows] = self.codes(name)[sources]
        indices = pa.array(codes, mask=codes < 0)
        return pa.DictionaryArray.from_arrays(indices, known.dictionary)

    def before(self, which: Truths) -> tuple[Integers, Integers]:
        """Return rows of a kind, and for each the row of that kind before it in its request."""
        rows = np.flatnonzero(which)
        same = self.place[rows[1:]] == self.place[rows[:-1]]
        return rows[1:][same], rows[:-1][same]

    @cached_property
    def is_human(self) -> Truths:
        """Whether somebody of the house acted."""
        by_person = pc.fill_null(self.events["by_person"], False).to_numpy()
        found: Truths = by_person & (self.codes("actor") >= 0)
        return found & ~self.is_any("actor", (REQUESTER,))

    @cached_property
    def is_failure(self) -> Truths:
        """Whether something went wrong, for a reason that was said."""
        found: Truths = self.is_any("activity", _FAILURES) & (self.codes("reason") >= 0)
        return found


def in_words(table: pa.Table) -> pa.Table:
    """Return a table whose words stand for themselves again, each column in one chunk."""
    schema = pa.schema(
        (field.name, field.type.value_type if pa.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    )
    return table.cast(schema).combine_chunks()


def _coded(events: pa.Table) -> pa.Table:
    """Return events with their words, but for those of requests, as numbers of one list each."""
    for at, field in enumerate(events.schema):
        if field.name == "request_id":
            events = events.set_column(at, field.name, events[field.name].cast(pa.string()))
        else:
            events = events.set_column(at, field.name, _distinct(events[field.name]))
    return events.combine_chunks()


def _distinct(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return words as numbers of a list in which no word is twice; what is no word stays."""
    if not (pa.types.is_string(column.type) or pa.types.is_dictionary(column.type)):
        return column
    if not pa.types.is_dictionary(column.type):
        return column.dictionary_encode()
    one = column.unify_dictionaries().combine_chunks()
    words, places = one.dictionary.to_pylist(), dict[str, int]()
    moved = np.array([places.setdefault(word, len(places)) for word in words], np.int32)
    if len(places) == len(words):
        return pa.chunked_array([one])
    codes = moved[pc.fill_null(one.indices, 0).to_numpy()]
    indices = pa.array(codes, mask=one.is_null().to_numpy(zero_copy_only=False))
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, pa.array(list(places)))])


def _before(story: Story) -> dict[str, pa.Array]:
    everything = story.before(np.ones(len(story.place), bool))
    return {
        "previous": story.words("activity", *everything),
        "elapsed": _since(story, *everything),
        "lost": _lost(story),
    }


def _since(story: Story, rows: Integers, sources: Integers) -> pa.Array:
    return _numbers(story, rows, story.occurred[rows] - story.occurred[sources])


def _numbers(story: Story, rows: Integers, values: Integers) -> pa.Array:
    """Return a column of numbers: values at some rows, null elsewhere."""
    found, unknown = np.zeros(len(story.place), np.int64), np.ones(len(story.place), bool)
    found[rows], unknown[rows] = values, False
    return pa.array(found, mask=unknown)


def _flow(story: Story) -> dict[str, pa.Array]:
    flowing = story.before(pc.fill_null(story.events["flows"], False).to_numpy())
    return {
        "follows": story.words("activity", *flowing),
        "waited": _since(story, *flowing),
    }


def _state_from(story: Story) -> pa.Array:
    """Return the state that a move left: that of the move before, a draft for the first."""
    moves = story.codes("state_to") >= 0
    rows, sources = story.before(moves)
    column = story.words("state_to", rows, sources)
    listed = column.dictionary.to_pylist()
    words = [*listed, *({State.DRAFT.value} - set(listed))]
    codes = pc.fill_null(column.indices, words.index(State.DRAFT.value)).to_numpy()
    indices = pa.array(codes.astype(np.int32), mask=~moves)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string()))


def _is_touch(story: Story) -> pa.Array:
    """Return whether a touch counts: not soon after the same by the same person."""
    counts = story.is_any("activity", ("manual_touch",))
    rows = np.flatnonzero(counts)
    actor, touch, place = story.codes("actor")[rows], story.codes("touch")[rows], story.place[rows]
    order = np.lexsort((rows, touch, actor, place))
    alike = np.ones(max(len(order) - 1, 0), bool)
    for key in (actor, touch, place):
        alike &= key[order][1:] == key[order][:-1]
    occurred = story.occurred[rows][order]
    again = alike & (np.diff(occurred) <= SAME_TOUCH)
    counts[rows[order[1:][again]]] = False
    return pa.array(counts)


def _lost(story: Story) -> pa.Array:
    """Return the seconds from each failure for a reason to the earliest of what mends it."""
    failed = story.is_failure
    rows, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for kind, mends in _MENDED_BY.items():
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
    reason = story.codes("reason").astype(np.int64)
    key = story.place * (int(reason.max(initial=0)) + 2) + reason + 1
    both = np.flatnonzero(noted | mends)
    both = both[np.lexsort((both, key[both]))]
    starts, ends = np.flatnonzero(noted[both]), np.flatnonzero(mends[both])
    rows, values = _earliest_after(key[both], story.occurred[both], starts, ends)
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
