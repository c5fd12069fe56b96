"""The cost of one disc, part by part, and of one link. Pure.

Every figure is an assumption that the reader may change, and is printed with what comes of it:
nothing here was measured by us (DOMAIN section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

from analytics.costs.assumptions import Assumptions

MINUTES_AN_HOUR = 60.0


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
    """Return what one disc costs; a failed one is handled, made and mailed once more."""
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
