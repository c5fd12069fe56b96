"""How the counts of several results over one selection hang together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from analytics.metrics.channels import WORKAROUNDS
from analytics.metrics.definition import Kind
from analytics.metrics.media import PAPER
from analytics.metrics.suppression.cells import THRESHOLD, Cell, CountTable, Sum
from analytics.metrics.suppression.counted import Counted, single
from analytics.metrics.suppression.parted import hit, parted
from requests_app.failure_codes import PAUSING
from requests_app.vocabulary import MEDIUM_OF, Medium

_EVERYTHING = Cell("cases: all that were selected")
_ON_DISC = Cell("steps: deliveries by a channel that is a physical medium")
_BY_ONE_OFF = Cell("steps: deliveries by a channel that was made for one partner")
_AWAITED = Cell("cases: open requests that wait for their requesters, the late ones too")
_MOVED = Cell("steps: deliveries and arrivals")
_ERRORS = ("disclosure_error_rate", "misdirected_share", "over_scoped_share")
_PHYSICAL = frozenset(
    channel.value
    for channel, medium in MEDIUM_OF.items()
    if medium is Medium.PHYSICAL and channel is not PAPER
)
_OF_REQUESTERS = frozenset(code.value for code in PAUSING)
_CHANNELS = "deliveries_by_channel"
_ONE_OFF = frozenset(channel.value for channel in WORKAROUNDS)


def linked(several: Iterable[Counted]) -> tuple[list[CountTable], list[Sum]]:
    """Return what readers know of results together: counts that are not printed, and sums."""
    several = list(several)
    tables, sums = list[CountTable](), [*_narrower(_counts(several))]
    by_key = {one.result.key: one for one in several}
    sums += parted(by_key)
    for more, added in (
        _everything(several),
        _by_words(by_key, _CHANNELS, "physical_media_share_out", _PHYSICAL, _ON_DISC),
        _by_words(by_key, _CHANNELS, "workaround_share_all", _ONE_OFF, _BY_ONE_OFF),
        _by_words(by_key, "holds_by_cause", "held_requests", _OF_REQUESTERS, _AWAITED),
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


def _by_words(
    by_key: Mapping[str, Counted], groups: str, key: str, words: frozenset[str], cell: Cell
) -> tuple[list[CountTable], list[Sum]]:
    """Some groups add up to a count of which another measure counts all or some.

    Some channels add up to what leaves by them, whichever way it goes; some causes to what waits
    for requesters, the late ones too.
    """
    grouped, other = by_key.get(groups), by_key.get(key)
    if grouped is None or other is None or not (parts := _part(other)):
        return [], []
    pairs = zip(grouped.words, grouped.result.by, strict=True)
    found = [(grouped.n(word), group.n) for word, group in pairs if word in words]
    size = sum(n for _, n in found)
    if size < int(other.result.numerator or 0):
        return [], []
    sums = [Sum(cell, tuple(one for one, _ in found)), Sum(cell, parts)]
    return [single(cell, size, published=False)], sums


def _part(one: Counted) -> tuple[Cell, ...]:
    """Return the numerator; of a measure that only counts it is all that it looks at."""
    return (one.n(),) if one.metric.kind is Kind.COUNT else one.parts()[:1]


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
    total = hit(every)
    if one is None or other is None:
        part = hit(one or other or every)
        return [], [Sum(total[group][0], (part[group][0],)) for group in total if group in part]
    first, second = hit(one), hit(other)
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
