"""Results as they may leave the house: the one door, which also looks at whom each count counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from analytics.metrics.alike import alike
from analytics.metrics.cohorts import grouping_for
from analytics.metrics.definition import Result
from analytics.metrics.own_words import OwnWords
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.metrics.suppression.counted import counted
from analytics.metrics.suppression.derived import Derived
from analytics.metrics.suppression.footprint import footprints
from analytics.metrics.suppression.nested import Nested, sums_of
from analytics.metrics.suppression.pack import Pack
from analytics.metrics.suppression.results import Publication, published_together
from analytics.mirror.fold import Mirror


def published(
    mirror: Mirror,
    selection: Selection,
    results: Iterable[Result],
    *,
    by: str | None = None,
    beside: Iterable[Result] = (),
    own: OwnWords | None = None,
    earlier: Sequence[Pack] = (),
) -> Publication:
    """Return what may be published of results over a selection of a mirror.

    `beside` are results that an earlier pack printed and this one does not, `own` the codes for
    words that do not leave the house.
    """
    results, beside = list(results), list(beside)
    derived = derived_from(mirror, selection, [*results, *beside], by, own)
    return published_together(
        results, by=by, beside=beside, derived=derived, own=own, earlier=earlier
    )


def derived_from(
    mirror: Mirror,
    selection: Selection,
    results: Iterable[Result],
    by: str | None = None,
    own: OwnWords | None = None,
) -> Derived:
    """Return which counts of results are parts of others, by the requests of a mirror."""
    prints = footprints([counted(one, by, own) for one in results])
    grouped = [one for one in prints if len(one.counts) > 1]
    sums, of_groups = sums_of(prints), sums_of(grouped)
    with asking(mirror, Selection()) as everything:
        question = everything.over(selection)
        rows = alike(everything, sums)
        if selection != Selection(zone=selection.zone):
            rows = np.concatenate([rows, alike(question, sums)])
        places = [sums.index(one) for one in of_groups]
        cut = []
        if by is not None and grouped:
            cut = [alike(question, of_groups, grouping_for(mirror, selection, by))]
        return Derived(
            Nested.of(prints, rows),
            Nested.of(grouped, np.concatenate([rows[:, places], *cut])),
        )
