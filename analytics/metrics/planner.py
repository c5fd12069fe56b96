"""Which engine answers: what was counted ahead for facilities and days, DuckDB for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from analytics.metrics import statements
from analytics.metrics.definition import COUNTS_GROUPS, Kind, Metric
from analytics.metrics.engines.answers import Engine
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.patched import patched
from analytics.metrics.engines.prepared import Counted, Prepared, count_ahead
from analytics.metrics.grouping import DAY, Grouping
from analytics.metrics.question import Question
from analytics.metrics.selection import Selection
from analytics.metrics.slices import PERIODS
from analytics.mirror.fold import Mirror
from analytics.mirror.once import Once

ORDERED = (Kind.QUANTILE, Kind.SURVIVAL)
_LOCK = Lock()
_ASKED: WeakKeyDictionary[Mirror, int] = WeakKeyDictionary()
_COUNTED: Once[Counted | None] = Once()


def engines_for(
    question: Question, chosen: Sequence[Metric], by: Grouping | None
) -> list[tuple[Engine, list[Metric]]]:
    """Return the engines that answer a selection fastest and exactly, and what each answers.

    A mirror that others have left behind is not counted anew for whoever still looks at it.
    """
    able = [one for one in chosen if _is_counted([one], by)]
    found: Prepared | None = None
    if able and _is_asked_again(question.mirror):
        found = _prepared(question)
    counted = [one for one in able if found is not None and _holds(found.counted, one)]
    others = [one for one in chosen if one not in counted]
    parts: list[tuple[Engine, list[Metric]]] = [(Duck(question), others)] if others else []
    return [(found, counted), *parts] if found is not None and counted else parts


def prepared_for(
    question: Question, chosen: Sequence[Metric], by: Grouping | None
) -> Prepared | None:
    """Return what was counted ahead, where it can answer all; None where it cannot."""
    found = _prepared(question) if _is_counted(chosen, by) else None
    is_there = found is not None and all(_holds(found.counted, one) for one in chosen)
    return found if is_there else None


def not_counted(question: Question, chosen: Sequence[Metric], by: Grouping | None) -> list[Metric]:
    """Return the measures that were not counted ahead for groups; all where the selection was not."""
    found = _prepared(question)
    return [
        one
        for one in chosen
        if found is None or not _is_counted([one], by) or not _holds(found.counted, one)
    ]


def _prepared(question: Question) -> Prepared | None:
    if _COUNTED.was_left(question.mirror):
        return None
    counted = counted_ahead(question)
    window = counted.reach.window(question.selection) if counted is not None else None
    return Prepared(counted, window) if counted is not None and window is not None else None


def _holds(counted: Counted, one: Metric) -> bool:
    """Say whether a measure was counted ahead."""
    if one.kind in ORDERED:
        return statements.population(one) in counted.cubes
    return one.kind not in COUNTS_GROUPS or one.group in counted.words


def _is_counted(chosen: Sequence[Metric], by: Grouping | None) -> bool:
    """Facilities and periods are counted ahead, the order of their values in groups is not.

    The days of periods are those of the source's own zone.
    """
    if by is None:
        return True
    is_ordered = any(one.kind in ORDERED for one in chosen)
    is_of_days = by.key in PERIODS and by.sql == DAY
    return (by.key == "facility" or is_of_days) and not is_ordered


def _is_asked_again(mirror: Mirror) -> bool:
    """Counting ahead costs as much as a few answers: who asks once, as a command, waits less."""
    before = [one for one in (change.before for change in mirror.changes) if one is not None]
    with _LOCK:
        earlier = max((_ASKED.get(one, 0) for one in before), default=0)
        _ASKED[mirror] = _ASKED.get(mirror, earlier) + 1
        return _ASKED[mirror] > 1


def counted_ahead(question: Question) -> Counted | None:
    """Count ahead once a mirror, or let what was counted before follow; others wait meanwhile."""
    whole = question.over(Selection())
    return _COUNTED.of(
        question.mirror,
        lambda: count_ahead(whole),
        lambda made, change: patched(made, change, whole) if made is not None else None,
    )
