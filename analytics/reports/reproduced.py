"""Count a file's figures again, from the very data that it was counted from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import METHOD_VERSION
from analytics.metrics.slices import GROUPINGS
from analytics.mirror.published import Snapshot
from analytics.readers.own_words import own_words_of, read_back
from analytics.reports.builders import BUILDERS
from analytics.reports.builders.sla_compliance import Order
from analytics.reports.stamp import Figure, Stamp, Unstamped, figures_of
from analytics.sources.opening import kept_snapshot

NOT_TOLD = "another, which is not told: it may be hidden"


@dataclass(frozen=True, kw_only=True)
class Reproduced:
    """What came of it: `differing` are figures with what the file says and what is counted now.

    `why` says why nothing could be counted, or why the figures may differ.
    """

    stamp: Stamp
    differing: Mapping[str, tuple[Figure, Figure]]
    why: str = ""

    @property
    def verdict(self) -> str:
        """equal, different, or not_kept."""
        if self.why and not self.differing:
            return "not_kept"
        return "different" if self.differing else "equal"


def reproduce(stamp: Stamp) -> Reproduced:
    """Find the data of a stamp and count again; Unstamped for a stamp that we cannot read."""
    if (stamp.report and stamp.report not in BUILDERS) or not {*stamp.keys} <= {*BY_KEY}:
        raise Unstamped("This file holds a report or a measure that is not known here.")
    words = {name for name, _ in stamp.selection.slices} | ({stamp.by} if stamp.by else set())
    if strange := words - {*GROUPINGS}:
        raise Unstamped(f"This file is cut by {min(strange)!r}, which is not known here.")
    found = kept_snapshot(
        stamp.source, content=stamp.content, as_of=datetime.fromtimestamp(stamp.as_of, UTC)
    )
    if found is None:
        why = (
            f"The data with the hash {stamp.content or '(none)'} is no longer kept, or another version "
            "of Discless kept it: count it again with the version that made the report."
        )
        if stamp.watermark.startswith("as of"):
            why = "Live work as of that moment reads otherwise now: something was entered late."
        return Reproduced(stamp=stamp, differing={}, why=why)
    now = counted(stamp, found)
    names = sorted(stamp.figures if stamp.is_published else {*now, *stamp.figures})
    pairs = {name: (stamp.figures.get(name), now.get(name)) for name in names}
    differing = {name: pair for name, pair in pairs.items() if not _same(*pair)}
    if stamp.is_published:  # a file that was changed is not to be told what was hidden from it
        differing = {name: (said, NOT_TOLD) for name, (said, _) in differing.items()}
    return Reproduced(stamp=stamp, differing=differing, why=_other_method(stamp, differing))


def _other_method(stamp: Stamp, differing: Mapping[str, object]) -> str:
    """Say that the file was counted by another method, where its figures differ."""
    if not differing or stamp.method == METHOD_VERSION:
        return ""
    return (
        f"The file was counted by method version {stamp.method!s:.20}, and this Discless counts "
        f"by version {METHOD_VERSION}: count it again with the version that made it."
    )


def counted(stamp: Stamp, snapshot: Snapshot) -> Mapping[str, Figure]:
    """Return the figures of a stamp's report or measures over a snapshot."""
    chosen = stamp.selection
    if stamp.is_published:
        return _in_codes(stamp, snapshot)
    if not stamp.report:
        results = compute(snapshot.mirror, chosen, stamp.keys, by=stamp.by)
        return figures_of([asdict(one) for one in results.values()])
    if chosen.since is None or chosen.until is None:
        raise Unstamped("This report says no first or no last day.")
    order = Order(
        source=stamp.source,
        snapshot=snapshot,
        selection=chosen,
        since=chosen.since,
        until=chosen.until,
        names={},
        seal=None,
    )
    return BUILDERS[stamp.report](order).figures


def _in_codes(stamp: Stamp, snapshot: Snapshot) -> Mapping[str, Figure]:
    """Return the figures of what was published: own words of the source are codes there.

    Those of files from before there were codes are called by their words.
    """
    own = own_words_of(stamp.source)
    chosen = read_back(snapshot.mirror, stamp.source, stamp.selection)
    results = compute(snapshot.mirror, chosen, stamp.keys, by=stamp.by).values()
    coded = [own.of_result(one, stamp.by) for one in results]
    return figures_of([asdict(one) for one in (*results, *coded)])


def _same(one: Figure, other: Figure) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return one == other
