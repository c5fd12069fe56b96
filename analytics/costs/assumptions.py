"""What a disc and a link take: every figure an assumption with its unit and where ours comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType

from requests_app.refusals import DisclessError

MOST = 1_000_000.0
"""No price, wage or time here is greater; one that is was mistyped."""


class BadAssumption(DisclessError):
    """An assumption that cannot be: a negative price, a share past one."""

    code = "bad_assumption"
    status = 422


class Of(StrEnum):
    """What an assumption is measured in."""

    MINUTES = "minutes"
    DOLLARS = "dollars"
    WAGE = "dollars an hour"
    SHARE = "share"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One assumption: what it is called, its unit, and where its usual value comes from."""

    label: str
    of: Of
    basis: str


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What one disc and one link take. Prices in dollars, times in minutes, shares from 0 to 1."""

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
        for name, one in DECLARED.items():
            value = getattr(self, name)
            if one.of is Of.SHARE and not 0 <= value <= 1:
                raise BadAssumption(f"{name} is a share from 0 to 1, not {value}.")
            if not 0 <= value <= MOST:
                raise BadAssumption(f"{name} must be a number from 0 to {MOST:,.0f}, not {value}.")


_GUESS = "A guess of ours"
DECLARED: Mapping[str, Declared] = MappingProxyType(
    {
        "handling_minutes": Declared(
            label="Work on one disc",
            of=Of.MINUTES,
            basis=f"{_GUESS}. Put a watch to ten discs: find, burn, check, label, hand over.",
        ),
        "loaded_wage": Declared(
            label="Wage with benefits",
            of=Of.WAGE,
            basis=(
                "Near the US median for medical records specialists ($50,250 a year, Bureau of "
                "Labor Statistics, May 2024) with benefits on top. Ask finance for yours."
            ),
        ),
        "disc_and_mailer": Declared(
            label="Disc, sleeve and mailer",
            of=Of.DOLLARS,
            basis=f"{_GUESS}. Your last order says it.",
        ),
        "postage": Declared(
            label="Postage of one parcel",
            of=Of.DOLLARS,
            basis=f"{_GUESS}. Tracking and courier cost more.",
        ),
        "ship_share": Declared(
            label="Discs that are mailed",
            of=Of.SHARE,
            basis=f"{_GUESS}. The others are handed over.",
        ),
        "amortisation": Declared(
            label="Burner, for each disc",
            of=Of.DOLLARS,
            basis=f"{_GUESS}: price and service of the burner, over the discs that it burns.",
        ),
        "failure_share": Declared(
            label="Discs that fail",
            of=Of.SHARE,
            basis=f"{_GUESS}: lost, damaged or unreadable, and made once more.",
        ),
        "rework_minutes": Declared(
            label="Work on a failed disc",
            of=Of.MINUTES,
            basis=f"{_GUESS}: the call, the search for what went wrong, and the second disc.",
        ),
        "link_minutes": Declared(
            label="Work on one link",
            of=Of.MINUTES,
            basis=f"{_GUESS}. Put a watch to ten links.",
        ),
        "link_price": Declared(
            label="Price of one link",
            of=Of.DOLLARS,
            basis="0, as where the service is paid by the year. Enter what one more link costs.",
        ),
    }
)
"""Each field of `Assumptions`, in the order of the form."""
USUAL = Assumptions()
NAMES = tuple(one.name for one in fields(Assumptions))
