"""What discs cost, what links would save, and which assumption that hangs on. Pure.

Every figure is an assumption that the reader may change, and is printed with what comes of it:
nothing here was measured by us, and no saving is claimed without its volume (DOMAIN section 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from requests_app.refusals import DisclessError

MINUTES_AN_HOUR = 60.0


class BadAssumption(DisclessError):
    """An assumption that cannot be: a negative price, a share past one."""

    code = "bad_assumption"
    status = 422


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What one disc and one link take. Prices in dollars, times in minutes, shares from 0 to 1.

    `amortisation` is the burner's price spread over the discs that it burns.
    """

    handling_minutes: float = 15.0
    loaded_wage: float = 35.0
    disc_and_mailer: float = 1.5
    postage: float = 6.0
    ship_share: float = 0.5
    amortisation: float = 0.75
    failure_share: float = 0.05
    rework_minutes: float = 25.0
    link_minutes: float = 3.0
    link_price: float = 0.0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not value >= 0 or value == float("inf"):
                raise BadAssumption(f"{one.name} must be a number of 0 or more, not {value}.")
            if one.name.endswith("_share") and value > 1:
                raise BadAssumption(f"{one.name} is a share from 0 to 1, not {value}.")


@dataclass(frozen=True, kw_only=True)
class DiscCost:
    """The cost of one disc, part by part, in dollars."""

    handling: float
    material: float
    postage: float
    amortisation: float
    rework: float

    @property
    def whole(self) -> float:
        """The sum of the parts."""
        parts = (self.handling, self.material, self.postage, self.amortisation, self.rework)
        return sum(parts)


def cost_per_disc(assumed: Assumptions) -> DiscCost:
    """Return what one disc costs; a failed one is handled and made once more."""
    handling = assumed.handling_minutes / MINUTES_AN_HOUR * assumed.loaded_wage
    again = assumed.rework_minutes / MINUTES_AN_HOUR * assumed.loaded_wage
    return DiscCost(
        handling=handling,
        material=assumed.disc_and_mailer,
        postage=assumed.postage * assumed.ship_share,
        amortisation=assumed.amortisation,
        rework=assumed.failure_share
        * (again + assumed.disc_and_mailer + assumed.postage * assumed.ship_share),
    )


def cost_per_link(assumed: Assumptions) -> float:
    """Return what one link costs, in dollars."""
    return assumed.link_minutes / MINUTES_AN_HOUR * assumed.loaded_wage + assumed.link_price


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """So many discs moved to links: how many, of how many, and what that changes, in dollars."""

    discs: int
    share: float
    moved: float
    saved: float


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
    """What one assumption alone makes of a figure, at its least and at its greatest."""

    assumption: str
    least: float
    greatest: float
    at_least: float
    at_greatest: float

    @property
    def width(self) -> float:
        """How far the figure moves."""
        return abs(self.at_greatest - self.at_least)


def sensitivity(
    discs: int, share: float, assumed: Assumptions, *, by: float = 0.5
) -> tuple[Swing, ...]:
    """Return the saving as each assumption alone goes down and up by a part of itself.

    The one that matters most comes first: a decision should hang on it, not on the last cent.
    """
    swings = list(_swings(discs, share, assumed, by))
    return tuple(sorted(swings, key=lambda one: (-one.width, one.assumption)))


def _swings(discs: int, share: float, assumed: Assumptions, by: float) -> Iterator[Swing]:
    for one in fields(Assumptions):
        value = getattr(assumed, one.name)
        top = value * (1 + by)
        least, greatest = value * (1 - by), min(top, 1.0) if one.name.endswith("_share") else top
        below, above = (replace(assumed, **{one.name: end}) for end in (least, greatest))
        yield Swing(
            assumption=one.name,
            least=least,
            greatest=greatest,
            at_least=what_if(discs, share, below).saved,
            at_greatest=what_if(discs, share, above).saved,
        )
