"""Moves that proved a pack safe, tried again on the same pack with more sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analytics.metrics.suppression.ledger import Entry
from analytics.metrics.suppression.moves import Goal, Marks, System, Whole


@dataclass
class Recalled:
    """Moves by the count and the end that each proved, of the entries that there were.

    A move that was the furthest possible is so with more sums too, if it keeps them.
    """

    entries: frozenset[Entry] = frozenset()
    moves: dict[tuple[Entry, bool], Whole] = field(default_factory=dict)
    place: dict[Entry, int] = field(default_factory=dict)

    def keep(self, system: System, proofs: Mapping[Goal, Whole]) -> None:
        """Remember what was proved last."""
        self.place = {entry: i for i, entry in enumerate(system.entries)}
        self.entries = frozenset(self.place)
        self.moves = {
            (system.entries[goal.place], goal.is_up): move for goal, move in proofs.items()
        }

    def on(self, system: System) -> dict[tuple[Entry, bool], Whole]:
        """Return the moves over the entries of now that keep all sums of now."""
        if not self.moves or not self.entries <= set(system.entries):
            return {}
        old = np.array([self.place.get(entry, -1) for entry in system.entries])
        made: dict[int, Whole | None] = {}
        for move in self.moves.values():
            if id(move) not in made:
                made[id(move)] = _moved(system, np.where(old >= 0, move[old], 0), old < 0)
        found = ((goal, made[id(move)]) for goal, move in self.moves.items())
        return {goal: move for goal, move in found if move is not None}


def _moved(system: System, move: Whole, is_new: Marks) -> Whole | None:
    """Return a move with what new sums leave over; None where it breaks a sum or a bound."""
    short = system.sums @ move
    fresh = np.flatnonzero(is_new)
    for row in np.flatnonzero(short).tolist():
        _, there = system.sums[[row]][:, fresh].nonzero()
        if len(there) != 1:
            return None
        move[fresh[there[0]]] = short[row]
    stands = np.all(move[system.counts == 0] == 0) and np.all((system.counts + move)[move != 0] > 0)
    return move if stands and not np.any(system.sums @ move) else None
