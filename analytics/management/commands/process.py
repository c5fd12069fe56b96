"""Show how requests flow: the graph, variants, rework, waits, hand-offs and conformance."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from analytics.charts.results import in_words, number
from analytics.charts.words import activity, count, lasting, one, plural, share
from analytics.process.whole import Process, process
from analytics.readers.arguments import (
    add_selection,
    owner_of,
    selection_for,
    snapshot_for,
    told_of,
)

FIRST = 10


class Command(BaseCommand):
    """Exit status 0 with an answer, 2 for misuse; what cannot be computed says why."""

    help = "Show how requests flow: graph, variants, rework, waits, hand-offs, conformance."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_selection(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute and print."""
        owner = owner_of(options)
        mirror = snapshot_for(options, timezone.now(), owner).mirror
        chosen = selection_for(options, mirror, owner)
        seen = process(mirror, chosen)
        if not options["json"]:
            of = told_of(options["source"], mirror, chosen)
            self.stdout.write("\n".join([of, *lines(seen)]))
            return
        answer = {
            "source": options["source"],
            "as_of": datetime.fromtimestamp(mirror.log.as_of, UTC).isoformat(),
            "period": {"from": options["since"], "to": options["until"], "zone": chosen.zone},
            "granularity": mirror.log.granularity,
            "filters": {name: options[name] for name in ("facility", "direction", "asked")},
            **asdict(seen),
        }
        self.stdout.write(json.dumps(answer))


def lines(seen: Process) -> Iterator[str]:
    """Yield the view as lines for people, the first few of each part."""
    basis = seen.basis
    steps = f"{plural(basis.requests, 'request')}, {plural(basis.steps, 'step')}"
    yield f"{steps}; touches are not counted as steps, they say how one was done"
    yield f"Business time: {basis.why_no_business or basis.calendar}"
    yield from (f"{count(n)} {why}" for why, n in basis.left_out.items())
    yield from (in_words(result) for result in seen.measures.values())
    for edge in seen.graph.edges[:FIRST]:
        pair, waited = f"{activity(edge.previous)} -> {activity(edge.activity)}", edge.business
        yield (
            f"Move: {pair}: {count(edge.n)}, in {share(edge.share)}% of requests; median "
            f"{lasting(waited)} business, {lasting(edge.elapsed)} elapsed"
        )
    for wait in seen.waits.waits[:FIRST]:
        pair = f"{activity(wait.previous)} -> {activity(wait.activity)}"
        hours = wait.elapsed_hours if wait.business_hours is None else wait.business_hours
        yield f"Wait: {pair}: {one(hours)} h {seen.waits.ranked_by}, {share(wait.share)}% of all"
    for way in seen.variants.top[:FIRST]:
        names = " -> ".join(activity(name) for name in way.activities)
        yield f"Way: {count(way.n)} ({share(way.cumulative)}% so far): {names}"
    for loop in seen.rework.loops[:FIRST]:
        names = " -> ".join(activity(name) for name in loop.activities)
        yield f"Loop ({loop.kind}): {names}: {count(loop.n)}, {one(loop.elapsed_hours)} h elapsed"
    yield from _people_and_rules(seen)


def _people_and_rules(seen: Process) -> Iterator[str]:
    hands, rules = seen.hand_offs, seen.conformance
    told = f"{number(hands.mean)} a request, {count(hands.handoffs)} in all"
    yield f"Hand-offs of all requests, delivered or not: {hands.why or told}"
    allowed = f"{share(rules.fitness)}% of {count(rules.moves)} changes of state are allowed"
    yield f"Conformance: {rules.why or allowed}"
    for breach in rules.breaches:
        yield f"Outside: {breach.origin} -> {breach.target}: {count(breach.n)}"
