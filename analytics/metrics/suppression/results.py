"""Results of measures as they may be published, one or several over the same selection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analytics.metrics.definition import Group, Kind, Result
from analytics.metrics.own_words import OwnWords
from analytics.metrics.suppression.cells import THRESHOLD, Cell, CountTable, Figure, Sum
from analytics.metrics.suppression.counted import Counted, counted
from analytics.metrics.suppression.derived import Derived
from analytics.metrics.suppression.extremes import (
    leans_on_an_extreme,
    may_be_an_extreme,
    touches_an_extreme,
)
from analytics.metrics.suppression.links import linked, taken_for_the_same
from analytics.metrics.suppression.pack import Pack, suppress
from analytics.metrics.suppression.published import (
    IN_THE_HOUSE,
    PublishedGroup,
    PublishedResult,
    hidden_because,
)
from analytics.metrics.suppression.recalled import Recalled


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Results as they may be published, and the pack that the next one is compared with."""

    results: dict[str, PublishedResult]
    pack: Pack


def published_together(
    results: Iterable[Result],
    *,
    by: str | None = None,
    beside: Iterable[Result] = (),
    derived: Derived | None = None,
    own: OwnWords | None = None,
    earlier: Sequence[Pack] = (),
    threshold: int = THRESHOLD,
) -> Publication:
    """Return what may be published of results over one selection.

    `beside` are not printed, yet an earlier pack may have told of them; `derived` tells which
    counts are parts of others. Without it what hangs together is known from what is declared and
    from counts that are equal. `own` are the codes for words that do not leave the house.
    """
    several = [counted(result, by, own) for result in results]
    others = [counted(result, by, own) for result in beside]
    pack = _Offer(several, others, derived).pack(earlier, threshold)
    return Publication(
        results={one.result.key: _Print(one, pack).result() for one in several}, pack=pack
    )


@dataclass(frozen=True)
class _Offer:
    """Results that are offered for print, others beside them, and how all hang together."""

    several: list[Counted]
    beside: list[Counted]
    derived: Derived | None

    def pack(self, earlier: Sequence[Pack], threshold: int) -> Pack:
        """Return the pack: made, attacked, and made again until the attack finds nothing."""
        tables, sums = self._tables_and_sums()
        derived, everyone = self.derived, [*self.several, *self.beside]
        guesses = derived.links() if derived is not None else [*taken_for_the_same(everyone)]
        hidden, recalled = frozenset[Cell](), (Recalled(), Recalled())
        while True:
            pack = suppress(
                tables,
                sums=sums,
                guesses=guesses,
                figures=[figure for one in self.several for figure in _figures(one)],
                earlier=earlier,
                kept=hidden,
                recalled=recalled,
                threshold=threshold,
            )
            # Of all that printed counts could tell together little is told: only that is linked.
            told = derived.told_by(pack.value_if_any) if derived is not None else []
            if not (new := [one for one in dict.fromkeys(told) if one not in set(guesses)]):
                return pack
            guesses, hidden = [*guesses, *new], pack.hidden

    def _tables_and_sums(self) -> tuple[list[CountTable], list[Sum]]:
        everyone = [*self.several, *self.beside]
        tables, sums = linked(everyone)
        if self.derived is not None:
            implied, made = self.derived.implied()
            tables, sums = [*tables, *implied], [*sums, *made]
        known = [replace(table, published=False) for one in self.beside for table in one.tables()]
        offered = [table for one in self.several for table in one.tables()]
        return [*offered, *known, *tables], [*(s for one in everyone for s in one.sums()), *sums]


def _figures(one: Counted) -> Iterator[Figure]:
    groups = zip(one.words, one.result.by, strict=True)
    everyone: list[tuple[str | None, Result | Group]] = [(None, one.result), *groups]
    for group, said in everyone:
        if said.value is not None and said.n:
            yield Figure(
                name=_name(one, group),
                value=said.value,
                n=one.n(group),
                parts=one.parts(group)[:1],
                beside=one.totals(group),
            )


def _name(one: Counted, group: str | None) -> str:
    return one.result.key if group is None else f"{one.result.key} of {group}"


@dataclass(frozen=True)
class _Print:
    counted: Counted
    pack: Pack

    def result(self) -> PublishedResult:
        """Return the whole of it."""
        said, one = self.counted.result, self.counted
        unknown = self.pack.value(one.unknown()) if said.unknown else said.unknown
        pairs = zip(one.words, said.by, strict=True)
        numbers = self._numbers(None, said, doubt=unknown is None, why=said.why)
        return PublishedResult(
            key=said.key,
            label=said.label,
            unit=said.unit,
            denominator=self._denominator(said, numbers["value"]),
            unknown=unknown,
            excluded={why: self.pack.value(cell) for why, cell in one.excluded().items()},
            by=self._ordered(self._group(word, group) for word, group in pairs),
            **numbers,
            why_not_by=IN_THE_HOUSE if said.within else said.why_not_by,
            settings=said.settings,
            engine=said.engine,
        )

    def _ordered(self, groups: Iterable[PublishedGroup]) -> tuple[PublishedGroup, ...]:
        """Return a measure's own groups, the largest first; the place of a hidden one tells nothing."""
        if self.counted.metric.kind is not Kind.GROUPS:
            return tuple(groups)
        return tuple(sorted(groups, key=_largest_first))

    def _denominator(self, said: Result, value: float | None) -> float | None:
        if said.denominator is None:
            return None
        # What groups add up to may be hours; everything else is of so many.
        is_sum = self.counted.metric.kind is Kind.GROUPS
        return value if is_sum else self.pack.value(self.counted.n())

    def _group(self, word: str, said: Group) -> PublishedGroup:
        # A range that unknown channels made would tell how many they were.
        doubt = bool(self.counted.result.unknown)
        named = self.counted.called(said)
        return PublishedGroup(group=named, **self._numbers(word, said, doubt=doubt, why=None))

    def _numbers(
        self, group: str | None, said: Result | Group, *, doubt: bool, why: str | None
    ) -> dict[str, Any]:
        n = self.pack.value(self.counted.n(group))
        value = self._value(group, said, n)
        lost = said.value is not None and value is None
        low, high = (None, None) if value is None or doubt else self._range(said)
        return {
            "n": n,
            "value": value,
            "numerator": self._numerator(group, said, value),
            "low": low,
            "high": high,
            "why": self._reason() if lost or n is None else why,
        }

    def _value(self, group: str | None, said: Result | Group, n: int | None) -> float | None:
        if said.value is None or not said.n:
            return said.value
        kind, q = self.counted.metric.kind, self.counted.metric.quantile
        if kind is Kind.SURVIVAL and may_be_an_extreme(said.n, int(said.numerator or 0), q):
            return None
        if kind is Kind.QUANTILE and leans_on_an_extreme(said.n, q):
            return None
        return self.pack.figures[_name(self.counted, group)] if n is not None else None

    def _numerator(
        self, group: str | None, said: Result | Group, value: float | None
    ) -> float | None:
        counts = (*self.counted.parts(group), *self.counted.totals(group))
        if counts and said.numerator is not None:
            return self.pack.value(counts[0])
        return said.numerator if value is not None else None

    def _range(self, said: Result | Group) -> tuple[float | None, float | None]:
        """Return the interval where no end of it is the least or greatest of the values.

        The interval of a mean of counts tells the sum of their squares. With their sum it may tell
        how many of them are not zero: 11 touches whose squares add up to 13 are of ten requests.
        """
        metric = self.counted.metric
        is_extreme = metric.kind is Kind.SURVIVAL or (
            metric.kind is Kind.QUANTILE and touches_an_extreme(said.n, metric.quantile)
        )
        is_hidden = is_extreme or self.counted.averages_counts
        return (None, None) if is_hidden else (said.low, said.high)

    def _reason(self) -> str:
        return hidden_because(self.pack.threshold)


def _largest_first(one: PublishedGroup) -> tuple[bool, float, str]:
    return one.value is None, -(one.value or 0), one.group
