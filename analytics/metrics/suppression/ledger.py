"""All that a reader may put together: every count, and every way in which counts add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations

from analytics.metrics.suppression.cells import Cell, CountTable, Figure, Inconsistent, Sum


class Role(Enum):
    """What stands of a count in public."""

    OFFERED = "offered"
    IMPLIED = "implied"
    KNOWN = "known"
    CLOSED = "closed"


@dataclass(frozen=True, order=True)
class Entry:
    """A cell of one pack, the packs numbered in the order in which they were published."""

    pack: int
    cell: Cell


@dataclass
class Ledger:
    """Counts by entry, the role of each, and sums: a whole and the parts that make it up.

    OFFERED counts may be shown or hidden; IMPLIED ones are never printed, but a reader who does
    sums knows of them; KNOWN ones an earlier pack has shown, CLOSED ones it has hidden.
    """

    counts: dict[Entry, int] = field(default_factory=dict)
    roles: dict[Entry, Role] = field(default_factory=dict)
    sums: list[tuple[Entry, tuple[Entry, ...]]] = field(default_factory=list)

    def note(self, entry: Entry, count: int, role: Role) -> None:
        """Write down a count; being offered outweighs being implied."""
        if self.counts.setdefault(entry, count) != count:
            raise Inconsistent(f"{entry.cell} is {count} and {self.counts[entry]}")
        if self.roles.get(entry, Role.IMPLIED) is Role.IMPLIED:
            self.roles[entry] = role

    def add_up(self, whole: Entry, parts: tuple[Entry, ...]) -> None:
        """Write down that parts make up a whole; what they leave over is implied."""
        rest = self.counts[whole] - sum(self.counts[part] for part in parts)
        if rest < 0:
            raise Inconsistent(f"the parts of {whole.cell} are more than it")
        if rest > 0:
            left = Entry(whole.pack, left_over(whole.cell, [part.cell for part in parts]))
            self.note(left, rest, Role.IMPLIED)
            parts = (*parts, left)
        self.sums.append((whole, parts))

    def enter(
        self,
        pack: int,
        tables: Iterable[CountTable],
        figures: Iterable[Figure] = (),
        sums: Iterable[Sum] = (),
    ) -> None:
        """Write down one pack."""
        for table in tables:
            self._enter_table(pack, table)
        for one in sums:
            self._enter_sum(pack, one)
        for figure in figures:
            self._enter_sum(pack, Sum(figure.n, figure.parts))

    def _enter_table(self, pack: int, table: CountTable) -> None:
        whole = table.whole()
        for place, count in whole.items():
            is_offered = table.published and place in table.cells
            role = Role.OFFERED if is_offered else Role.IMPLIED
            self.note(Entry(pack, table.at(place)), count, role)
        for place in whole:
            if None in place:
                parts = tuple(Entry(pack, table.at(one)) for one in table.parts(place))
                self.add_up(Entry(pack, table.at(place)), parts)

    def _enter_sum(self, pack: int, one: Sum) -> None:
        entries = [Entry(pack, named) for named in (one.whole, *one.parts)]
        if lost := [entry.cell for entry in entries if entry not in self.counts]:
            raise Inconsistent(f"no table holds {lost[0]}")
        self.add_up(entries[0], tuple(entries[1:]))

    def compare(self, packs: int, *, implied: bool) -> list[tuple[Entry, Entry]]:
        """Write down how every count changed from pack to pack; return the pairs that differ.

        The reader is taken to know of each printed count (and of `implied` ones, if told so)
        whether it rose, fell or stayed.
        """
        noted = sorted(self.counts)
        changed = []
        for before, after in combinations(range(packs), 2):
            for new in noted:
                old = Entry(before, new.cell)
                if new.pack != after or old not in self.counts:
                    continue
                is_printed = Role.IMPLIED not in (self.roles[old], self.roles[new])
                if (is_printed or implied) and self._link(old, new):
                    changed.append((old, new))
        return changed

    def _link(self, old: Entry, new: Entry) -> bool:
        grown = self.counts[new] - self.counts[old]
        more, less = (new, old) if grown >= 0 else (old, new)
        if grown:
            change = Entry(new.pack, Cell(f"change of {_said(old.cell)} since pack {old.pack}"))
            self.note(change, abs(grown), Role.IMPLIED)
            self.sums.append((more, (less, change)))
        else:
            self.sums.append((more, (less,)))
        return bool(grown)


def left_over(whole: Cell, parts: Iterable[Cell]) -> Cell:
    """Return the cell of what parts leave over of a whole."""
    return Cell(f"{_said(whole)} without {', '.join(sorted(map(_said, parts)))}")


def _said(one: Cell) -> str:
    return one.counted + "".join(f" [{name}={word}]" for name, word in one.where)
