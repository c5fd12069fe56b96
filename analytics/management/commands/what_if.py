"""What discs cost, and what moving some of them to links would change, on the reader's own word."""

import json
from argparse import ArgumentParser
from dataclasses import asdict, fields
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.metrics.compute import compute
from analytics.metrics.cost import (
    Assumptions,
    BadAssumption,
    cost_per_disc,
    cost_per_link,
    sensitivity,
    what_if,
)
from analytics.readers.arguments import (
    MISUSE,
    add_selection,
    owner_of,
    selection_for,
    snapshot_for,
)

DISCS = "physical_media_share_out"


class Command(BaseCommand):
    """Exit status 0 with an answer, 1 where the source cannot count its discs, 2 for misuse."""

    help = "The cost of a disc, and of moving a share of all discs to links, with its sensitivity."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_selection(parser)
        parser.add_argument("--move", type=float, default=50.0, help="percent of discs to move")
        names = ", ".join(f"{one.name} ({one.default:g})" for one in fields(Assumptions))
        parser.add_argument(
            "--assume",
            action="append",
            metavar="NAME=NUMBER",
            help=f"an assumption of your own; may repeat. They are: {names}",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count the discs, compute and print."""
        try:
            assumed = Assumptions(**_assumed(options["assume"] or []))
            what_if(0, options["move"] / 100, assumed)
        except BadAssumption as error:
            raise CommandError(error.sentence, returncode=MISUSE) from error
        owner = owner_of(options)
        mirror = snapshot_for(options, timezone.now(), owner).mirror
        discs = compute(mirror, selection_for(options, mirror, owner), [DISCS])[DISCS]
        if discs.value is None:
            raise CommandError(f"The discs cannot be counted: {discs.why}.", returncode=1)
        share = options["move"] / 100
        n = int(discs.numerator or 0)
        found, swings = what_if(n, share, assumed), sensitivity(n, share, assumed)
        answer = {
            "source": options["source"],
            "discs": n,
            "unknown_channel": discs.unknown,
            "assumptions": asdict(assumed),
            "cost_per_disc": asdict(cost_per_disc(assumed))
            | {"whole": cost_per_disc(assumed).whole},
            "cost_per_link": cost_per_link(assumed),
            "what_if": asdict(found),
            "sensitivity": [asdict(one) for one in swings],
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(
            f"A disc costs ${answer['cost_per_disc']['whole']:.2f} and a link "
            f"${answer['cost_per_link']:.2f}, on the assumptions below.\n"
            f"Moving {found.moved:.0f} of {n} discs to links saves ${found.saved:,.2f}."
            f" {discs.unknown} deliveries of unknown channel are not counted as discs.\n"
            + "\n".join(
                f"  {one.assumption} from {one.least:g} to {one.greatest:g}: "
                f"${one.at_least:,.2f} to ${one.at_greatest:,.2f}"
                for one in swings
            )
        )


def _assumed(said: list[str]) -> dict[str, float]:
    known = {one.name for one in fields(Assumptions)}
    found = {}
    for one in said:
        name, _, number = one.partition("=")
        if name not in known:
            raise BadAssumption(f"{name!r} is no assumption. Known: {', '.join(sorted(known))}.")
        try:
            found[name] = float(number)
        except ValueError as error:
            raise BadAssumption(f"{number!r} is not a number for {name}.") from error
    return found
