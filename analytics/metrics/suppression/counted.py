"""What the counts of results are counts of, so that equal ones and parts are known as such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.definition import Group, Kind, Metric, Result
from analytics.metrics.own_words import OwnWords, name_of
from analytics.metrics.suppression.cells import Cell, CountTable, Sum

_PARTED = (Kind.SHARE, Kind.SURVIVAL, Kind.NET, Kind.DISTINCT)


@dataclass(frozen=True)
class Counted:
    """One result, its measure, and the dimension of its groups (empty where it has none).

    Counts with the same predicate over the same table are one and the same. `own` are the codes by
    which words that are not ours leave the house.
    """

    result: Result
    dimension: str
    own: OwnWords | None = None

    @property
    def metric(self) -> Metric:
        """The declaration of the measure."""
        return BY_KEY[self.result.key]

    @property
    def words(self) -> list[str]:
        """The words of the groups, or their codes, told apart where two are spelled alike."""
        spelled = [self.called(one) for one in self.result.by]
        return [
            word if word not in spelled[:i] else f"{word} ({i})" for i, word in enumerate(spelled)
        ]

    def called(self, group: Group) -> str:
        """Return what a group is called in print, and in what is kept of it."""
        if self.own is None:
            return group.group
        return self.own.called(name_of(self.dimension), group.group)

    def n(self, group: str | None = None) -> Cell:
        """The count of those that the measure looks at."""
        return self._cell(self.metric.where, group)

    def parts(self, group: str | None = None) -> tuple[Cell, ...]:
        """The numerator and the unknown, where these are counts."""
        if self.metric.kind not in _PARTED or self.result.numerator is None:
            return ()
        counts = self.metric.counts or f"each {self.metric.group} once"
        if self._may_meet and group is not None:
            # No cell of a table: what stands in several groups adds up to more than there is.
            return (self._cell(f"{self._part(counts)} in {self.dimension} {group}", None),)
        found = [self._cell(self._part(counts), group)]
        if self.result.unknown and group is None:
            found.append(self.unknown())
        return tuple(found)

    def unknown(self) -> Cell:
        """The count of those of whom it is not known whether they belong to the numerator."""
        return self._cell(self._part(self.metric.unknown), None)

    @property
    def averages_counts(self) -> bool:
        """Whether a mean is of whole things, such as touches, so that its total is a count."""
        return self.metric.kind is Kind.MEAN and self.metric.per == 1

    def totals(self, group: str | None = None) -> tuple[Cell, ...]:
        """The count of all that is averaged; none where nothing is, or it is time."""
        if not self.averages_counts or self.result.numerator is None:
            return ()
        return (self._cell(f"{self.metric.where}, each by {self.metric.value}", group),)

    def excluded(self) -> Mapping[str, Cell]:
        """The counts of those left out, by reason."""
        table, left_out = self.metric.table, self.metric.excluded
        return {why: Cell(f"{table}: {left_out[why]}") for why in self.result.excluded}

    def tables(self) -> Iterator[CountTable]:
        """Yield every count of the result."""
        result, groups = self.result, self.result.by
        yield self._table(self.n(), result.n, [one.n for one in groups])
        for cell in (*self.parts()[:1], *self.totals()):
            hits = [int(one.numerator or 0) for one in groups]
            if self._may_meet:
                yield single(cell, int(result.numerator or 0))
                yield from map(single, self._hit_of_groups(), hits)
            else:
                yield self._table(cell, int(result.numerator or 0), hits)
        if result.unknown:
            yield single(self.unknown(), result.unknown)
        for why, cell in self.excluded().items():
            yield single(cell, result.excluded[why])

    def sums(self) -> Iterator[Sum]:
        """Yield how the counts of the result make each other up."""
        if self.result.unknown:
            yield Sum(self.n(), (*self.parts()[:1], self.unknown()))
        for group in (None, *self.words):
            if parts := self.parts(group):
                yield Sum(self.n(group), parts[:1])
        if self._may_meet:
            yield from (Sum(self.parts()[0], (one,)) for one in self._hit_of_groups())

    @property
    def _may_meet(self) -> bool:
        """Whether what is counted may be in several groups, so that they are no parts of the whole."""
        return self.metric.kind is Kind.DISTINCT

    def _hit_of_groups(self) -> list[Cell]:
        return [cell for word in self.words for cell in self.parts(word)[:1]]

    def _table(self, whole: Cell, count: int, groups: Sequence[int]) -> CountTable:
        if not groups:
            return single(whole, count)
        cells: dict[tuple[str | None, ...], int] = {
            (word,): n for word, n in zip(self.words, groups, strict=True)
        }
        return CountTable(
            counted=whole.counted, dimensions=(self.dimension,), cells={**cells, (None,): count}
        )

    def _part(self, predicate: str) -> str:
        return f"{self.metric.where} AND {predicate}"

    def _cell(self, predicate: str, group: str | None) -> Cell:
        where = () if group is None else ((self.dimension, group),)
        if not self.result.n and self.result.why is not None:
            # Not computed, or nothing there: no count of another measure over the same rows.
            return Cell(f"nothing of {self.metric.key}: {predicate}", where)
        weight = f" by {self.metric.weight}" if self.metric.weight else ""
        return Cell(f"{self.metric.table}{weight}: {predicate}", where)


def counted(result: Result, by: str | None, own: OwnWords | None = None) -> Counted:
    """Return what a result counts; `by` names what it was grouped by, `own` calls its own words."""
    metric = BY_KEY[result.key]
    ordered = own.in_order(result, by) if own is not None else result
    return Counted(ordered, metric.group if metric.kind is Kind.GROUPS else by or "group", own)


def single(cell: Cell, count: int, *, published: bool = True) -> CountTable:
    """Return the table of one count."""
    return CountTable(counted=cell.counted, cells={(): count}, published=published)
