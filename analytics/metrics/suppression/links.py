"""How the counts of several results over one selection hang together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from analytics.metrics.suppression.cells import THRESHOLD, Cell, CountTable, Sum
from analytics.metrics.suppression.counted import Counted, single
from requests_app.vocabulary import MEDIUM_OF, Medium

_EVERYTHING = Cell("cases: all that were selected")
_ON_DISC = Cell("steps: deliveries by a channel that is a physical medium")
_PHYSICAL = {channel.value for channel, medium in MEDIUM_OF.items() if medium is Medium.PHYSICAL}


def linked(several: Iterable[Counted]) -> tuple[list[CountTable], list[Sum]]:
    """Return what readers know of results together: counts that are not printed, and sums."""
    several = list(several)
    tables, sums = list[CountTable](), [*_narrower(_counts(several))]
    for more, added in (_everything(several), _on_disc(several)):
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


def _on_disc(several: Iterable[Counted]) -> tuple[list[CountTable], list[Sum]]:
    """The physical channels add up to what leaves on discs, whichever way it goes."""
    by_key = {one.result.key: one for one in several}
    channels = by_key.get("deliveries_by_channel")
    share = by_key.get("physical_media_share_out")
    if channels is None or share is None or not share.parts():
        return [], []
    pairs = zip(channels.words, channels.result.by, strict=True)
    found = [(channels.n(word), group.n) for word, group in pairs if word in _PHYSICAL]
    size = sum(n for _, n in found)
    if size < int(share.result.numerator or 0):
        return [], []
    sums = [Sum(_ON_DISC, tuple(cell for cell, _ in found)), Sum(_ON_DISC, share.parts()[:1])]
    return [single(_ON_DISC, size, published=False)], sums
