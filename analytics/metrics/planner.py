"""Which engine answers: what was counted ahead for facilities and days, DuckDB for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from analytics.metrics import statements
from analytics.metrics.definition import COUNTS_GROUPS, Kind, Metric
from analytics.metrics.engines.answers import Engine
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.prepared import Counted, Prepared, count_ahead
from analytics.metrics.grouping import Grouping
from analytics.metrics.question import Question
from analytics.metrics.selection import Selection
from analytics.metrics.slices import PERIODS
from analytics.mirror.fold import Mirror
from analytics.mirror.once import Once

ORDERED = (Kind.QUANTILE, Kind.SURVIVAL)
_LOCK = Lock()
_ASKED: WeakKeyDictionary[Mirror, int] = WeakKeyDictionary()
_COUNTED: Once[Counted | None] = Once()


def engine_for(question: Question, chosen: Sequence[Metric], by: Grouping | None) -> Engine:
    """Return the engine that answers a selection fastest and exactly."""
    if by is not None and (
        by.key not in ("facility", *PERIODS) or any(one.kind in ORDERED for one in chosen)
    ):
        return Duck(question)
    counted = counted_ahead(question) if _is_asked_again(question.mirror) else None
    window = counted.reach.window(question.selection) if counted is not None else None
    if counted is None or window is None:
        return Duck(question)
    wanted = {statements.population(one) for one in chosen if one.kind in ORDERED}
    words = {one.group for one in chosen if one.kind in COUNTS_GROUPS}
    is_there = wanted <= set(counted.cubes) and words <= set(counted.words)
    return Prepared(counted, window) if is_there else Duck(question)


def _is_asked_again(mirror: Mirror) -> bool:
    """Counting ahead costs as much as a few answers: who asks once, as a command, waits less."""
    with _LOCK:
        _ASKED[mirror] = _ASKED.get(mirror, 0) + 1
        return _ASKED[mirror] > 1


def counted_ahead(question: Question) -> Counted | None:
    """Count ahead once a mirror; who comes meanwhile waits."""
    return _COUNTED.of(question.mirror, lambda: count_ahead(question.over(Selection())))
