"""What moving a share of the discs to links changes, and which assumption that hangs on. Pure.

No saving is claimed without its volume (DOMAIN section 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analytics.costs.assumptions import DECLARED, MOST, Assumptions, BadAssumption, Of
from analytics.costs.per_disc import cost_per_disc, cost_per_link

SWING = 0.5
"""By which part of itself an assumption goes down and up, unless the reader says another."""
MOVE, DISCS = "move", "discs"
"""What a saving hangs on beside the assumptions: the share moved, and how many discs there are."""
_LABELS = {MOVE: "Share of discs moved", DISCS: "Number of discs"}


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """So many discs moved to links: how many, of how many, and what that changes, in dollars."""

    discs: int
    share: float
    moved: float
    saved: float


def label_of(name: str) -> str:
    """Return what pages and commands call an assumption, or another thing that a saving hangs on."""
    return _LABELS.get(name) or DECLARED[name].label


def what_if(discs: int, share: float, assumed: Assumptions) -> WhatIf:
    """Return what moving a share of so many discs to links changes; a loss is a negative saving.

    BadAssumption for a share past one or a negative number of discs.
    """
    if not 0 <= share <= 1 or discs < 0:
        raise BadAssumption("Move a share from 0 to 1 of a number of discs that is not negative.")
    moved = discs * share
    saved = moved * (cost_per_disc(assumed).whole - cost_per_link(assumed))
    return WhatIf(discs=discs, share=share, moved=moved, saved=saved)


@dataclass(frozen=True, kw_only=True)
class Swing:
    """What one assumption alone makes of the saving, at its least and at its greatest."""

    assumption: str
    least: float
    greatest: float
    at_least: float
    at_greatest: float

    @property
    def width(self) -> float:
        """How far the saving moves."""
        return abs(self.at_greatest - self.at_least)


def sensitivity(
    discs: int, share: float, assumed: Assumptions, *, unknown: int = 0, by: float = SWING
) -> tuple[Swing, ...]:
    """Return the saving as each assumption alone goes down and up by a part of itself.

    The share moved is one of them. The number of discs goes from what was counted to that with
    all of the `unknown`. What matters most comes first: a decision should hang on it, not on the
    last cent. BadAssumption for a part below 0 or past 1.
    """
    if not 0 <= by <= 1:
        raise BadAssumption("An assumption swings by a part of itself, from 0 to 1.")
    swings = [*_assumed(discs, share, assumed, by), _moved(discs, share, assumed, by)]
    swings.append(_counted(discs, share, assumed, unknown))
    return tuple(sorted(swings, key=lambda one: (-one.width, one.assumption)))


def _assumed(discs: int, share: float, assumed: Assumptions, by: float) -> Iterator[Swing]:
    for name, one in DECLARED.items():
        most = 1.0 if one.of is Of.SHARE else MOST
        least, greatest = _ends(getattr(assumed, name), by, most)
        below, above = (replace(assumed, **{name: end}) for end in (least, greatest))
        yield Swing(
            assumption=name,
            least=least,
            greatest=greatest,
            at_least=what_if(discs, share, below).saved,
            at_greatest=what_if(discs, share, above).saved,
        )


def _ends(value: float, by: float, most: float) -> tuple[float, float]:
    """Return both ends of a swing; none goes past what an assumption may be."""
    return value * (1 - by), min(value * (1 + by), most)


def _moved(discs: int, share: float, assumed: Assumptions, by: float) -> Swing:
    least, greatest = _ends(share, by, 1.0)
    return Swing(
        assumption=MOVE,
        least=least,
        greatest=greatest,
        at_least=what_if(discs, least, assumed).saved,
        at_greatest=what_if(discs, greatest, assumed).saved,
    )


def _counted(discs: int, share: float, assumed: Assumptions, unknown: int) -> Swing:
    return Swing(
        assumption=DISCS,
        least=discs,
        greatest=discs + unknown,
        at_least=what_if(discs, share, assumed).saved,
        at_greatest=what_if(discs + unknown, share, assumed).saved,
    )
