"""Rows put where they belong: pieces as they would be cut if all rows came at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

import pyarrow as pa
from pyarrow import compute as pc

from analytics.mirror.cut import (
    NEVER,
    Key,
    Plan,
    is_amendment,
    is_day,
    months_in,
    plan_of,
    plans_of,
    runs,
)
from analytics.mirror.fold import Mirror
from analytics.mirror.held import Held
from analytics.mirror.partition import Partition, Partitions, ids_of, nothing, numbers_of
from analytics.mirror.rows import Whole
from analytics.mirror.stored import Numbers, Stored
from analytics.mirror.words import joined, settled

_CASES_BY = [("received", "ascending"), ("request_id", "ascending")]
_STEPS_BY = [*_CASES_BY, ("seq", "ascending")]

Tables = tuple[pa.Table, pa.Table]
"""Cases and steps, each sorted by facility, receipt and request."""


def split(mirror: Mirror, plans: Mapping[str, Plan] | None = None) -> dict[Key, Partition]:
    """Return the pieces of a folded mirror; `plans` are those of all rows, where there are more."""
    wanted = plans_of(mirror.cases) if plans is None else plans
    cut = _cut((mirror.cases, mirror.steps), wanted)
    return {key: piece.settled() for key, piece in cut.items()}


def _cut(tables: Tables, plans: Mapping[str, Plan]) -> dict[Key, Partition]:
    """Return pieces that are not settled yet."""
    cases, steps = tables
    empty, of = steps.slice(0, 0), runs(steps, plans)
    return {
        key: Partition(Stored(Held(table), Held(of.get(key, empty))))
        for key, table in runs(cases, plans).items()
    }


def replaced(pieces: Partitions, ids: Collection[int], fresh: Mirror) -> dict[Key, Partition]:
    """Return the pieces with some requests as they were folded afresh; those not there are gone.

    What lay beside them is put where it belongs. Pieces that nothing of it touches stay the very
    same objects.
    """
    numbers = numbers_of(ids)
    left = {key: piece.without(numbers) for key, piece in pieces.items()}
    base = {key: piece for key, piece in left.items() if not is_amendment(key)}
    beside = rows_of([piece for key, piece in left.items() if is_amendment(key)])
    worn = {key for key, piece in base.items() if len(piece.left_out)}
    come = [beside, (fresh.cases, fresh.steps)]
    return put_in(base, come, anew=worn | _misfits(base, come))


def _misfits(base: Partitions, come: Sequence[Tables]) -> set[Key]:
    """Return the pieces that are not cut as all rows together would be."""
    plans = plans_with(base.items(), map(_months, come))
    return {
        key
        for key, piece in base.items()
        if piece.requests and not _fits(key[1], _wanted(key, piece, plans[key[0]]))
    }


def _months(tables: Tables) -> Mapping[str, Mapping[int, int]]:
    return months_in(tables[0].select(["facility", "received"]))


def put_in(
    base: Partitions,
    come: Sequence[Tables],
    *,
    anew: Collection[Key],
    beside: Iterable[tuple[Key, Partition]] = (),
) -> dict[Key, Partition]:
    """Return pieces with more rows, and some written anew: only what counts is in them then.

    Facilities are cut as if they had what stays `beside`, too.
    """
    months = [_months(tables) for tables in come]
    touched = {facility for facility, _ in anew}.union(*months)
    stay = {key: piece for key, piece in base.items() if key[0] not in touched}
    kept = [
        (key, piece.loose() if key in anew else piece)
        for key, piece in base.items()
        if key[0] in touched and piece.requests
    ]
    plans = plans_with(chain(kept, beside), months)
    more = [_cut(tables, plans) for tables in come]
    return dict(sorted((stay | _arranged(kept, plans, more, base)).items()))


def rows_of(pieces: Sequence[Partition], numbers: Numbers | None = None) -> Tables:
    """Return the rows that count in some pieces, of some requests or of all, in order."""
    of = None if numbers is None else ids_of(numbers)

    def rows(name: str, *more: str) -> pa.Table:
        found = [getattr(one, name) for one in pieces]
        if of is not None:
            found = [one.filter(pc.is_in(one["request_id"], value_set=of)) for one in found]
        return in_order([getattr(nothing(), name), *found], *more)

    return rows("cases"), rows("steps", "seq")


def sorted_rows(mirror: Mirror) -> Mirror:
    """Return a mirror with all rows in order, as whoever cuts them needs them."""
    rows = Whole(in_order([mirror.cases]), in_order([mirror.steps], "seq"))
    return Mirror(log=mirror.log, rows=rows)


def in_order(tables: Sequence[pa.Table], *more: str) -> pa.Table:
    """Return the rows of tables as one, by facility, receipt, request, and what more there is."""
    whole, names = settled(pa.concat_tables(tables)), ("facility", "received", "request_id", *more)
    keys = whole.select(names).set_column(0, "facility", joined(whole["facility"]).indices)
    return whole.take(pc.sort_indices(keys, sort_keys=[(one, "ascending") for one in names]))


def with_more(pieces: Partitions, more: Partitions) -> dict[Key, Partition]:
    """Return pieces and those of other requests; `arranged` cuts them as their sizes are then."""
    return {
        key: merged([one[key] for one in (pieces, more) if key in one]) for key in {*pieces, *more}
    }


def arranged(pieces: Partitions) -> dict[Key, Partition]:
    """Return pieces cut as `split` cuts all of them, in order; those so cut stay the same objects."""
    found = [*pieces.items()]
    return dict(sorted(_arranged(found, plans_with(found), [], pieces).items()))


def plans_with(
    found: Iterable[tuple[Key, Partition]],
    more: Iterable[Mapping[str, Mapping[int, int]]] = (),
) -> dict[str, Plan]:
    """Return where facilities are cut that have these pieces, and more requests by month."""
    months: dict[str, Counter[int]] = {}
    for of in chain((piece.months(key) for key, piece in found), more):
        for facility, own in of.items():
            months.setdefault(facility, Counter()).update(own)
    return {facility: plan_of(own) for facility, own in months.items()}


def _arranged(
    found: Iterable[tuple[Key, Partition]],
    plans: Mapping[str, Plan],
    more: Iterable[Partitions],
    settled_ones: Partitions,
) -> dict[Key, Partition]:
    """Return pieces as planned, with those of `more` requests, which are cut so already."""
    groups: dict[Key, list[Partition]] = {}
    for key, piece in found:
        for period, part in _fitted(key, piece, plans[key[0]]):
            groups.setdefault((key[0], period), []).append(part)
    for key, piece in chain.from_iterable(one.items() for one in more):
        groups.setdefault(key, []).append(piece)
    are_settled = {id(piece) for piece in settled_ones.values()}
    return {
        key: merged(of) if len(of) > 1 or id(of[0]) in are_settled else of[0].settled()
        for key, of in groups.items()
    }


def _fitted(key: Key, piece: Partition, plan: Plan) -> Iterable[tuple[str, Partition]]:
    """Return a piece in the parts that a plan wants, each with its period."""
    facility, period = key
    wanted = _wanted(key, piece, plan)
    if _fits(period, wanted):
        return [(period, piece)]
    if len(wanted) == 1 and (whole := next(iter(wanted))) is not None:
        return [(whole, piece)]
    parts = _cut((piece.cases, piece.steps), {facility: plan})
    return [(of, part) for (_, of), part in parts.items()]


def _wanted(key: Key, piece: Partition, plan: Plan) -> set[str | None]:
    """Return the periods that a plan has for what is in a piece; None where its days are pieces."""
    facility, period = key
    months = piece.months(key).get(facility, {})
    return {plan[month] for month in months} if period != NEVER else {NEVER}


def _fits(period: str, wanted: set[str | None]) -> bool:
    return wanted == {period} or (wanted == {None} and is_day(period))


def merged(pieces: Sequence[Partition]) -> Partition:
    """Return the rows that count in some pieces as one, settled; a single one as it is."""
    if len(pieces) == 1:
        return pieces[0]
    cases, steps = (
        pa.concat_tables([getattr(one, name) for one in pieces]).sort_by(order)
        for name, order in (("cases", _CASES_BY), ("steps", _STEPS_BY))
    )
    return Partition(Stored(Held(settled(cases)), Held(settled(steps))))
