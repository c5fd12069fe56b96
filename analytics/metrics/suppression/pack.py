"""A pack: counts and figures that are published together, with what is hidden among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analytics.metrics.suppression.cells import (
    THRESHOLD,
    Cell,
    CountTable,
    Figure,
    Sum,
)
from analytics.metrics.suppression.cover import cover
from analytics.metrics.suppression.ledger import Entry, Ledger, Role
from analytics.metrics.suppression.recalled import Recalled

_Parts = tuple[tuple[CountTable, ...], tuple[Figure, ...], tuple[Sum, ...]]


class Why(StrEnum):
    """Why a count is hidden; for the publisher. Readers get one sentence for both.

    Zeros stand, so that a hidden total that is known to be small bounds its parts: of ten hidden
    counts under it each would be known to be one.
    """

    PRIMARY = "primary"
    COMPLEMENTARY = "complementary"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A cell as it may be printed: its value, or None and why."""

    value: int | None
    why: Why | None = None


@dataclass(frozen=True, kw_only=True)
class Warned:
    """A count that an earlier pack of the docket gave (by its place) a little differently."""

    cell: Cell
    earlier: int
    difference: int


@dataclass(frozen=True, kw_only=True)
class Pack:
    """What was counted, and what may be printed of it.

    `cells` and `figures` are for print, a figure being None unless every count that it hangs on
    is shown. All else holds true counts, or how they hang together, and stays with the publisher,
    who needs it to compare the next pack of the docket.
    """

    threshold: int
    cells: Mapping[Cell, Published]
    figures: Mapping[str, float | None]
    tables: tuple[CountTable, ...]
    hangs: tuple[Figure, ...]
    sums: tuple[Sum, ...]
    guesses: tuple[Sum, ...] = ()
    warnings: tuple[Warned, ...] = ()

    def value(self, cell: Cell) -> int | None:
        """Return the count where it may be printed."""
        return self.cells[cell].value

    def value_if_any(self, cell: Cell) -> int | None:
        """Return the count where it is printed; None where it is hidden or stands nowhere."""
        found = self.cells.get(cell)
        return found.value if found is not None else None

    @property
    def hidden(self) -> frozenset[Cell]:
        """The cells that must not be printed."""
        return frozenset(cell for cell, one in self.cells.items() if one.why is not None)


def suppress(
    tables: Iterable[CountTable],
    *,
    figures: Iterable[Figure] = (),
    sums: Iterable[Sum] = (),
    guesses: Iterable[Sum] = (),
    earlier: Sequence[Pack] = (),
    kept: Iterable[Cell] = (),
    recalled: tuple[Recalled, Recalled] | None = None,
    threshold: int = THRESHOLD,
) -> Pack:
    """Return what may be published of tables that are printed together.

    `sums` are known to every reader, `guesses` hold as well and are known to some. `earlier` are
    packs of the same docket that are out, the first one first; `kept` stay hidden; `recalled` are
    each reader's proofs of this pack with fewer guesses. Raises Inconsistent where counts contradict
    each other, ValueError for a threshold below 3 (with 2 a hidden count could only be 1).
    """
    _check(threshold)
    tables, figures, sums, guesses = tuple(tables), tuple(figures), tuple(sums), tuple(guesses)
    hidden = frozenset(Entry(len(earlier), cell) for cell in kept)
    # Of two readers one knows more: the guesses, and how implied counts changed. That helps to tell
    # counts, but it also leaves less to learn, so that each reader needs a proof of their own.
    for knows_more in (True, False) if earlier or guesses else (False,):
        new = (tables, figures, (*sums, *guesses) if knows_more else sums)
        ledger = _ledger([*_known(earlier, guesses=knows_more), new], earlier)
        changed = ledger.compare(len(earlier) + 1, implied=knows_more)
        hidden |= frozenset(_hidden_before(ledger, earlier))
        hidden = cover(ledger, threshold, hidden, recalled[knows_more] if recalled else None)
    cells = _cells(ledger, len(earlier), hidden, threshold)
    return Pack(
        threshold=threshold,
        cells=cells,
        figures={one.name: _figure(one, cells, threshold) for one in figures},
        tables=tables,
        hangs=figures,
        sums=sums,
        guesses=guesses,
        warnings=tuple(_warnings(ledger, len(earlier), changed, threshold)),
    )


def _check(threshold: int) -> None:
    if threshold < 3:
        raise ValueError("below a threshold of 3 hiding a count tells it")


def _known(packs: Iterable[Pack], *, guesses: bool) -> list[_Parts]:
    return [
        (one.tables, one.hangs, (*one.sums, *one.guesses) if guesses else one.sums) for one in packs
    ]


def _ledger(packs: Iterable[_Parts], earlier: Sequence[Pack]) -> Ledger:
    ledger = Ledger()
    for place, (tables, figures, sums) in enumerate(packs):
        ledger.enter(place, tables, figures, sums)
    for place, pack in enumerate(earlier):
        for cell, one in pack.cells.items():
            ledger.roles[Entry(place, cell)] = Role.KNOWN if one.why is None else Role.CLOSED
    return ledger


def _hidden_before(ledger: Ledger, earlier: Sequence[Pack]) -> list[Entry]:
    """Return the counts that an earlier pack hid and that did not change: they stay hidden."""
    entries = [
        (Entry(place, cell), Entry(len(earlier), cell))
        for place, pack in enumerate(earlier)
        for cell in pack.hidden
    ]
    counts = ledger.counts
    return [now for before, now in entries if now in counts and counts[now] == counts[before]]


def _cells(
    ledger: Ledger, place: int, hidden: frozenset[Entry], threshold: int
) -> dict[Cell, Published]:
    found = {}
    for entry, role in sorted(ledger.roles.items(), key=lambda pair: pair[0]):
        if entry.pack != place or role is not Role.OFFERED:
            continue
        count = ledger.counts[entry]
        why = Why.PRIMARY if 0 < count < threshold else Why.COMPLEMENTARY
        is_hidden = entry in hidden
        found[entry.cell] = Published(value=None, why=why) if is_hidden else Published(value=count)
    return found


def _figure(figure: Figure, cells: Mapping[Cell, Published], threshold: int) -> float | None:
    """Return the figure if all its counts are shown, so that it says no more than they do."""
    needed = [cells.get(cell) for cell in (figure.n, *figure.parts, *figure.beside)]
    n = needed[0].value if needed[0] is not None else None
    shown = all(one is not None and one.value is not None for one in needed)
    return figure.value if shown and n is not None and n >= threshold else None


def _warnings(
    ledger: Ledger, place: int, changed: Iterable[tuple[Entry, Entry]], threshold: int
) -> Iterable[Warned]:
    for old, new in changed:
        difference = ledger.counts[new] - ledger.counts[old]
        offered = ledger.roles[new] is Role.OFFERED and new.pack == place
        if offered and abs(difference) < threshold:
            yield Warned(cell=new.cell, earlier=old.pack, difference=difference)
