"""Compute declared measures over a mirror, by the engine that suits the selection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from analytics.metrics import statements
from analytics.metrics.catalogue import BY_KEY, METRICS, label_of
from analytics.metrics.cohorts import grouping_for
from analytics.metrics.definition import COUNTS_GROUPS, Group, Kind, Metric, Result
from analytics.metrics.engines.answers import Engine, Sums, together
from analytics.metrics.grouping import Grouping, words_of
from analytics.metrics.lacking import why_not_cut, why_not_grouped
from analytics.metrics.planner import engines_for
from analytics.metrics.question import asking
from analytics.metrics.reading import (
    Parts,
    read_mean,
    read_net,
    read_quantile,
    read_share,
    read_survival,
)
from analytics.metrics.selection import Selection
from analytics.metrics.settings import settings_of
from analytics.metrics.statements import Population
from analytics.mirror.borne import bears
from analytics.mirror.fold import Mirror


def compute(
    mirror: Mirror,
    selection: Selection,
    keys: Iterable[str] | None = None,
    *,
    by: str | None = None,
) -> dict[str, Result]:
    """Return the results of the asked measures (all by default), grouped where asked.

    Raises KeyError for an unknown key or grouping.
    """
    chosen = METRICS if keys is None else tuple(BY_KEY[key] for key in keys)
    group = grouping_for(mirror, selection, by) if by is not None else None
    with asking(mirror, selection) as question:
        found: dict[str, Result] = {}
        for engine, some in engines_for(question, chosen, group):
            found |= answer(engine, mirror, some, by=group, of=selection)
        return {metric.key: found[metric.key] for metric in chosen}


def answer(
    engine: Engine,
    mirror: Mirror,
    chosen: Sequence[Metric],
    *,
    by: Grouping | None = None,
    of: Selection | None = None,
) -> dict[str, Result]:
    """Return the results of measures by one engine, which answers `of` a selection.

    Each is called what it is called over this source.
    """
    lacks = why_not_cut(mirror.log.missing, of) if of is not None else None
    whys = {metric.key: lacks or _why_not(metric, mirror) for metric in chosen}
    able = [metric for metric in chosen if whys[metric.key] is None]
    why_not_by = why_not_grouped(mirror.log.missing, by) if by is not None else None
    asked = _Asked(engine, able, by if why_not_by is None else None)
    found = {
        metric.key: asked.result(metric) if metric in able else _missing(metric, whys[metric.key])
        for metric in chosen
    }
    is_live, chosen_of = mirror.log.is_live, of or Selection()
    return {
        key: replace(
            one,
            label=label_of(key, is_live=is_live),
            why_not_by=why_not_by or one.why_not_by,
            settings=settings_of(mirror.log, chosen_of, BY_KEY[key]),
        )
        for key, one in found.items()
    }


def _why_not(metric: Metric, mirror: Mirror) -> str | None:
    missing = mirror.log.missing
    lacks = next((missing[name] for name in metric.needs if name in missing), None)
    if lacks is None and metric.noted and not bears(mirror, metric.noted):
        return f"nobody notes {' or '.join(metric.noted)} here: the code is optional"
    return lacks


def _missing(metric: Metric, why: str | None) -> Result:
    return Result(key=metric.key, label=metric.label, unit=metric.unit, value=None, why=why)


def _or_none(metric: Metric, made: Result) -> Result:
    """Return a result without its number where every row was left out and that says nothing."""
    if made.n or not made.excluded or not metric.if_none:
        return made
    return replace(made, value=None, numerator=None, denominator=None, why=metric.if_none)


class _Asked:
    """What an engine said of some measures: the sums at once, values once a population."""

    def __init__(self, engine: Engine, metrics: Sequence[Metric], by: Grouping | None) -> None:
        self.engine, self.by = engine, by
        wanted = [one for metric in metrics for one in statements.sums_of(metric)]
        self.sums = engine.sums(wanted)[""] if wanted else {}
        parts = [one for metric in metrics for one in statements.parts_of(metric)]
        self.groups = engine.sums(parts, by) if by is not None and parts else {}
        self._spreads: dict[tuple[Population, bool], dict[str, Any]] = {}

    def result(self, metric: Metric) -> Result:
        """Return the result of one measure, with its groups and what was left out."""
        excluded = {
            why: int(self.sums[one])
            for why, one in statements.left_out(metric).items()
            if self.sums[one]
        }
        if metric.kind in COUNTS_GROUPS:
            counted = self._counted if metric.kind is Kind.GROUPS else self._distinct
            return _or_none(metric, replace(counted(metric), excluded=excluded))
        parts = self._parts(metric, "", self.sums)
        by = self._by(metric) if self.by is not None else ()
        return self._made(metric, by=by, excluded=excluded, **parts)

    def _made(self, metric: Metric, **parts: Any) -> Result:
        return Result(
            key=metric.key, label=metric.label, unit=metric.unit, engine=self.engine.name, **parts
        )

    def _by(self, metric: Metric) -> tuple[Group, ...]:
        count = statements.whole(metric)
        named = [
            (name, self._parts(metric, name, sums))
            for name, sums in self.groups.items()
            if sums.get(count)
        ]
        return tuple(
            Group(
                group=name,
                n=parts["n"],
                unknown=parts.get("unknown", 0),
                **{key: parts.get(key) for key in ("value", "numerator", "low", "high")},
            )
            for name, parts in named
        )

    def _parts(self, metric: Metric, name: str, sums: Sums) -> Parts:
        n = int(sums[statements.whole(metric)])
        if metric.kind is Kind.COUNT:
            return {"value": float(n), "numerator": n, "n": n}
        if metric.kind is Kind.SHARE:
            unsure = int(sums[statements.unknown(metric)]) if metric.unknown else 0
            return read_share(n, int(sums[statements.hits(metric)]), unsure)
        if metric.kind is Kind.NET:
            return read_net(n, int(sums[statements.hits(metric)]))
        if metric.kind is Kind.MEAN:
            total, squares = sums[statements.total(metric)], sums[statements.squares(metric)]
            return read_mean(metric, n, float(total), float(squares))
        return self._of_order(metric, name, is_grouped=sums is not self.sums)

    def _of_order(self, metric: Metric, name: str, *, is_grouped: bool) -> Parts:
        spread = self._spread(metric, is_grouped=is_grouped).get(name)
        if spread is None:
            return {"value": None, "n": 0, "why": "no request of this kind in the period"}
        if metric.kind is Kind.QUANTILE:
            return read_quantile(metric, spread.released)
        return read_survival(metric, spread.curve(), len(spread.released), spread.n)

    def _spread(self, metric: Metric, *, is_grouped: bool) -> dict[str, Any]:
        """Median and P90 of one population are read from the same values, the whole from groups."""
        of = statements.population(metric)
        if (of, is_grouped) not in self._spreads:
            if is_grouped or self.by is None:
                found = self.engine.spreads(of, self.by)
            else:
                found = {"": together([*self._spread(metric, is_grouped=True).values()])}
            self._spreads[of, is_grouped] = found
        return self._spreads[of, is_grouped]

    def _counted(self, metric: Metric) -> Result:
        parts = statements.groups_of(metric)
        found = self.engine.sums(parts, words_of(metric.group))
        groups = [self._sized(metric, word, sums=sums) for word, sums in found.items()]
        by = sorted((one for one in groups if one.n), key=_largest_first)
        everything = sum((one.value or 0 for one in by), 0.0)
        sides = {"value": everything, "numerator": everything, "denominator": everything}
        within, why = self._within(metric)
        return self._made(
            metric, **sides, n=sum(one.n for one in by), by=tuple(by), within=within, why_not_by=why
        )

    def _within(self, metric: Metric) -> tuple[tuple[Group, ...], str | None]:
        """Return a measure's own groups within each that was asked for, or why there are none."""
        if self.by is None:
            return (), None
        if metric.group == f"coalesce({self.by.sql}, 'unknown')":
            return (), f"its own groups are those by {self.by.key}"
        parts = statements.groups_of(metric)
        found = self.engine.crossed(parts, words_of(metric.group), self.by)
        groups = [self._sized(metric, *pair, sums=sums) for pair, sums in found.items()]
        some = (one for one in groups if one.n)
        return tuple(sorted(some, key=lambda one: (one.within or "", *_largest_first(one)))), None

    def _sized(self, metric: Metric, word: str, within: str | None = None, *, sums: Sums) -> Group:
        parts = statements.groups_of(metric)
        size = float(sums[parts[-1]]) / metric.per
        return Group(group=word, value=size, n=int(sums[parts[0]]), within=within)

    def _distinct(self, metric: Metric) -> Result:
        whole = statements.whole(metric)
        found = self.engine.sums([whole], words_of(metric.group))
        rows = [int(sums[whole]) for sums in found.values() if sums[whole]]
        by = self._distinct_by(metric) if self.by is not None else ()
        parts = {"value": float(len(rows)), "numerator": len(rows), "n": sum(rows)}
        return self._made(metric, **parts, by=by)

    def _distinct_by(self, metric: Metric) -> tuple[Group, ...]:
        """Return how many there are in each group; what is in two of them counts in both."""
        assert self.by is not None
        whole, rows = statements.whole(metric), dict[str, list[int]]()
        for (_, name), sums in self.engine.crossed(
            [whole], words_of(metric.group), self.by
        ).items():
            if sums[whole]:
                rows.setdefault(name, []).append(int(sums[whole]))
        return tuple(
            Group(group=name, value=float(len(ns)), numerator=len(ns), n=sum(ns))
            for name, ns in sorted(rows.items())
        )


def _largest_first(one: Group) -> tuple[float, str]:
    return -(one.value or 0), one.group
