"""What changed of sums since they were added up: few days of few facilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.metrics.engines.reach import Window


@dataclass(frozen=True)
class Later:
    """What came less what went since the days were added up: `amounts[sum, word, cell]`.

    Cells are days of facilities, each once and in order; of a day nothing is added up.
    """

    places: Any
    days: Any
    amounts: Any

    def within(self, window: Window) -> tuple[Any, Any, Any]:
        """Return where a window's cells stand among its facilities, on which day, and amounts."""
        held = window.chosen[self.places]
        held &= (self.days > window.first) & (self.days <= window.last)
        spots = np.searchsorted(window.places, self.places[held])
        return spots, self.days[held] - window.first - 1, self.amounts[:, :, held]

    def with_(self, other: Later) -> Later:
        """Return both together; the words of the one are the first of the other's."""
        ours, theirs = (keys_of(one.places, one.days) for one in (self, other))
        keys = np.union1d(ours, theirs)
        amounts = np.zeros((*other.amounts.shape[:2], len(keys)), other.amounts.dtype)
        amounts[:, : self.amounts.shape[1], np.searchsorted(keys, ours)] += self.amounts
        amounts[:, :, np.searchsorted(keys, theirs)] += other.amounts
        return Later(*cells_of(keys), amounts)

    def of_words(self, at: Sequence[int], words: int) -> Later:
        """Return the amounts of each word at another place among more words."""
        amounts = np.zeros((len(self.amounts), words, len(self.places)), self.amounts.dtype)
        amounts[:, list(at)] = self.amounts
        return Later(self.places, self.days, amounts)

    def by_place(self, days: int) -> Iterator[tuple[int, Any]]:
        """Yield each facility with its amounts on so many days."""
        for place in np.unique(self.places).tolist():
            held = self.places == place
            daily = np.zeros((*self.amounts.shape[:2], days), self.amounts.dtype)
            daily[:, :, self.days[held]] = self.amounts[:, :, held]
            yield place, daily


def summed(at: Any, amounts: Any) -> tuple[Any, Any]:
    """Return the numbers that occur in `at`, and for each the sum of the amounts of its cells."""
    order = np.argsort(at, kind="stable")
    spots, begins = np.unique(at[order], return_index=True)
    if not len(spots):
        return spots, amounts[:, :, :0]
    return spots, np.add.reduceat(amounts[:, :, order], begins, axis=-1)


def keys_of(places: Any, days: Any) -> Any:
    """Return a number for each cell, in the order of facility and day."""
    return (places.astype(np.int64) << 32) + days


def cells_of(keys: Any) -> tuple[Any, Any]:
    """Return the facility and the day of each number."""
    return keys >> 32, keys & 0xFFFFFFFF
