"""Forecast which open requests will miss their contract date."""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.forecast.model import METHOD
from analytics.forecast.results import Chance, Evaluation, Forecast, Learned, Refusal
from analytics.forecast.stories import DAY
from analytics.readers.arguments import (
    add_selection,
    owner_of,
    selection_for,
    snapshot_for,
    whole_for,
)
from analytics.readers.foreseen import foreseen
from analytics.readers.places import due_day, zones_of

Answer = Forecast | Refusal


class Command(BaseCommand):
    """Exit status 0 with chances or with a refusal that says why, 2 for misuse."""

    help = "The chance that each open request misses its contract date, and how good it has been."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_selection(parser)
        parser.add_argument("--evaluate", action="store_true", help="print how the trial went")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Forecast and print."""
        owner = owner_of(options)
        snapshot = snapshot_for(options, timezone.now(), owner)
        chosen = selection_for(options, snapshot.mirror, owner)
        whole = whole_for(options, snapshot.mirror, owner)
        found = foreseen(options["source"], snapshot, chosen, whole=whole)
        if options["json"]:
            self.stdout.write(json.dumps(as_object(options["source"], found)))
            return
        zones = defaultdict(lambda: chosen.zone, zones_of(options["source"]))
        lines = trial_in_words(found) if options["evaluate"] else in_words(found, zones)
        self.stdout.write("\n".join(lines))


def as_object(source: str, found: Answer) -> dict[str, Any]:
    """Return the answer for programs; a refusal has no open requests, and says why."""
    tried, given = found.evaluation, isinstance(found, Forecast)
    return {
        "source": source,
        "as_of": _moment(found.as_of),
        "given": given,
        "why": None if isinstance(found, Forecast) else found.why,
        "missing": [] if isinstance(found, Forecast) else list(found.missing),
        "model": _model(found.learned, found.unit),
        "n": tried.looks if tried else 0,
        "requests": tried.requests if tried else 0,
        "brier": tried.brier if tried else None,
        "baseline": [asdict(one) for one in tried.baselines] if tried else [],
        "calibration": _calibration(tried),
        "reliability": [asdict(one) for one in tried.bins] if tried else [],
        "trial": _trial(tried),
        "open": [_open(one) for one in found.chances] if isinstance(found, Forecast) else [],
        "left_out": dict(found.left_out) if isinstance(found, Forecast) else {},
    }


def _model(learned: Learned | None, unit: str) -> dict[str, Any]:
    said: dict[str, Any] = {"method": METHOD, "time": unit}
    return said | ({**_learned(learned)} if learned else {})


def _learned(learned: Learned) -> dict[str, Any]:
    moments = {"from": _moment(learned.since), "until": _moment(learned.until)}
    counts = ("requests", "finished", "missed")
    return moments | {name: getattr(learned, name) for name in counts}


def _calibration(tried: Evaluation | None) -> dict[str, Any]:
    if tried is None:
        return {}
    means = {"predicted": tried.predicted, "observed": tried.observed}
    return means | {"excess": asdict(tried.excess)}


def _trial(tried: Evaluation | None) -> dict[str, Any]:
    if tried is None:
        return {}
    days = {"learned": _learned(tried.learned), "from": _moment(tried.first)}
    counts = {"missed": tried.missed, "not_known": tried.not_known}
    return days | {"to": _moment(tried.last)} | counts


def _open(one: Chance) -> dict[str, Any]:
    names = ("number", "facility", "direction", "state", "chance", "low", "high", "n", "n_any")
    days = {"days_in_state": one.stayed / DAY, "days_left": one.left / DAY}
    return {name: getattr(one, name) for name in names} | days | {"due": _moment(one.due)}


def in_words(found: Answer, zones: Mapping[str, str]) -> Iterator[str]:
    """Yield the chances, the greatest first, or why there are none."""
    if isinstance(found, Refusal):
        yield f"No forecast. {found.why}"
        yield from (f"  {word}" for word in found.missing)
        return
    yield f"{_score(found.evaluation)} {METHOD}"
    for one in found.chances:
        due = due_day(one.due, zones[one.facility])
        span = f"{100 * one.low:.0f}-{100 * one.high:.0f}"
        place = f"{one.facility}, {one.state.replace('_', ' ')}, due {due}"
        yield f"{one.number}: {100 * one.chance:.0f} % ({span}), n = {one.n} of {one.n_any}; {place}"
    left_out = "; ".join(f"{n} {why}" for why, n in found.left_out.items())
    yield f"{len(found.chances)} open requests" + (f"; left out: {left_out}" if left_out else "")


def trial_in_words(found: Answer) -> Iterator[str]:
    """Yield how the trial on later days went, whether a forecast is given or not."""
    if isinstance(found, Refusal):
        yield f"No forecast. {found.why}"
        yield from (f"  {word}" for word in found.missing)
    tried = found.evaluation
    if tried is None:
        yield "There is nothing to try the model on."
        return
    yield METHOD
    yield _score(tried)
    for one in tried.baselines:
        yield f"Baseline, {one.label}: Brier {one.brier:.4f}; skill {one.skill.words()}"
    means = f"mean chance {tried.predicted:.3f}, share missed {tried.observed:.3f}"
    yield f"Calibration in the large: {means}, difference {tried.excess.words()}"
    yield "Chance      looks  requests  mean   missed  95 % interval"
    for bin_ in tried.bins:
        size = f"{100 * bin_.low:3.0f}-{100 * bin_.high:3.0f} %  {bin_.n:6}  {bin_.cases:8}"
        if bin_.predicted is None or bin_.observed is None:
            yield f"{size}       -       -"
            continue
        span = f"{bin_.observed_low:.3f}-{bin_.observed_high:.3f}"
        yield f"{size}  {bin_.predicted:.3f}  {bin_.observed:.3f}   {span}"


def _score(tried: Evaluation) -> str:
    days = " to ".join(str(_day(at)) for at in (tried.first, tried.last))
    seen = f"{tried.looks} looks at {tried.requests} open requests, {days}"
    return f"Brier {tried.brier:.4f} on {seen}; learned from {tried.learned.finished} finished."


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()
