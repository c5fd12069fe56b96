"""Which rows the counts of results count, printed or not, so that parts of others are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analytics.metrics import statements
from analytics.metrics.definition import Kind
from analytics.metrics.statements import Sum
from analytics.metrics.suppression.cells import Cell, CountTable
from analytics.metrics.suppression.cells import Sum as AddsUp
from analytics.metrics.suppression.counted import Counted, single
from analytics.metrics.suppression.ledger import left_over

Added = tuple[tuple[int, Sum], ...]
"""Sums of rows, each added (1) or taken away (-1)."""
Counts = dict[str | None, int]
_SPLIT = (Kind.SHARE, Kind.SURVIVAL, Kind.NET)


@dataclass(frozen=True)
class Footprint:
    """A count: its cell, the rows that it counts, and how many these are, in all and by group.

    What nobody prints is `made_of` what readers work it out from: the rest of a whole, which comes
    first, without a part, or all of several parts. The rest needs no table: a sum leaves it over.
    """

    cell: Cell
    rows: Added
    counts: Counts
    dimension: str = ""
    made_of: tuple[Cell, ...] = ()
    is_rest: bool = False

    def at(self, group: str | None) -> Cell:
        """Return the cell of a group; None is all of them."""
        if self.is_rest:
            whole, part = self.parts_at(group)
            return left_over(whole, [part])
        return self.parts_at(group)[0] if not self.made_of else self.cell

    def parts_at(self, group: str | None) -> list[Cell]:
        """Return the cells that it is made of, or its own where it is printed."""
        return [
            one if group is None else Cell(one.counted, ((self.dimension, group),))
            for one in self.made_of or (self.cell,)
        ]

    def table(self) -> CountTable:
        """Return the count of all that several parts make up, which nobody prints."""
        return single(self.cell, int(self.counts[None]), published=False)

    def sum(self) -> AddsUp:
        """Return of what all of it is made up."""
        return AddsUp(self.cell, self.made_of)


def footprints(several: Iterable[Counted]) -> list[Footprint]:
    """Return every count of some results, each once."""
    found: dict[Cell, Footprint] = {}
    for one in several:
        if one.result.n or one.result.excluded:
            for footprint in (*_looked_at(one), *_left_out(one)):
                found.setdefault(footprint.cell, footprint)
    return list(found.values())


def _looked_at(one: Counted) -> Iterator[Footprint]:
    metric, result = one.metric, one.result
    whole: Added = ((1, statements.whole(metric)),)
    pairs = [] if metric.kind is Kind.GROUPS else list(zip(one.words, result.by, strict=True))
    everyone: Counts = {None: result.n} | {word: group.n for word, group in pairs}
    yield Footprint(one.n(), whole, everyone, one.dimension)
    if result.numerator is not None and (cells := (*one.parts()[:1], *one.totals())):
        hits: Counts = {word: int(group.numerator or 0) for word, group in pairs}
        counts = {None: int(result.numerator), **hits}
        if metric.kind in _SPLIT:
            yield from _split(one, cells[0], counts, everyone)
        if metric.kind is Kind.MEAN:
            yield Footprint(cells[0], ((1, statements.total(metric)),), counts, one.dimension)
    if result.unknown:
        rows: Added = ((1, statements.unknown(metric)),)
        yield Footprint(one.unknown(), rows, {None: result.unknown})
    if metric.kind is Kind.GROUPS:
        yield from _own_groups(one)


def _split(one: Counted, hit: Cell, hits: Counts, everyone: Counts) -> Iterator[Footprint]:
    """Yield those whom a measure counts, and the rest."""
    metric = one.metric
    some, whole = statements.hits(metric), statements.whole(metric)
    yield Footprint(hit, ((1, some),), hits, one.dimension)
    left = {group: n - hits[group] for group, n in everyone.items()}
    cell = left_over(one.n(), [hit])
    yield Footprint(
        cell, ((1, whole), (-1, some)), left, one.dimension, (one.n(), hit), is_rest=True
    )


def _own_groups(one: Counted) -> Iterator[Footprint]:
    metric = one.metric
    for word, group in zip(one.words, one.result.by, strict=True):
        asked = f"coalesce(CAST({metric.group} AS VARCHAR), 'unknown') = {_quoted(group.group)}"
        rows = Sum(table=metric.table, predicate=f"({metric.where}) AND {asked}")
        yield Footprint(one.n(word), ((1, rows),), {None: group.n})


def _quoted(word: str) -> str:
    # A dollar sign would be taken for a place that the question fills in.
    return "'" + word.replace("'", "''").replace("$", "' || chr(36) || '") + "'"


def _left_out(one: Counted) -> Iterator[Footprint]:
    """Yield those left out, by reason, and all that the measure speaks of."""
    sums, cells = statements.left_out(one.metric), one.excluded()
    for why, n in one.result.excluded.items():
        yield Footprint(cells[why], ((1, sums[why]),), {None: n})
    if one.result.excluded and not one.metric.weight:
        rows = [(1, statements.whole(one.metric)), *((1, sums[why]) for why in one.result.excluded)]
        size = one.result.n + sum(one.result.excluded.values())
        named = Cell(" with ".join(sorted(cell.counted for cell in (one.n(), *cells.values()))))
        yield Footprint(named, tuple(rows), {None: size}, made_of=(one.n(), *cells.values()))
