"""Kaplan-Meier from a landmark: how it went on with those who stood there at the same age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a landmark says: the share still waiting at a limit, of how many, and known of whom.

    `n` stood there and still waited at the age of the landmark; `known` are those of them who
    were released before the limit or seen to wait for it: sight of the others was lost before.
    """

    waiting: float
    n: int
    known: int


NOTHING = Outlook(waiting=1.0, n=0, known=0)


class Landmarks:
    """Stays in one place, by age: from when to when, and at what age each was released."""

    def __init__(self, enters: Numbers, leaves: Numbers, totals: Numbers, released: Flags) -> None:
        """Take one entry a stay; `released` is False where `totals` only says "at least"."""
        # Who is censored at a time was still at risk then, so releases of that time go first.
        order = np.lexsort((~released, totals))
        self.enters, self.leaves = enters[order], leaves[order]
        self.totals, self.released = totals[order], released[order]

    def outlook(self, *, age: int, limit: int) -> Outlook:
        """Return the share of those who stood here at an age that still waited at the limit.

        It is S(limit)/S(age) among them. Whoever is released at the limit itself waited for it.
        Ties are taken one by one, which gives the same product as taking them together.
        """
        chosen = (self.enters <= age) & (age < self.leaves) & (self.totals > age)
        n = int(np.count_nonzero(chosen))
        if n == 0:
            return NOTHING
        before = int(np.searchsorted(self.totals, limit, side="left"))
        early, released = chosen[:before], self.released[:before]
        at_risk = n - np.cumsum(early) + 1  # at the place of each chosen one
        leaving = at_risk[early & released]
        lost = int(np.count_nonzero(early & ~released))
        return Outlook(waiting=float(np.prod(1 - 1 / leaving)), n=n, known=n - lost)
