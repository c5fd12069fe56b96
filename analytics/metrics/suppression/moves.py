"""What else the counts might be: other whole numbers that add up as the published ones do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, diags_array, hstack
from scipy.sparse.csgraph import connected_components

from analytics.metrics.suppression.ledger import Entry, Ledger

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
Marks = NDArray[np.bool_]


class SolverFailed(ArithmeticError):
    """The solver gave up; nothing may be published."""


@dataclass(frozen=True)
class System:
    """Counts in a fixed order, and sums as rows: whole - parts = 0.

    A move is a change of every count that keeps all sums, leaves zeros alone (a reader sees that
    they are zero) and takes no other count below one.
    """

    entries: tuple[Entry, ...]
    counts: Whole
    sums: csr_array

    @classmethod
    def of(cls, ledger: Ledger) -> System:
        """Return the counts of a ledger, the same for the same facts in whatever order."""
        entries = tuple(sorted(ledger.counts))
        place = {entry: i for i, entry in enumerate(entries)}
        rows = sorted({(place[whole], *sorted(place[p] for p in ps)) for whole, ps in ledger.sums})
        at = [(r, c, 1 if k == 0 else -1) for r, row in enumerate(rows) for k, c in enumerate(row)]
        r, c, signs = zip(*at, strict=True) if at else ((), (), ())
        shape = (len(rows), len(entries))
        counts = np.array([ledger.counts[entry] for entry in entries], dtype=np.int64)
        return cls(entries, counts, csr_array((signs, (r, c)), shape=shape, dtype=np.int64))

    def reach(self, goal: Goal, movable: Marks, price: Real | None = None) -> Whole | None:
        """Return a cheap move that takes one count to a value or past it, where one is found.

        `price` is what moving a count by one costs; only the movable ones may move.
        """
        free = np.zeros(self.counts.size)
        room = self._room_for(goal, self._tied(goal.place, movable))
        return self._in_whole_numbers(free, free if price is None else price, *room)

    def path(self, goal: Goal, movable: Marks, price: Real) -> Real | None:
        """Return the cheapest move if fractions of counts could move; None if no move gets there."""
        room = self._room_for(goal, movable)
        return self._solve(np.zeros(self.counts.size), price, *room, whole=False)

    def nearest(self, goal: Goal, movable: Marks) -> Goal:
        """Return the goal, moved to where it could be reached if fractions of counts could move."""
        wanted = np.arange(self.counts.size) == goal.place
        slope, room = self._towards(wanted, np.full_like(self.counts, goal.value), movable)
        found = self._solve(slope, np.zeros(self.counts.size), *room, whole=False)
        if found is None:
            raise SolverFailed("standing still is a move, but the solver found none")
        end = float(found[goal.place]) + int(self.counts[goal.place])
        value = math.floor(end + _TOLERANCE) if goal.is_up else math.ceil(end - _TOLERANCE)
        return Goal(goal.place, value, goal.is_up)

    def nearest_by(self, goal: Goal, steps: int, movable: Marks) -> Goal:
        """Return the goal, moved to where the sums that are so many steps away let it get at best.

        Others may hold it further away; it is never nearer than all of them allow.
        """
        ties = abs(self.sums)
        near = self.around(goal.place, steps, movable) | (np.arange(self.counts.size) == goal.place)
        rows = ties @ near > 0
        some = System(self.entries, self.counts, self.sums[rows])
        return some.nearest(goal, movable & (ties[rows].T @ np.ones(rows.sum()) > 0))

    def furthest(self, wanted: Marks, limit: Whole, movable: Marks) -> Whole:
        """Return a move that takes the wanted counts close to their limits, summed."""
        slope, room = self._towards(wanted, limit, movable)
        found = self._in_whole_numbers(slope, np.zeros(self.counts.size), *room)
        return np.zeros_like(self.counts) if found is None else found

    def near(self, place: int) -> Marks:
        """Return the counts that some chain of sums ties to one, through others than zero."""
        alive = abs(self.sums) @ diags_array((self.counts > 0).astype(float))
        _, groups = connected_components(alive.T @ alive, directed=False)
        return np.asarray(groups == groups[place])

    def around(self, place: int, steps: int, movable: Marks) -> Marks:
        """Return the movable counts that so many sums in a row tie to one."""
        ties, alive = abs(self.sums), movable & (self.counts > 0)
        found: Marks = np.arange(self.counts.size) == place
        for _ in range(steps):
            found = np.asarray(alive & (ties.T @ (ties @ found) > 0))
        return found

    def not_below_its_parts(self, goal: Goal, movable: Marks) -> Goal:
        """Return the goal, moved up to what its parts cannot be less than, each being one or more."""
        if goal.is_up:
            return goal
        least = int(self._least(movable)[goal.place])
        return Goal(goal.place, max(goal.value, least), is_up=False)

    def _least(self, movable: Marks) -> Whole:
        """Return a bound of each count from below: a whole is at least what its parts must be."""
        least = np.where(movable & (self.counts > 0), 1, self.counts)
        wholes, parts = self._wholes, (self.sums < 0).astype(np.int64)
        while True:
            together = least.copy()
            np.maximum.at(together, wholes, parts @ least)
            if np.array_equal(together, least):
                return least
            least = together

    @cached_property
    def _wholes(self) -> NDArray[np.intp]:
        """The column of the whole in each row."""
        rows, columns = (self.sums > 0).nonzero()
        wholes: NDArray[np.intp] = np.asarray(columns)[np.argsort(rows, kind="stable")]
        return wholes

    def _tied(self, place: int, movable: Marks) -> Marks:
        """Return those of the movable counts that some chain of sums over them ties to one."""
        rows, columns = map(np.asarray, self.sums.nonzero())
        size = self.counts.size
        alive = movable & (self.counts > 0)
        alive[place] = True
        kept = alive[columns]
        ties = csr_array(
            (np.ones(kept.sum()), (columns[kept], size + rows[kept])),
            shape=(size + self.sums.shape[0],) * 2,
        )
        _, groups = connected_components(ties, directed=False)
        return np.asarray(movable & (groups[:size] == groups[place]))

    def _room(self, movable: Marks) -> tuple[Real, Real]:
        free = movable & (self.counts > 0)
        return np.where(free, 1.0 - self.counts, 0.0), np.where(free, np.inf, 0.0)

    def _room_for(self, goal: Goal, movable: Marks) -> tuple[Real, Real]:
        low, high = self._room(movable)
        step = goal.value - self.counts[goal.place]
        if goal.is_up:
            low[goal.place] = max(low[goal.place], step)
        else:
            high[goal.place] = min(high[goal.place], step)
        return low, high

    def _towards(
        self, wanted: Marks, limit: Whole, movable: Marks
    ) -> tuple[Real, tuple[Real, Real]]:
        low, high = self._room(movable)
        step = limit - self.counts
        up, down = wanted & (step > 0), wanted & (step < 0)
        high[up] = np.minimum(high[up], step[up])
        low[down] = np.maximum(low[down], step[down])
        return down.astype(float) - up.astype(float), (low, high)

    def _in_whole_numbers(self, slope: Real, price: Real, low: Real, high: Real) -> Whole | None:
        """Return a cheap move in whole numbers, where one is found.

        The cheapest move of all is mostly whole by itself. Where it is not, what the integer
        solver finds is checked; that it finds nothing proves nothing, since its presolve is known
        to lose solutions (github.com/ERGO-Code/HiGHS/issues/3073).
        """
        for whole in (False, True):
            found = self._solve(slope, price, low, high, whole=whole)
            if found is None:
                return None
            if (change := self.checked(found, low, high)) is not None:
                return change
        return None

    def checked(self, found: Real, low: Real | float, high: Real | float) -> Whole | None:
        """Return a move if it is one: in whole numbers, within bounds, all sums kept."""
        change: Whole = np.rint(found).astype(np.int64)
        is_whole = np.abs(found - change).max(initial=0) < _TOLERANCE
        within = np.all(change >= low) and np.all(change <= high)
        return change if is_whole and within and not np.any(self.sums @ change) else None

    def _sums_over(self, moving: NDArray[np.intp], falling: NDArray[np.intp]) -> csr_array:
        """Return the sums in which something moves; the others are many, and hold anyway."""
        over = csr_array(hstack([self.sums[:, moving], -self.sums[:, falling]]))
        return over[np.diff(over.indptr) > 0]

    def _solve(
        self, slope: Real, price: Real, low: Real, high: Real, *, whole: bool
    ) -> Real | None:
        """Minimise slope * change + price * |change|, by (integer) programming with HiGHS."""
        if np.any(low > high):
            return None
        moving = np.flatnonzero((low < 0) | (high > 0))
        # What has a price rises in one column and falls in another; the rest needs only one.
        falling = moving[price[moving] > 0]
        floor = np.where(price > 0, np.maximum(low, 0), low)
        answer = milp(
            np.concatenate([(slope + price)[moving], (price - slope)[falling]]),
            integrality=np.full(moving.size + falling.size, int(whole)),
            bounds=Bounds(
                np.concatenate([floor[moving], np.zeros(falling.size)]),
                np.concatenate([high[moving], np.maximum(-low[falling], 0)]),
            ),
            constraints=LinearConstraint(self._sums_over(moving, falling), 0, 0),
            options={"mip_rel_gap": 0.0},
        )
        if answer.status == _INFEASIBLE:
            return None
        if answer.x is None:
            raise SolverFailed(answer.message)
        change = np.zeros(self.counts.size)
        change[moving] += answer.x[: moving.size]
        change[falling] -= answer.x[moving.size :]
        return change


_TOLERANCE = 1e-6
_INFEASIBLE = 2


@dataclass(frozen=True)
class Goal:
    """A count that a reader must be left to believe as low, or as high, as a value."""

    place: int
    value: int
    is_up: bool

    def is_met_by(self, counts: Whole) -> bool:
        """Tell whether the count is there, or past it."""
        here = int(counts[self.place])
        return here >= self.value if self.is_up else here <= self.value
