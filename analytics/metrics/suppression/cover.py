"""Which counts to hide so that no small one can be worked out from the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from analytics.metrics.suppression.ledger import Entry, Ledger, Role
from analytics.metrics.suppression.moves import Goal, Marks, Real, System, Whole
from analytics.metrics.suppression.recalled import Recalled

NEARBY = 4  # sums away from a count, where a move to it mostly ends
CLOSE_BY = 2  # sums away, where what stops a move mostly stands
TRIES = 200
"""How many moves are looked for in order to show again what need not be hidden."""


def cover(
    ledger: Ledger,
    threshold: int,
    kept: Iterable[Entry] = (),
    recalled: Recalled | None = None,
) -> frozenset[Entry]:
    """Return the offered counts to hide.

    For each count from 1 to threshold - 1, whether offered, implied or hidden by an earlier pack,
    what stays visible is also true of whole numbers in which it is 1, and of others in which it is
    threshold - 1 (or as near to these as a reader would have to come who saw nothing of this pack
    but its zeros). Nothing is hidden that no such numbers differ in, except for small counts and
    those `kept`. `recalled` holds the proofs of a ledger of which this one is the next, with more
    sums and nothing shown that was hidden there; it takes up those of this one.
    """
    search = _Search.begin(ledger, threshold, frozenset(kept))
    recalled = recalled or Recalled()
    search.recall(recalled)
    search.prove_all()
    search.show_what_is_not_needed()
    recalled.keep(search.system, search.proofs)
    hidden = np.flatnonzero(search.hidden & search.offered)
    return frozenset(search.system.entries[i] for i in hidden)


@dataclass
class _Search:
    system: System
    threshold: int
    offered: Marks
    fixed: Marks
    hidden: Marks
    small: Marks
    kept: Marks
    proofs: dict[Goal, Whole] = field(default_factory=dict)
    tries: int = 0

    @classmethod
    def begin(cls, ledger: Ledger, threshold: int, kept: frozenset[Entry]) -> _Search:
        system = System.of(ledger)
        roles = [ledger.roles[entry] for entry in system.entries]
        offered = np.array([role is Role.OFFERED for role in roles], dtype=bool)
        fixed = np.array([role is Role.KNOWN for role in roles], dtype=bool)
        small = (system.counts > 0) & (system.counts < threshold)
        stay = np.array([entry in kept for entry in system.entries], dtype=bool)
        hidden = (~offered & ~fixed) | (offered & (small | stay))
        return cls(system, threshold, offered, fixed, hidden, small, stay)

    def recall(self, recalled: Recalled) -> None:
        """Take over what was proved before, where it moves only what is hidden now as well."""
        known = recalled.on(self.system)
        for goal in self._goals():
            move = known.get((self.system.entries[goal.place], goal.is_up))
            if move is not None and not np.any(move[~self.hidden]):
                self.proofs[goal] = move

    def prove_all(self) -> None:
        """Hide more until every goal is met by some move of hidden counts."""
        goals = self._goals()
        self._note(np.zeros_like(self.system.counts), goals)
        self._prove_together(goals)
        for goal in goals:
            if goal not in self.proofs:
                move = self._cheapest(goal)
                if move is None:
                    self._hide_all_near(goal)
                    continue
                self.proofs[goal] = move
                self.hidden |= move != 0
                self._note(move, goals)

    def _goals(self) -> list[Goal]:
        ends = ((1, False), (self.threshold - 1, True))
        return [Goal(int(i), end, up) for i in np.flatnonzero(self.small) for end, up in ends]

    def _cheapest(self, goal: Goal) -> Whole | None:
        """Return the cheapest move to a goal, or to the nearest value that can be had at all."""
        goal = self.system.not_below_its_parts(goal, ~self.fixed)
        if (free := self.system.reach(goal, self.hidden)) is not None:
            return free
        price = np.where(self.hidden, 0.0, self._prices())
        goal, path = self._path(goal, price)
        if path is None:
            return None
        if (move := self.system.checked(path, -np.inf, np.inf)) is not None:
            return move
        # Whole numbers mostly lead along the same path as fractions.
        move = self.system.reach(goal, self.hidden | (np.abs(path) > 0))
        return self.system.reach(goal, ~self.fixed, price) if move is None else move

    def _path(self, goal: Goal, price: Real) -> tuple[Goal, Real | None]:
        """Return a cheap path to a goal, or to the nearest value that can be had at all; near by
        where there is one, since most others are far to look through."""
        system, free = self.system, ~self.fixed
        near = system.around(goal.place, NEARBY, free)
        if (path := system.path(goal, near, price)) is not None:
            return goal, path
        # Mostly the sums close by say where it ends; to ask all of them takes many times as long.
        nearer = system.nearest_by(goal, CLOSE_BY, free)
        if nearer != goal and (path := system.path(nearer, near, price)) is not None:
            return nearer, path
        wanted, goal = goal, system.nearest(goal, free)
        if goal not in (wanted, nearer):
            path = system.path(goal, near, price)
        return goal, system.path(goal, free, price) if path is None else path

    def _hide_all_near(self, goal: Goal) -> None:
        """Leave a reader with zeros and earlier packs, where no move was found; it needs no proof."""
        near = self.system.near(goal.place) & self.offered & (self.system.counts > 0)
        self.hidden |= near
        self.kept |= near

    def _prices(self) -> Real:
        """Fewest cells first, then small counts: a cell costs 1, and up to 1 more by its count."""
        counts = self.system.counts
        return 1.0 + counts / max(int(counts.max(initial=1)), 1)

    def _note(self, move: Whole, goals: Iterable[Goal]) -> bool:
        """Keep a move as the proof of every goal that it meets; tell whether any is new."""
        there = self.system.counts + move
        met = [goal for goal in goals if goal not in self.proofs and goal.is_met_by(there)]
        self.proofs.update(dict.fromkeys(met, move))
        return bool(met)

    def _prove_together(self, goals: Iterable[Goal]) -> None:
        """Meet as many goals at once as the counts hidden so far allow."""
        for is_up in (True, False):
            left = [goal for goal in goals if goal.is_up is is_up and goal not in self.proofs]
            while left:
                wanted = np.zeros_like(self.hidden)
                wanted[[goal.place for goal in left]] = True
                limit = np.full_like(self.system.counts, self.threshold - 1 if is_up else 1)
                move = self.system.furthest(wanted, limit, self.hidden)
                if not self._note(move, left):
                    break
                left = [goal for goal in left if goal not in self.proofs]

    def show_what_is_not_needed(self) -> None:
        """Show covering counts again, the largest first, where every goal has a proof without."""
        for place in sorted(self._covering(), key=lambda i: (-self.system.counts[i], i)):
            if self.tries < TRIES:
                self._try_to_show(int(place))
        moved = np.zeros_like(self.hidden)
        for move in self.proofs.values():
            moved |= move != 0
        self.hidden[[i for i in self._covering() if not moved[i]]] = False

    def _covering(self) -> list[int]:
        return list(np.flatnonzero(self.hidden & self.offered & ~self.small & ~self.kept))

    def _try_to_show(self, place: int) -> None:
        broken = [goal for goal, move in self.proofs.items() if move[place]]
        before = dict(self.proofs)
        self.hidden[place] = False
        for goal in broken:
            del self.proofs[goal]
        if not all(goal in self.proofs or self._prove_alone(goal, broken) for goal in broken):
            self.proofs = before
            self.hidden[place] = True

    def _prove_alone(self, goal: Goal, others: Iterable[Goal]) -> bool:
        self.tries += 1
        move = self.system.reach(goal, self.hidden)
        if move is None:
            return False
        self._note(move, others)
        return True
