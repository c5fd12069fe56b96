"""The settings that a figure of the contract was counted by, as they are printed beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from analytics.eventlog import Setting, Source
from analytics.metrics.definition import Metric
from analytics.metrics.selection import Selection
from requests_app.sla.rules import CONTRACT

NAMED = 3  # facilities that a setting names; of more it says how many
_OF_THE_CONTRACT = frozenset({"contract_due", "contract_seconds"})


def settings_of(log: Source, selection: Selection, metric: Metric) -> tuple[str, ...]:
    """Return what the contract's clock counts for the facilities and days of a selection.

    Nothing for other measures, and for an imported log, which brings its own deadlines. DOMAIN
    section 1 wants what stops this clock printed with every figure.
    """
    if not _OF_THE_CONTRACT.intersection(metric.needs):
        return ()
    today = datetime.fromtimestamp(log.as_of, ZoneInfo(log.zone)).date().isoformat()
    ours = (one for one in log.settings if one.rule == CONTRACT.key and one.since <= today)
    chosen = [one for one in ours if _meets(one, selection)]
    everywhere = {place for one in chosen for place in _places(one, selection)}
    return tuple(
        one.says + _where(one, selection, everywhere, alone=len(chosen) == 1) for one in chosen
    )


def _places(setting: Setting, selection: Selection) -> list[str]:
    chosen = selection.facilities
    return [one for one in setting.facilities if chosen is None or one in chosen]


def _meets(setting: Setting, selection: Selection) -> bool:
    """Say whether any chosen facility and day of receipt is under a setting."""
    if not _places(setting, selection):
        return False
    if selection.clock != "received":  # requests of any day may have had events in the period
        return True
    is_before = selection.until is not None and selection.until.isoformat() < setting.since
    is_after = (
        selection.since is not None
        and setting.until != ""
        and (setting.until < selection.since.isoformat())
    )
    return not is_before and not is_after


def _where(setting: Setting, selection: Selection, everywhere: set[str], *, alone: bool) -> str:
    said = [] if alone else [*_limits(setting, _places(setting, selection), everywhere)]
    return f" ({'; '.join(said)})" if said else ""


def _limits(setting: Setting, places: list[str], everywhere: set[str]) -> Iterator[str]:
    if len(places) < len(everywhere):
        yield ", ".join(places) if len(places) <= NAMED else f"{len(places)} facilities"
    if setting.since or setting.until:
        since = f"from {setting.since}" if setting.since else ""
        until = f"to {setting.until}" if setting.until else ""
        yield f"received {since} {until}".strip().replace("  ", " ")
