"""A reader who puts everything public together, by integer programming; shares no code with us.

Unknown are the inner cells of every table of every pack, one whole number each. What is public
bounds them: shown counts, that hidden counts are not zero, that equal cells of two tables are the
same count, that parts are no more than their whole, percentages as rounded, and of every count
whether it rose, fell or stayed since each earlier pack.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations, product
from math import inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from analytics.metrics.suppression.cells import Cell, CountTable
from analytics.metrics.suppression.pack import Pack

Terms = Mapping[tuple, int]
"""Inner cells and how often each counts."""


def added(*many: Terms) -> Terms:
    """The sum of several."""
    total: dict[tuple, int] = defaultdict(int)
    for terms in many:
        for name, times in terms.items():
            total[name] += times
    return total


def less(one: Terms, other: Terms) -> Terms:
    """The difference of two."""
    return added(one, {name: -times for name, times in other.items()})


class Attacker:
    """All that is known after the last of some packs; `sees_last` False: of it, only the zeros.

    `knows_implied`: also whether sums that no pack prints rose, fell or stayed.
    """

    def __init__(
        self, packs: Iterable[Pack], *, sees_last: bool = True, knows_implied: bool = False
    ) -> None:
        self.knows_implied = knows_implied
        self.packs = list(packs)
        self.rows: list[tuple[Terms, float, float]] = []
        self.known: tuple = (0,)
        self.cells: dict[tuple[int, Cell], Terms] = {}
        self.truth: dict[tuple[int, Cell], int] = {}
        for number, pack in enumerate(self.packs):
            self._learn(number, pack, sees=sees_last or number < len(self.packs) - 1)
        for before, after in combinations(range(len(self.packs)), 2):
            self._compare(before, after)

    def _learn(self, number: int, pack: Pack, *, sees: bool) -> None:
        for which, table in enumerate(pack.tables):
            for place, count in table.cells.items():
                inner = [one for one in table.cells if None not in one or not one]
                under = [
                    one
                    for one in inner
                    if all(p in (None, w) for p, w in zip(place, one, strict=True))
                ]
                terms = {(number, which, one): 1 for one in under}
                self._meet(number, table.at(place), terms, count)
                shown = pack.value(table.at(place))
                if count == 0 or (sees and shown is not None):
                    self.rows.append((terms, count, count))
                    assert shown in (count, None)
                else:
                    self.rows.append((terms, 1, inf))
            if self.knows_implied:
                self._imply(number, which, table)
        for figure in pack.hangs:
            whole, parts = self.cells[number, figure.n], self._all(number, figure.parts)
            self._split(number, figure.n, figure.parts)
            shown = pack.figures[figure.name]
            n = pack.value(figure.n)
            if sees and shown is not None and figure.parts and n is not None:
                # 100 x part / whole, rounded to one decimal
                self.rows.append((parts, (shown - 0.05) * n / 100, (shown + 0.05) * n / 100))
            assert whole
        for one in pack.sums:
            self._split(number, one.whole, one.parts)

    def _imply(self, number: int, which: int, table: CountTable) -> None:
        inner = [one for one in table.cells if None not in one]
        for axes in product((True, False), repeat=len(table.dimensions)):
            sums: dict[tuple, list[tuple]] = defaultdict(list)
            for one in inner:
                sums[tuple(w if k else None for w, k in zip(one, axes, strict=True))].append(one)
            for place, under in sums.items():
                if place not in table.cells:
                    terms = {(number, which, one): 1 for one in under}
                    self._meet(
                        number, table.at(place), terms, sum(table.cells[one] for one in under)
                    )

    def _meet(self, number: int, cell: Cell, terms: Terms, count: int) -> None:
        if (number, cell) in self.cells:
            self.rows.append((less(self.cells[number, cell], terms), 0, 0))
        self.cells[number, cell] = terms
        self.truth[number, cell] = count

    def _all(self, number: int, cells: Iterable[Cell]) -> Terms:
        return added(*(self.cells[number, cell] for cell in cells))

    def _split(self, number: int, whole: Cell, parts: Iterable[Cell]) -> None:
        rest = self.truth[number, whole] - sum(self.truth[number, part] for part in parts)
        left = less(self.cells[number, whole], self._all(number, parts))
        self.rows.append((left, min(rest, 1), inf if rest else 0))

    def _compare(self, before: int, after: int) -> None:
        for number, cell in list(self.cells):
            if number != after or (before, cell) not in self.cells:
                continue
            grown = self.truth[after, cell] - self.truth[before, cell]
            change = less(self.cells[after, cell], self.cells[before, cell])
            low, high = (1, inf) if grown > 0 else (-inf, -1) if grown < 0 else (0, 0)
            self.rows.append((change, low, high))

    def bounds(self, wanted: Terms) -> tuple[float, float]:
        """The least and the most that a sum of inner cells can be."""
        return self._end(wanted, 1), self._end(wanted, -1)

    def of(self, cell: Cell, number: int | None = None) -> tuple[float, float]:
        """The least and the most that a count of a pack (the last by default) can be."""
        return self.bounds(self.cells[len(self.packs) - 1 if number is None else number, cell])

    def _end(self, wanted: Terms, sign: int) -> float:
        if self.known[0] != len(self.rows):
            self._write_down()
        _, place, rows, low, high = self.known
        goal = _vector(wanted, place)
        answer = milp(
            sign * goal,
            integrality=np.ones(len(goal)),
            bounds=Bounds(0, inf),
            constraints=LinearConstraint(rows, low, high),
            # With presolve HiGHS misses solutions (ERGO-Code/HiGHS, issue 3073).
            options={"mip_rel_gap": 0.0, "presolve": False},
        )
        assert answer.status != 2, "what is published contradicts itself"
        if answer.x is None:
            assert answer.status in (3, 4), answer.message
            return -inf * sign
        found = rows @ np.rint(answer.x)
        assert np.all(low <= found) and np.all(found <= high), "what was found is no solution"
        return round(sign * answer.fun)

    def _write_down(self) -> None:
        names = sorted({name for terms, *_ in self.rows for name in terms}, key=repr)
        place = {name: i for i, name in enumerate(names)}
        rows = np.array([_vector(terms, place) for terms, *_ in self.rows])
        low, high = (np.array([row[end] for row in self.rows]) for end in (1, 2))
        self.known = len(self.rows), place, rows, low, high


def _vector(terms: Terms, place: Mapping[tuple, int]) -> np.ndarray:
    row = np.zeros(len(place))
    for name, times in terms.items():
        row[place[name]] += times
    return row
