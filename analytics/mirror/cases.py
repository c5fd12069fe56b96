"""What the steps of each request add up to, counted over whole columns.

`tests/analytics/mirror/windows.py` says the same as one statement of SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.mirror.faults import BIT
from analytics.mirror.steps import Integers, Story, Truths
from analytics.mirror.variants import variants_of
from analytics.mirror.words import Codes, codes_of, of_codes
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.vocabulary import Channel, Medium, State, Touch

_ALLOWED = {(origin.value, target.value) for origin in State for target in TRANSITIONS[origin]}
NOT_DELIVERED = "not_delivered"
"""The channel and the medium of a request without a delivery: null is of one that says none."""
_PHYSICAL, _PAPER = (Medium.PHYSICAL.value,), (Channel.PHYSICAL_PAPER.value,)
_CONTACTS = (Touch.CALL, Touch.FAX, Touch.CHASE)


def cases_of(requests: pa.Table, steps: pa.Table, story: Story) -> pa.Table:
    """Return a row a request: what is known of it, and what its steps add up to."""
    many = _Requests(story, requests.num_rows)
    delivered = story.is_any("activity", ("available",))
    unknown = story.is_any("medium", ("unknown",)) | (story.codes("medium") < 0)
    on_media = story.is_any("medium", _PHYSICAL) & ~story.is_any("channel", _PAPER)
    lasted = many.sums(steps["waited"])
    ways = many.count(delivered)
    columns: dict[str, Any] = {
        "deliveries": _deliveries(requests["attempts"], ways),
        "ways": ways,
        "failed_deliveries": many.count(story.is_any("activity", ("delivery_failed",))),
        "failures": many.count(story.is_failure),
        "touches": many.count(story.is_touch),
        "channel": many.of_the_last_delivery("channel", ways),
        "medium": many.of_the_last_delivery("medium", ways),
        "staff_group": many.last("staff_group", story.is_human),
        "lost": many.sums(steps["lost"]),
        "handoffs": many.count(_changes_hands(story, steps)),
        "moves": many.count(story.codes("state_to") >= 0),
        "moves_outside": many.count(_is_outside(steps)),
        "variant": variants_of(story, requests.num_rows),
        "lasted": pa.array(lasted, mask=many.count(np.ones(len(story.place), bool)) == 0),
        "physical_deliveries": many.count(delivered & on_media),
        "unknown_deliveries": many.count(delivered & unknown),
        "logged": many.first(story.is_any("activity", ("logged",))),
        "arrived": many.first(story.is_any("activity", ("images_received",))),
        "usable_since": many.first(_is_usable_again(story, requests.num_rows)),
        "confirmed": many.first(story.is_any("activity", ("confirmed_usable",))),
        "contacts": many.count(story.is_touch & story.is_any("touch", _CONTACTS)),
        "faults": many.faults(),
    }
    requests = requests.drop_columns(["attempts"])
    return pa.table(dict(zip(requests.column_names, requests.columns, strict=True)) | columns)


def _deliveries(attempts: pa.ChunkedArray, ways: Integers) -> pa.Array:
    """Return how often each request was delivered, null where its log does not say.

    Where a log says it itself, what it was delivered by are ways of one delivery.
    """
    said = pc.fill_null(attempts, -1).to_numpy().astype(np.int64)
    found = np.where((said < 0) | (ways == 0), ways, said)
    return pa.array(found, mask=(said == 0) & (ways > 0))


@dataclass(frozen=True, eq=False)
class _Requests:
    """Adds up rows of a story, by request."""

    story: Story
    requests: int

    def count(self, rows: Truths) -> Integers:
        """Count some rows of each request."""
        return np.bincount(self.story.place[rows], minlength=self.requests)

    def sums(self, column: pa.ChunkedArray) -> Integers:
        """Sum a column, none as nothing."""
        values = pc.fill_null(column, 0).to_numpy()
        upto = np.append(0, np.cumsum(values))
        ends = np.searchsorted(self.story.place, np.arange(self.requests + 1))
        found: Integers = np.diff(upto[ends])
        return found

    def last(self, name: str, rows: Truths) -> pa.Array:
        """Return the last word of a column that is known at some rows."""
        return of_codes(self._last(name, rows), self.story.listed(name))

    def of_the_last_delivery(self, name: str, ways: Integers) -> pa.Array:
        """Return the last known word of deliveries; what was not delivered lacks none, and says so."""
        found = self._last(name, self.story.is_any("activity", ("available",)))
        words, lacks = self.story.listed(name), ways == 0
        if not lacks.any():
            return of_codes(found, words)
        # A list holds no word twice, nor one that no row has; a log may use this word itself.
        words = list(dict.fromkeys((*words, NOT_DELIVERED)))
        found[lacks] = words.index(NOT_DELIVERED)
        return of_codes(found, words)

    def _last(self, name: str, rows: Truths) -> Codes:
        codes, found = self.story.codes(name), np.full(self.requests, -1, np.int32)
        known = np.flatnonzero(rows & (codes >= 0))
        found[self.story.place[known]] = codes[known]  # of several writes the last one stays
        return found

    def first(self, rows: Truths) -> pa.Array:
        """Return the earliest moment of some rows."""
        places, begins = _turns(self.story.place[rows])
        found, missing = np.zeros(self.requests, np.int64), np.ones(self.requests, bool)
        if len(begins):
            found[places] = np.minimum.reduceat(self.story.occurred[rows], begins)
        missing[places] = False
        return pa.array(found, mask=missing)

    def faults(self) -> Integers:
        """Return the bit of each failure code that befell each request."""
        bits = np.array([*(BIT.get(word, 0) for word in self.story.listed("reason")), 0], np.int64)
        rows = self.story.is_failure
        places, begins = _turns(self.story.place[rows])
        found = np.zeros(self.requests, np.int64)
        if len(begins):
            befell = bits[self.story.codes("reason")[rows]]
            found[places] = np.bitwise_or.reduceat(befell, begins)
        return found


def _turns(place: Integers) -> tuple[Integers, Integers]:
    """Return the places that stand in a row of sorted ones, and where each begins."""
    begins = np.flatnonzero(np.append(True, place[1:] != place[:-1])[: len(place)])
    return place[begins], begins


def _changes_hands(story: Story, steps: pa.Table) -> Truths:
    before = codes_of(steps["previous_actor"].combine_chunks())
    found: Truths = (before >= 0) & (before != story.codes("actor"))
    return found


def _is_outside(steps: pa.Table) -> Truths:
    """Say which moves the table of states does not know."""
    origin, target = (steps[name].combine_chunks() for name in ("state_from", "state_to"))
    allowed = np.ones((len(origin.dictionary) + 1, len(target.dictionary) + 1), bool)
    for row, left in enumerate(origin.dictionary.to_pylist()):
        for column, entered in enumerate(target.dictionary.to_pylist()):
            allowed[row, column] = (left, entered) in _ALLOWED
    found: NDArray[np.bool_] = ~allowed[codes_of(origin), codes_of(target)]
    return found


def _is_usable_again(story: Story, requests: int) -> Truths:
    """Say which images were found usable, and not unusable before."""
    seq: Codes = story.events["seq"].to_numpy()
    failed, bad = np.full(requests, -1), story.is_any("activity", ("images_unusable",))
    rows = np.flatnonzero(bad)[::-1]
    failed[story.place[rows]] = seq[rows]  # the first of them is written last
    good = story.is_any("activity", ("images_usable",))
    found: Truths = good & (seq > failed[story.place])
    return found
