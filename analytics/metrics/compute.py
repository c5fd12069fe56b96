"""Compute declared measures over a mirror, by the engine that suits the selection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from analytics.metrics import statements
from analytics.metrics.catalogue import BY_KEY, METRICS
from analytics.metrics.definition import COUNTS_GROUPS, Group, Kind, Metric, Result
from analytics.metrics.engines.answers import Engine, Sums, together
from analytics.metrics.grouping import Grouping, grouping_of, words_of
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
    group = grouping_of(by) if by is not None else None
    with asking(mirror, selection) as question:
        found: dict[str, Result] = {}
        for engine, some in engines_for(question, chosen, group):
            found |= answer(engine, mirror, some, by=group)
        return {metric.key: found[metric.key] for metric in chosen}


def answer(
    engine: Engine, mirror: Mirror, chosen: Sequence[Metric], *, by: Grouping | None = None
) -> dict[str, Result]:
    """Return the results of measures by one engine."""
    whys = {metric.key: _why_not(metric, mirror) for metric in chosen}
    able = [metric for metric in chosen if whys[metric.key] is None]
    asked = _Asked(engine, able, by)
    return {
        metric.key: asked.result(metric) if metric in able else _missing(metric, whys[metric.key])
        for metric in chosen
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
        made = Result(key=metric.key, label=metric.label, unit=metric.unit, **parts)
        return replace(made, engine=self.engine.name)

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
        whole, size = parts[0], parts[-1]
        found = self.engine.sums(parts, words_of(metric.group))
        groups = [
            Group(group=word, value=float(sums[size]) / metric.per, n=int(sums[whole]))
            for word, sums in found.items()
            if sums[whole]
        ]
        groups.sort(key=lambda one: (-(one.value or 0), one.group))
        everything = sum((one.value or 0 for one in groups), 0.0)
        sides = {"value": everything, "numerator": everything, "denominator": everything}
        return self._made(metric, **sides, n=sum(one.n for one in groups), by=tuple(groups))

    def _distinct(self, metric: Metric) -> Result:
        whole = statements.whole(metric)
        found = self.engine.sums([whole], words_of(metric.group))
        rows = [int(sums[whole]) for sums in found.values() if sums[whole]]
        return self._made(metric, value=float(len(rows)), numerator=len(rows), n=sum(rows))
