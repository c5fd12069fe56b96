"""The tables of a piece as they lie in its files, and where each request is among them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute as pc

from analytics.mirror.cut import Months, months_in
from analytics.mirror.held import Held
from analytics.mirror.landmarks import landmarks_of
from analytics.mirror.rows import TABLES
from analytics.mirror.words import settled

Numbers = NDArray[np.int64]
"""Requests by number, each once and in order."""
_NEVER = np.iinfo("i8").max


class Stored:
    """Sorted and settled tables; they are packed by `pack`, and then unpacked by whoever asks."""

    def __init__(self, cases: Held, steps: Held, landmarks: Held | None = None) -> None:
        self._cases, self._steps, self._known = cases, steps, landmarks

    @cached_property
    def _landmarks(self) -> Held:
        return self._known or Held(settled(landmarks_of(self._steps.table)))

    def of(self, table: str) -> Held:
        """Return a table, packed or at hand."""
        if table == "landmarks":
            return self._landmarks
        return self._cases if table == "cases" else self._steps

    @property
    def is_unpacked(self) -> bool:
        """Say whether its steps are at hand."""
        return self._steps.is_unpacked

    def pack(self) -> None:
        """Keep its tables packed only, with what is said of them."""
        _ = self.numbers, self.stale_from
        for table in reversed(TABLES):
            self.of(table).pack()

    @cached_property
    def numbers(self) -> Numbers:
        """Its requests, at hand also where they are packed."""
        return np.sort(_numbers_in(self._cases.columns(["request_id"])))

    def held(self, numbers: Numbers) -> Numbers:
        """Return which of some requests are among its own."""
        return numbers[among(numbers, self.numbers)]

    @cached_property
    def months(self) -> dict[str, Months]:
        """How many requests each facility has in each month of receipt."""
        return dict(months_in(self._cases.columns(["facility", "received"])))

    @cached_property
    def stale_from(self) -> int | None:
        """The first moment at which a row is to be read anew, though nothing happened."""
        found: int | None = pc.min(self._cases.columns(["stale_from"])["stale_from"]).as_py()
        return found

    @cached_property
    def _stale(self) -> tuple[Numbers, Numbers]:
        """The requests of rows that are to be read anew at a moment, and the moment of each."""
        cases = self._cases.columns(["request_id", "stale_from"])
        cases = cases.filter(cases["stale_from"].is_valid())
        return _numbers_in(cases), cases["stale_from"].cast(pa.int64()).to_numpy()

    def stale(self, at: int, left_out: Numbers) -> list[int]:
        """Return the requests whose rows are to be read anew at a moment, but for some."""
        numbers, moments = self._stale
        due = numbers[moments <= at]
        found: list[int] = due[~among(due, left_out)].tolist()
        return found

    def stale_without(self, left_out: Numbers) -> int | None:
        """Return what `stale_from` is without some requests."""
        numbers, moments = self._stale
        least = int(moments[~among(numbers, left_out)].min(initial=_NEVER))
        return None if least == _NEVER else least


def among(numbers: Numbers, own: Numbers) -> NDArray[np.bool_]:
    """Say which of some requests are among others; numpy's own takes ten times as long for few."""
    if not len(own):
        return np.zeros(len(numbers), bool)
    found: NDArray[np.bool_] = own[np.minimum(own.searchsorted(numbers), len(own) - 1)] == numbers
    return found


def _numbers_in(cases: pa.Table) -> Numbers:
    found: Numbers = cases["request_id"].cast(pa.int64()).to_numpy()
    return found
