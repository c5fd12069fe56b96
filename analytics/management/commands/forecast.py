"""Forecast which open requests will miss their contract date."""

import json
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.dashboards.standing import STEPS
from analytics.forecast.model import method
from analytics.forecast.results import Evaluation, Forecast, Refusal
from analytics.forecast.told import as_object
from analytics.forecast.verdict import calibration
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
            self.stdout.write(json.dumps(as_object(options["source"], found, chosen.zone)))
            return
        zones = defaultdict(lambda: chosen.zone, zones_of(options["source"]))
        told = trial_in_words(found, chosen.zone)
        lines = told if options["evaluate"] else in_words(found, zones, chosen.zone)
        self.stdout.write("\n".join(lines))


def in_words(found: Answer, zones: Mapping[str, str], zone: str) -> Iterator[str]:
    """Yield the chances, the greatest first, or why there are none; due dates as `zones` draw them."""
    if isinstance(found, Refusal):
        yield f"No forecast. {found.why}"
        yield from (f"  {word}" for word in found.missing)
        return
    yield f"{_score(found.evaluation, zone)} {method(found.unit)}"
    yield calibration(found.evaluation).sentence
    for one in found.chances:
        due = due_day(one.due, zones[one.facility])
        span = f"{100 * one.low:.0f}-{100 * one.high:.0f}"
        state = STEPS.get(one.state, one.state.replace("_", " "))
        place = f"{one.facility}, {state}, due {due}"
        yield f"{one.number}: {100 * one.chance:.0f} % ({span}), n = {one.n:,} of {one.n_any:,}; {place}"
    left_out = "; ".join(f"{n:,} {why}" for why, n in found.left_out.items())
    yield f"{len(found.chances):,} open requests" + (f"; left out: {left_out}" if left_out else "")


def trial_in_words(found: Answer, zone: str) -> Iterator[str]:
    """Yield how the trial on later days of a zone went, whether a forecast is given or not."""
    if isinstance(found, Refusal):
        yield f"No forecast. {found.why}"
        yield from (f"  {word}" for word in found.missing)
    tried = found.evaluation
    if tried is None:
        yield "There is nothing to try the model on."
        return
    yield method(found.unit)
    yield _score(tried, zone)
    for one in tried.baselines:
        yield f"Baseline, {one.label}: Brier {one.brier:.4f}; skill {one.skill.words()}"
    means = f"mean chance {tried.predicted:.3f}, share missed {tried.observed:.3f}"
    yield f"Calibration in the large: {means}, difference {tried.excess.words()}"
    yield calibration(tried).sentence
    yield "Chance      looks  requests  mean   missed  95 % interval"
    for bin_ in tried.bins:
        size = f"{100 * bin_.low:3.0f}-{100 * bin_.high:3.0f} %  {bin_.n:6,}  {bin_.cases:8,}"
        if bin_.predicted is None or bin_.observed is None:
            yield f"{size}       -       -"
            continue
        span = f"{bin_.observed_low:.3f}-{bin_.observed_high:.3f}"
        yield f"{size}  {bin_.predicted:.3f}  {bin_.observed:.3f}   {span}"


def _score(tried: Evaluation, zone: str) -> str:
    days = " to ".join(_day(at, zone) for at in (tried.first, tried.last))
    seen = f"{tried.looks:,} looks at {tried.requests:,} open requests, {days} ({zone})"
    return f"Brier {tried.brier:.4f} on {seen}; learned from {tried.learned.finished:,} finished."


def _day(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).date().isoformat()
