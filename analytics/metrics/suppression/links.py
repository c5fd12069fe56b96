"""How the counts of several results over one selection hang together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from analytics.metrics.channels import WORKAROUNDS
from analytics.metrics.suppression.cells import THRESHOLD, Cell, CountTable, Sum
from analytics.metrics.suppression.counted import Counted, single
from requests_app.vocabulary import MEDIUM_OF, Medium

_EVERYTHING = Cell("cases: all that were selected")
_ON_DISC = Cell("steps: deliveries by a channel that is a physical medium")
_BY_ONE_OFF = Cell("steps: deliveries by a channel that was made for one partner")
_MOVED = Cell("steps: deliveries and arrivals")
_OF_DELIVERED = (
    *("rework_rate", "first_pass_yield", "zero_touch_share", "manual_touches_mean"),
    "handoffs_mean",
)
"""Measures that look at each delivered request once."""
_ERRORS = ("disclosure_error_rate", "misdirected_share", "over_scoped_share")
_PHYSICAL = frozenset(
    channel.value for channel, medium in MEDIUM_OF.items() if medium is Medium.PHYSICAL
)
_ONE_OFF = frozenset(channel.value for channel in WORKAROUNDS)


def linked(several: Iterable[Counted]) -> tuple[list[CountTable], list[Sum]]:
    """Return what readers know of results together: counts that are not printed, and sums."""
    several = list(several)
    tables, sums = list[CountTable](), [*_narrower(_counts(several))]
    by_key = {one.result.key: one for one in several}
    sums += _parted(by_key)
    for more, added in (
        _everything(several),
        _by_channels(by_key, "physical_media_share_out", _PHYSICAL, _ON_DISC),
        _by_channels(by_key, "workaround_share_all", _ONE_OFF, _BY_ONE_OFF),
        _all_moved(by_key),
        _overlapping(by_key),
    ):
        tables += more
        sums += added
    return tables, sums


def _counts(several: Iterable[Counted]) -> dict[Cell, int]:
    tables = [table for one in several for table in one.tables()]
    return {table.at(place): n for table in tables for place, n in table.cells.items()}


def _everything(several: Iterable[Counted]) -> tuple[list[CountTable], list[Sum]]:
    """Those looked at and those left out are the requests of the selection, or some of them."""
    over_cases = [
        one
        for one in several
        if one.metric.table == "cases" and (one.result.n or one.result.excluded)
    ]
    if not over_cases:
        return [], []
    sizes = [one.result.n + sum(one.result.excluded.values()) for one in over_cases]
    sums = [Sum(_EVERYTHING, (one.n(), *one.excluded().values())) for one in over_cases]
    return [single(_EVERYTHING, max(sizes), published=False)], sums


def _narrower(counts: Mapping[Cell, int]) -> Iterator[Sum]:
    """What adds conditions to another's is a part of it."""
    for whole in counts:
        for part in counts:
            adds = part.counted.startswith(f"{whole.counted} AND ")
            if adds and part.where == whole.where and counts[part] <= counts[whole]:
                yield Sum(whole, (part,))


def taken_for_the_same(several: Iterable[Counted]) -> Iterator[Sum]:
    """Yield guesses: counts that are equal in every group may be of the same requests.

    Totals of ten or less are left out: they are hidden anyway, and often equal by chance.
    """
    alike: dict[tuple[object, ...], list[CountTable]] = defaultdict(list)
    for one in several:
        for table in one.tables():
            total = table.whole()[(None,) * len(table.dimensions)]
            if total >= THRESHOLD:
                alike[table.dimensions, *sorted(table.cells.items(), key=str)].append(table)
    for tables in alike.values():
        ordered = sorted(tables, key=lambda table: table.counted)
        for one_table, other in pairwise(ordered):
            if one_table.counted != other.counted:
                for place, count in one_table.cells.items():
                    if count:
                        yield Sum(one_table.at(place), (other.at(place),))


def _by_channels(
    by_key: Mapping[str, Counted], key: str, words: frozenset[str], cell: Cell
) -> tuple[list[CountTable], list[Sum]]:
    """Some channels add up to what leaves by them, whichever way it goes."""
    channels, share = by_key.get("deliveries_by_channel"), by_key.get(key)
    if channels is None or share is None or not share.parts():
        return [], []
    pairs = zip(channels.words, channels.result.by, strict=True)
    found = [(channels.n(word), group.n) for word, group in pairs if word in words]
    size = sum(n for _, n in found)
    if size < int(share.result.numerator or 0):
        return [], []
    sums = [Sum(cell, tuple(one for one, _ in found)), Sum(cell, share.parts()[:1])]
    return [single(cell, size, published=False)], sums


def _all_moved(by_key: Mapping[str, Counted]) -> tuple[list[CountTable], list[Sum]]:
    """Deliveries and arrivals are those over pairs of partner and channel, and those left out."""
    out, into, pairs = (
        by_key.get(key)
        for key in ("physical_media_share_out", "physical_media_share_in", "channel_fanout")
    )
    if out is None or into is None or pairs is None:
        return [], []
    size = out.result.n + into.result.n
    if size != pairs.result.n + sum(pairs.result.excluded.values()):
        return [], []
    sums = [
        Sum(_MOVED, (out.n(), into.n())),
        Sum(_MOVED, (pairs.n(), *pairs.excluded().values())),
    ]
    return [single(_MOVED, size, published=False)], sums


def _overlapping(by_key: Mapping[str, Counted]) -> tuple[list[CountTable], list[Sum]]:
    """Two sorts of errors may meet in one release: each alone, and both, follow from the three."""
    every, one, other = (by_key.get(key) for key in _ERRORS)
    if every is None or (one is None and other is None):
        return [], []
    total = _hit(every)
    if one is None or other is None:
        part = _hit(one or other or every)
        return [], [Sum(total[group][0], (part[group][0],)) for group in total if group in part]
    first, second = _hit(one), _hit(other)
    counts = {
        group: (n - second[group][1], n - first[group][1], first[group][1] + second[group][1] - n)
        for group, (_, n) in total.items()
        if group in first and group in second
    }
    if not counts or min(map(min, counts.values())) < 0:
        return [], []
    tables = [
        CountTable(
            counted=f"{total[None][0].counted}, {name}",
            dimensions=(every.dimension,) if len(counts) > 1 else (),
            cells={(group,) if len(counts) > 1 else (): n[i] for group, n in counts.items()},
            published=False,
        )
        for i, name in enumerate(("misdirected only", "over-scoped only", "both"))
    ]
    sums = list[Sum]()
    for group in counts:
        place = (group,) if len(counts) > 1 else ()
        alone, beside, both = (table.at(place) for table in tables)
        sums += [
            Sum(total[group][0], (alone, beside, both)),
            Sum(first[group][0], (alone, both)),
            Sum(second[group][0], (beside, both)),
        ]
    return tables, sums


def _parted(by_key: Mapping[str, Counted]) -> Iterator[Sum]:
    """Counts that other measures cut into disjoint parts, in all and in every group."""
    found = (_grades, _ways, _turns, _apart, _bands, _beyond_the_first)
    for whole, parts in (one for each in found for one in each(by_key)):
        for group in whole:
            there = [one[group] for one in parts if group in one]
            if there and sum(n for _, n in there) <= whole[group][1]:
                yield Sum(whole[group][0], tuple(cell for cell, _ in there))


_Counts = dict[str | None, tuple[Cell, int]]
"""A count and its cell, by group; None is all of them."""


def _looked_at(one: Counted) -> _Counts:
    groups = zip(one.words, one.result.by, strict=True)
    return {None: (one.n(), one.result.n)} | {word: (one.n(word), own.n) for word, own in groups}


def _hit(one: Counted) -> _Counts:
    if not one.parts():
        return {}
    groups = zip(one.words, one.result.by, strict=True)
    return {None: (one.parts()[0], int(one.result.numerator or 0))} | {
        word: (one.parts(word)[0], int(own.numerator or 0)) for word, own in groups
    }


def _left_out(one: Counted) -> Iterator[_Counts]:
    for why, cell in one.excluded().items():
        yield {None: (cell, one.result.excluded[why])}


_Parted = tuple[_Counts, list[_Counts]]


def _grades(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """What was tested is usable at once, after rework, or not."""
    keys = ("immediately_usable", "usable_after_rework", "not_usable")
    graded = [one for key in keys if (one := by_key.get(key)) is not None]
    if len(graded) > 1:
        yield _looked_at(graded[0]), [_hit(one) for one in graded]


def _ways(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """All deliveries are the electronic ones, and those left out of them."""
    some, physical = (
        by_key.get(key) for key in ("workaround_share_electronic", "physical_media_share_out")
    )
    every = physical or by_key.get("workaround_share_all")
    if some is not None and every is not None:
        yield _looked_at(every), [_looked_at(some), *_left_out(some)]
    if some is not None and physical is not None:
        yield _looked_at(physical), [_looked_at(some), _hit(physical)]


def _turns(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """A net flow is made of what was received and what was closed."""
    net, received, closed = (
        by_key.get(key) for key in ("net_flow", "requests_received", "requests_closed")
    )
    if net is None:
        return
    yield _looked_at(net), [_looked_at(one) for one in (received, closed) if one is not None]
    if closed is not None:
        yield _looked_at(closed), [_hit(net)]


def _apart(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """Who met no trouble met none of them: both are parts of the same requests."""
    free = by_key.get("frictionless_share")
    if free is not None:
        for key, one in by_key.items():
            if key.startswith("friction_"):
                yield _looked_at(free), [_hit(free), _hit(one)]


def _bands(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """What is open is late, held, at risk, or none of these."""
    every = by_key.get("open_requests")
    bands = [by_key.get(f"{band}_requests") for band in ("late", "held", "at_risk")]
    some = [_looked_at(one) for one in bands if one is not None]
    if every is not None and some:
        yield _looked_at(every), some


def _beyond_the_first(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """Deliveries are the first ones, a request that was delivered each, and those beyond.

    What is left over are further ways of one delivery. A log that says itself how often it was sent
    names no way of those beyond: they are taken for parts all the same, which can only hide more.
    """
    sent = by_key.get("physical_media_share_out") or by_key.get("workaround_share_all")
    of = by_key.get("physical_media_requests_any") or by_key.get("physical_media_requests_only")
    if sent is not None and of is not None:
        yield _looked_at(sent), [_looked_at(of)]
    every, again = by_key.get("deliveries_by_channel"), by_key.get("rework_rate")
    first = next((by_key[key] for key in _OF_DELIVERED if key in by_key), None)
    if every is not None and first is not None:
        parts: list[_Counts] = [{None: (first.n(), first.result.n)}]
        if again is not None:
            total = int(again.result.numerator or 0)
            parts += [{None: (cell, total)} for cell in again.totals()]
        yield {None: (every.n(), every.result.n)}, parts
