"""The form of assumptions: each with its unit, where its usual value comes from, and its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.costs.asked import SWINGS_BY, Asked, written
from analytics.costs.assumptions import DECLARED, USUAL, Of
from analytics.costs.moved import MOVE

_UNITS = {Of.MINUTES: "minutes", Of.DOLLARS: "$", Of.WAGE: "$ an hour", Of.SHARE: "share, as 5%"}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of the form; `text` is what the reader wrote, or the value that is used."""

    name: str
    label: str
    unit: str
    basis: str
    text: str
    problem: str = ""


def fields_of(asked: Asked, said: Mapping[str, str]) -> list[Field]:
    """Return the fields: what is moved first, then each assumption, then the swing."""
    problems = asked.problems
    found = [
        Field(
            name=MOVE,
            label="Discs to move to links",
            unit="percent",
            basis="A question of yours, and no forecast: how many could go by a link?",
            text=said[MOVE] if MOVE in problems else written(MOVE, asked.move),
            problem=problems.get(MOVE, ""),
        )
    ]
    for name, one in DECLARED.items():
        value, usual = getattr(asked.assumed, name), getattr(USUAL, name)
        own = f"Your own; ours is {written(name, usual)}." if value != usual else one.basis
        found.append(
            Field(
                name=name,
                label=one.label,
                unit=_UNITS[one.of],
                basis=own,
                text=said[name] if name in problems else written(name, value),
                problem=problems.get(name, ""),
            )
        )
    swing = Field(
        name=SWINGS_BY,
        label="Each goes down and up by",
        unit="percent",
        basis="For the bars: how far an assumption may be out, of itself.",
        text=said[SWINGS_BY] if SWINGS_BY in problems else written(SWINGS_BY, asked.swing),
        problem=problems.get(SWINGS_BY, ""),
    )
    return [*found, swing]
