"""Clock rules: statutes and the contract, as data with citations. Nothing here is legal advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from requests_app.vocabulary import Direction, LegalBasis, Until


class Unit(StrEnum):
    """What a rule counts."""

    CALENDAR = "calendar"
    BUSINESS = "business"


class DayZero(StrEnum):
    """Which day is day 0: a visible policy."""

    RECEIPT = "receipt"
    NEXT_BUSINESS_DAY = "next_business_day"


WHOLE_DAYS = (
    "pauses by whole days while waiting on the requester (a day that begins on hold is not counted)"
)


_STOPS = {
    Until.AVAILABLE: "the recipient can open the images",
    Until.SENT: "the images are sent",
    Until.REASON: "a written reason is sent",
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One clock. `verified` says how far the text of the law was checked before shipping."""

    key: str
    label: str
    citation: str
    days: int
    unit: Unit
    starts: str = "received"
    stop: Until = Until.AVAILABLE
    pauses: bool = False
    day_zero: DayZero = DayZero.RECEIPT
    cutoff: time | None = None
    extension_days: int = 0
    enabled: bool = False
    verified: str = "not verified"
    effective_from: date | None = None
    effective_to: date | None = None

    @property
    def is_legal(self) -> bool:
        """True for a clock of the law: it runs from receipt, pauses for nobody, and a written
        denial answers it."""
        return self.starts == "received" and not self.pauses

    def day_zero_as(self, chosen: DayZero) -> str:
        """Say which day a setting makes this rule's day 0."""
        day = "day it became complete" if self.starts == "complete" else "day of receipt"
        if chosen is DayZero.NEXT_BUSINESS_DAY:
            day += ", or the next business day where it is none"
        return day

    @property
    def policy(self) -> str:
        """The settings that a reader must see beside a due date."""
        unit = f"{self.unit} day" + ("s" if self.days != 1 else "")
        pauses = WHOLE_DAYS if self.pauses else "never pauses"
        zero = self.day_zero_as(self.day_zero)
        if self.cutoff is not None:
            zero += f", after {self.cutoff:%H:%M} the next business day"
        text = f"{self.days} {unit} from {self.starts}; day 0 is the {zero}; {pauses}"
        return f"{text}; stops when {_STOPS[self.stop]}"


HIPAA = Rule(
    key="hipaa_access",
    label="Patient access",
    citation="45 CFR 164.524(b)(2)",
    days=30,
    unit=Unit.CALENDAR,
    extension_days=30,
    enabled=True,
    verified="read in the regulation",
)
CONTRACT = Rule(
    key="contract",
    label="Contract",
    citation="Contract, as agreed with whoever requests",
    days=5,
    unit=Unit.BUSINESS,
    starts="complete",
    pauses=True,
    enabled=True,
    verified="a contract term, set by the facility",
)


def _state(key: str, label: str, citation: str, days: int, unit: Unit) -> Rule:
    return Rule(key=key, label=label, citation=citation, days=days, unit=unit)


NOTICE = Rule(
    key="information_blocking",
    label="Infeasibility notice",
    citation="45 CFR 171.204(b)",
    days=10,
    unit=Unit.BUSINESS,
    stop=Until.REASON,
)
STATES: tuple[Rule, ...] = (
    _state(
        "ca_copies", "California, copies", "Cal. Health & Safety Code 123110", 15, Unit.CALENDAR
    ),
    _state("ny_access", "New York", "N.Y. Public Health Law 18", 10, Unit.CALENDAR),
    _state("tx_access", "Texas", "Tex. Occ. Code 159.006(d)", 15, Unit.BUSINESS),
    _state("wa_access", "Washington", "RCW 70.02.080", 15, Unit.BUSINESS),
    _state("wa_delay", "Washington, with delay notice", "RCW 70.02.080", 21, Unit.BUSINESS),
)
MAMMOGRAPHY = _state(
    "mqsa_transfer", "Mammography transfer", "21 CFR 900.12(c)(4)", 15, Unit.CALENDAR
)

SEEDED: tuple[Rule, ...] = (HIPAA, CONTRACT, NOTICE, *STATES, MAMMOGRAPHY)
"""Rules that ship; those not verified are disabled until somebody signs for them."""

RULES: dict[str, Rule] = {rule.key: rule for rule in SEEDED}

KINDS: dict[str, frozenset[str]] = {
    "state": frozenset(rule.key for rule in STATES),
    "mammography": frozenset({MAMMOGRAPHY.key}),
    "notice": frozenset({NOTICE.key}),
}
"""The keys of rules beside patient access and contract, by what they are of."""

ACCESS = frozenset(
    {
        LegalBasis.PATIENT_ACCESS,
        LegalBasis.REPRESENTATIVE_ACCESS,
        LegalBasis.THIRD_PARTY_DIRECTIVE,
    }
)
"""Bases of those who use the patient's own right (45 CFR 164.524)."""
MAMMOGRAM = "MG"  # the Modality of DICOM (PS3.3 C.7.3.1.1.1)


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Which requests a rule binds; an empty set names all."""

    bases: frozenset[LegalBasis] = frozenset()
    modality: str = ""
    direction: Direction | None = None

    def binds(self, asked: Asked) -> bool:
        """Say whether a request is one of those."""
        return (
            (not self.bases or asked.legal_basis in self.bases)
            and (not self.modality or asked.modality == self.modality)
            and self.direction in (None, asked.direction)
        )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of a request decides which rules bind it."""

    legal_basis: LegalBasis
    modality: str
    direction: Direction


_RELEASED_TO_THEM = Binding(bases=ACCESS, direction=Direction.OUTBOUND)
BINDINGS: dict[str, Binding] = {
    HIPAA.key: Binding(bases=ACCESS),
    NOTICE.key: Binding(direction=Direction.OUTBOUND),
    MAMMOGRAPHY.key: Binding(modality=MAMMOGRAM, direction=Direction.OUTBOUND),
    **dict.fromkeys((rule.key for rule in STATES), _RELEASED_TO_THEM),
    # Texas counts from the patient's written consent, which an authorization is as well.
    "tx_access": Binding(bases=ACCESS | {LegalBasis.AUTHORIZATION}, direction=Direction.OUTBOUND),
}
"""What each rule binds; a rule that is not here binds every request."""


def binds(rule: Rule, asked: Asked) -> bool:
    """Say whether a rule binds a request of this basis, modality and direction."""
    binding = BINDINGS.get(rule.key)
    return binding is None or binding.binds(asked)
