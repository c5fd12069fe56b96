"""All that is said of the cost of discs, for a page, a command and a program alike."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from analytics.costs.asked import Asked
from analytics.costs.assumptions import DECLARED, USUAL
from analytics.costs.elsewhere import REPORTED
from analytics.costs.moved import Swing, WhatIf, sensitivity, what_if
from analytics.costs.per_disc import DiscCost, cost_per_disc, cost_per_link
from analytics.costs.volume import Volume
from analytics.statistics.intervals import FEW

FREED = (
    "A saving here is time and money set free, not a smaller budget: a wage and a burner are paid "
    "until they are put to other use. What a disc costs whoever receives it is not counted."
)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What discs cost, and what moving some changes: for those counted, and with all the unknown."""

    asked: Asked
    volume: Volume
    per_disc: DiscCost
    per_link: float
    surely: WhatIf
    at_most: WhatIf
    swings: tuple[Swing, ...]

    @property
    def too_few(self) -> bool:
        """Whether there are too few discs, with all the unknown, for a saving to say much."""
        return not self.volume.why and self.volume.discs + self.volume.unknown < FEW

    @property
    def why(self) -> str:
        """Why no saving is given; nothing where one is."""
        return self.volume.why or (f"fewer than {FEW} discs" if self.too_few else "")


def costs(volume: Volume, asked: Asked) -> Costs:
    """Return what comes of a reader's assumptions for what a log counted."""
    assumed, n = asked.assumed, volume.discs
    return Costs(
        asked=asked,
        volume=volume,
        per_disc=cost_per_disc(assumed),
        per_link=cost_per_link(assumed),
        surely=what_if(n, asked.move, assumed),
        at_most=what_if(n + volume.unknown, asked.move, assumed),
        swings=sensitivity(n, asked.move, assumed, unknown=volume.unknown, by=asked.swing),
    )


def as_object(found: Costs) -> dict[str, Any]:
    """Return the answer for programs; money in dollars, shares from 0 to 1.

    Where no saving is given `why` says so, `what_if` is None and `sensitivity` is empty; what
    cannot be counted is None.
    """
    volume, assumed = found.volume, found.asked.assumed
    is_told = bool(volume.deliveries or not volume.why)
    return {
        "discs": None if volume.why else volume.discs,
        "unknown_channel": volume.unknown if is_told else None,
        "deliveries": volume.deliveries if is_told else None,
        "by_channel": dict(volume.by_channel),
        "not_discs": dict(volume.apart),
        "assumptions": asdict(assumed),
        "assumed": [
            {
                "name": name,
                "label": one.label,
                "unit": one.of.value,
                "value": getattr(assumed, name),
                "usual": getattr(USUAL, name),
                "basis": one.basis,
            }
            for name, one in DECLARED.items()
        ],
        "cost_per_disc": asdict(found.per_disc) | {"whole": found.per_disc.whole},
        "cost_per_link": found.per_link,
        "why": found.why or None,
        "what_if": None if found.why else _moved(found),
        "swing": found.asked.swing,
        "sensitivity": [] if found.why else [asdict(one) for one in found.swings],
        "failures_in_log": _failures(volume, is_told=is_told),
        "reported_elsewhere": [asdict(one) for one in REPORTED],
        "mind": FREED,
    }


def _failures(volume: Volume, *, is_told: bool) -> dict[str, Any]:
    if not is_told:
        return dict.fromkeys(("failed", "made", "share", "low", "high"))
    noted = volume.failures
    low, high = noted.interval if noted.share is not None else (None, None)
    return asdict(noted) | {"share": noted.share, "low": low, "high": high}


def _moved(found: Costs) -> dict[str, Any]:
    most = {"moved_at_most": found.at_most.moved, "saved_at_most": found.at_most.saved}
    return asdict(found.surely) | most
