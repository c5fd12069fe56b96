"""What a reader assumes, as written in a form, an address or an option; bad input is a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.costs.assumptions import DECLARED, MOST, NAMES, USUAL, Assumptions, Declared, Of
from analytics.costs.moved import MOVE, SWING

HALF = 0.5
SWINGS_BY = "swing"
WORDS = (*NAMES, MOVE, SWINGS_BY)
"""Every word of a reader's, in the order of the form."""
_NUMBER = re.compile(r"\$?\s*(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})", re.ASCII)
LONGEST = 40


class _NotRead(ValueError):
    """What is wrong with a word, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is assumed, which share of the discs moves, and by how much each assumption swings.

    `problems` are sentences by word; where there are any nothing is to be computed.
    """

    assumed: Assumptions = USUAL
    move: float = HALF
    swing: float = SWING
    problems: Mapping[str, str] = field(default_factory=dict)


def asked_of(said: Mapping[str, str]) -> Asked:
    """Read words by name; what is blank or left out has its usual value.

    A share is written 5% or 0.05; `move` and `swing` are percent, with or without the sign.
    """
    found, problems = dict[str, float](), dict[str, str]()
    for name in WORDS:
        text = said.get(name, "").strip()
        if not text:
            continue
        try:
            found[name] = _percent(text) if name in (MOVE, SWINGS_BY) else _read(name, text)
        except _NotRead as error:
            problems[name] = str(error)
    move, swing = found.pop(MOVE, HALF), found.pop(SWINGS_BY, SWING)
    assumed = Assumptions(**found)
    return Asked(assumed=assumed, move=move, swing=swing, problems=problems)


def _read(name: str, text: str) -> float:
    one = DECLARED[name]
    return _share(text) if one.of is Of.SHARE else _amount(one, text)


def _amount(one: Declared, text: str) -> float:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _NotRead(f"“{text[:LONGEST]}” is not a number of {one.of}, such as 12 or 3.50.")
    if (value := float(match[1])) > MOST:
        raise _NotRead(f"{text[:LONGEST]} is out of reach; the most is {MOST:,.0f}.")
    return value


def _share(text: str) -> float:
    if text.endswith("%"):
        return _percent(text)
    match = _NUMBER.fullmatch(text)
    if match is None or "$" in text:
        raise _NotRead(f"“{text[:LONGEST]}” is not a share, such as 5% or 0.05.")
    # A bare 1 may be meant as one percent or as all of them: nobody should guess.
    if (value := float(match[1])) >= 1:
        raise _NotRead(
            f"Write “{text[:LONGEST]}%” if you mean percent; without the sign it is below 1."
        )
    return value


def _percent(text: str) -> float:
    match = _NUMBER.fullmatch(text.removesuffix("%").strip())
    if match is None or "$" in text or float(match[1]) > 100:
        raise _NotRead(f"“{text[:LONGEST]}” is not a percentage from 0 to 100.")
    return float(match[1]) / 100


def written(name: str, value: float) -> str:
    """Return a value as its form writes it: shares in percent, at most six digits."""
    is_share = name in (MOVE, SWINGS_BY) or DECLARED[name].of is Of.SHARE
    text = f"{100 * value if is_share else value:.6f}".rstrip("0").rstrip(".")
    return f"{text}%" if is_share else text


def in_three_figures(name: str, share: float) -> str:
    """Return a share in three figures as its form writes it; 0% and 100% only where it is that."""
    rounded = float(f"{share:.3g}")
    return written(name, rounded if rounded < 1 else share)
