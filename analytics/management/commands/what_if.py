"""What discs cost, and what moving some of them to links would change, on the reader's own word."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.charts.money import dollar_span, dollars
from analytics.charts.words import count, listed, one, plural, too_few
from analytics.costs.answer import FREED, Costs, as_object, costs
from analytics.costs.asked import SWINGS_BY, Asked, asked_of, in_three_figures, written
from analytics.costs.assumptions import DECLARED, NAMES, USUAL, Of
from analytics.costs.moved import DISCS, MOVE, Swing, label_of
from analytics.costs.volume import volume_of
from analytics.readers.arguments import (
    MISUSE,
    add_selection,
    owner_of,
    selection_for,
    snapshot_for,
    told_of,
)
from requests_app.vocabulary import Channel
from requests_app.words import say


class Command(BaseCommand):
    """Exit status 0 with an answer, 1 where the source cannot count its discs, 2 for misuse."""

    help = "The cost of a disc, and of moving a share of all discs to links, with its sensitivity."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_selection(parser)
        parser.add_argument("--move", default="50", help="percent of discs to move")
        parser.add_argument(
            "--swing", default="50", help="percent by which each assumption goes down and up"
        )
        names = ", ".join(f"{name} ({getattr(USUAL, name):g})" for name in NAMES)
        parser.add_argument(
            "--assume",
            action="append",
            metavar="NAME=NUMBER",
            help=f"an assumption of your own; may repeat. They are: {names}",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count the discs, compute and print."""
        asked = _asked(options)
        owner = owner_of(options)
        mirror = snapshot_for(options, timezone.now(), owner).mirror
        chosen = selection_for(options, mirror, owner)
        volume = volume_of(mirror, chosen)
        if volume.why:
            raise CommandError(f"The discs cannot be counted: {volume.why}.", returncode=1)
        found = costs(volume, asked)
        if options["json"]:
            self.stdout.write(json.dumps({"source": options["source"]} | as_object(found)))
            return
        of = told_of(options["source"], mirror, chosen)
        self.stdout.write("\n".join([of, *in_words(found)]))


def _asked(options: Mapping[str, Any]) -> Asked:
    """Read the options; misuse is answered with a sentence and status 2."""
    said = {MOVE: options["move"], SWINGS_BY: options["swing"]}
    for text in options["assume"] or []:
        name, _, number = text.partition("=")
        if name not in NAMES:
            known = ", ".join(sorted(NAMES))
            raise CommandError(f"{name!r} is no assumption. Known: {known}.", returncode=MISUSE)
        if not number.strip():
            raise CommandError(f"{name} has no number.", returncode=MISUSE)
        said[name] = number
    asked = asked_of({name: str(word) for name, word in said.items()})
    for name, sentence in asked.problems.items():
        raise CommandError(f"{name}: {sentence}", returncode=MISUSE)
    return asked


def in_words(found: Costs) -> Iterator[str]:
    """Yield the answer, the assumptions with where they come from, and what the saving hangs on."""
    volume, asked = found.volume, found.asked
    yield (
        f"A disc costs {dollars(found.per_disc.whole)} and a link {dollars(found.per_link)}, on "
        "the assumptions below."
    )
    yield f"No saving is given of {too_few('discs')}." if found.too_few else _moved(found)
    if volume.unknown:
        yield f"{plural(volume.unknown, 'delivery', 'deliveries')} of unknown channel may be discs."
    if volume.apart:
        apart = [f"{count(n)} on {say(Channel(word)).lower()}" for word, n in volume.apart.items()]
        yield f"Not counted as discs: {listed(apart)}."
    if (share := volume.failures.share) is not None:
        low, high = volume.failures.interval
        yield (
            f"Here {count(volume.failures.failed)} of {count(volume.failures.made)} discs "
            f"failed: {in_three_figures('failure_share', share)} ({100 * low:.1f}-{100 * high:.1f})."
        )
    yield "Assumed, with the names that --assume takes:"
    for name, declared in DECLARED.items():
        value = getattr(asked.assumed, name)
        source = declared.basis if value == getattr(USUAL, name) else "Your own."
        unit = "" if declared.of is Of.SHARE else f" {declared.of.value}"
        yield f"  {declared.label}: {written(name, value)}{unit} ({name}). {source}"
    if not found.too_few:
        yield f"One at a time, {written(SWINGS_BY, asked.swing)} down and up:"
        yield from (_swing(one_of) for one_of in found.swings)
    yield FREED


def _moved(found: Costs) -> str:
    saved = dollar_span(*(abs(end.saved) for end in (found.surely, found.at_most)))
    verb = "sets free" if found.surely.saved >= 0 and found.at_most.saved >= 0 else "costs"
    return (
        f"Moving {written(MOVE, found.asked.move)} of {plural(found.volume.discs, 'disc')} to "
        f"links, {one(found.surely.moved)}, {verb} {saved}."
    )


def _swing(one_of: Swing) -> str:
    ends = [
        count(end) if one_of.assumption == DISCS else written(one_of.assumption, end)
        for end in (one_of.least, one_of.greatest)
    ]
    saved = f"{dollars(one_of.at_least)} to {dollars(one_of.at_greatest)}"
    return f"  {label_of(one_of.assumption)} from {ends[0]} to {ends[1]}: {saved}"
