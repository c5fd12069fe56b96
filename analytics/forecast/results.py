"""What the forecast answers: chances with what is behind them, or a refusal that says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.statistics.scores import Bin, Figure


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What the model learned from: moments in seconds since 1970, requests and misses."""

    since: int
    until: int
    requests: int
    finished: int
    missed: int


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A plain guess beside the model: its Brier score, and the model's skill over it."""

    label: str
    brier: float
    skill: Figure


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How the model did on later days than it had learned from.

    `looks` are open requests on a day, `requests` the different ones; `not_known` are looks
    whose outcome was not known by the as-of time though their date, as known then, had come.
    """

    learned: Learned
    first: int
    last: int
    looks: int
    requests: int
    missed: int
    not_known: int
    brier: float
    baselines: tuple[Baseline, ...]
    predicted: float
    observed: float
    excess: Figure
    bins: tuple[Bin, ...]


@dataclass(frozen=True, kw_only=True)
class Chance:
    """The chance that one open request misses its contract date.

    `stayed` and `left` are seconds on the model's axis; `n` and `n_any` as in `Estimate`.
    """

    number: str
    request_id: str
    facility: str
    direction: str
    state: str
    received: int
    since: int
    stayed: int
    left: int
    due: int
    chance: float
    low: float
    high: float
    n: int
    n_any: int


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Chances of all open requests with a date to come, the greatest first.

    `aside` are the keys of open requests that get no chance, by reason.
    """

    as_of: int
    unit: str
    learned: Learned
    evaluation: Evaluation
    chances: tuple[Chance, ...]
    aside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def left_out(self) -> dict[str, int]:
        """How many open requests get no chance, by reason."""
        return {why: len(ids) for why, ids in self.aside.items() if ids}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why no chance is given, what is missing, and what was measured all the same."""

    as_of: int
    why: str
    unit: str = ""
    missing: tuple[str, ...] = ()
    learned: Learned | None = None
    evaluation: Evaluation | None = None
