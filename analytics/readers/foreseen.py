"""The forecast of a source for a reader, computed once for each state of the source and scope."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace

from analytics.forecast.forecasting import forecast, of_some
from analytics.forecast.results import Forecast, Refusal
from analytics.metrics.selection import Selection
from analytics.mirror.refresh import Snapshot
from analytics.sources.live import calendars
from analytics.sources.opening import LIVE

KEPT = 32  # answers, which are small; the mirrors behind them are not kept
_TOLD: OrderedDict[Hashable, Forecast | Refusal] = OrderedDict()


def foreseen(
    source: str, snapshot: Snapshot, selection: Selection, *, whole: Selection
) -> Forecast | Refusal:
    """Return the forecast of a selection, learned from the whole that the reader may see."""
    found = _learned(source, snapshot, whole)
    plain = replace(selection, since=None, until=None)
    if isinstance(found, Refusal) or plain == replace(whole, since=None, until=None):
        return found
    return of_some(found, snapshot.mirror, selection)


def _learned(source: str, snapshot: Snapshot, selection: Selection) -> Forecast | Refusal:
    """Return the forecast, or why there is none; business days are each facility's own."""
    mirror, places = snapshot.mirror, selection.facilities
    key = (
        *(source, snapshot.watermark, snapshot.content, mirror.log.as_of),
        places if places is None else tuple(sorted(places)),
    )
    if key in _TOLD:
        return _TOLD[key]
    found = forecast(mirror, selection, calendars() if source == LIVE else None)
    _TOLD[key] = found
    while len(_TOLD) > KEPT:
        _TOLD.popitem(last=False)
    return found
