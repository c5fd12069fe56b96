"""Try the model on later days: learn until a day, look at what was open on each day after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.forecast.contract import MISSED, NOT_COUNTED, NOT_KNOWN, ContractClock, Standings
from analytics.forecast.model import Estimate, Model
from analytics.forecast.results import Baseline, Evaluation, Learned
from analytics.forecast.stories import DAY
from analytics.statistics.landmarks import Numbers
from analytics.statistics.scores import Chances, brier, excess, reliability, skill

TESTED_DAYS = 91
"""Days at the end of the log that are kept for the trial, at most a third of what is there."""
MOST_LOOKS = 8_000  # more would only take longer: days are left out evenly
OVERALL, BY_STATE = "share of all", "share by state"


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Open requests seen on several days, with what became of them."""

    requests: Numbers
    kinds: list[tuple[str, str]]
    missed: Chances
    estimates: list[Estimate]
    not_known: int


def evaluate(clock: ContractClock) -> Evaluation | None:
    """Return how the model would have done; None where there is nothing to try it on.

    It learns what was known at the split and nothing later. A look counts where its due date,
    as known on its day, had come by the as-of time: whether it counts does not hang on how it
    ended. The baselines are shares of looks too, taken before the split in the same way.
    """
    stories = clock.stories
    if not len(stories.received):
        return None
    oldest = max(stories.since, int(stories.received.min()))
    tested = min(TESTED_DAYS, (stories.as_of - oldest) // DAY // 3)
    split = stories.as_of - tested * DAY
    days = [split + DAY * step for step in range(tested)]
    before = [split - DAY * step for step in range(1, 2 * tested)]
    model = Model(clock, split)
    looks = look(clock, model, days, known_by=stories.as_of)
    plain = look(clock, None, before, known_by=split)
    if not len(looks.requests) or not len(plain.requests):
        return None
    return _judged(model, looks, plain, (days[0], days[-1]))


def look(clock: ContractClock, model: Model | None, days: list[int], *, known_by: int) -> Looks:
    """Return what was open on the days and what came of it; estimated where a model is given."""
    outcomes = clock.outcomes(known_by)
    requests: list[int] = []
    kinds: list[tuple[str, str]] = []
    estimates: list[Estimate] = []
    not_known, stories = 0, clock.stories
    for day in _thinned(clock, days):
        all_open = _open_on(clock, day)
        came = outcomes[all_open.requests]
        due = clock.due_by(all_open, known_by)
        not_known += int(np.count_nonzero(due & (came == NOT_KNOWN)))
        seen = all_open.only(due & (came != NOT_KNOWN) & (came != NOT_COUNTED))
        requests += seen.requests.tolist()
        kinds += [
            (stories.directions[request], stories.states[visit])
            for request, visit in zip(seen.requests, seen.visits, strict=True)
        ]
        estimates += model.estimates(seen) if model is not None else []
    of = np.array(requests, np.int64)
    missed = (outcomes[of] == MISSED).astype(np.float64)
    return Looks(requests=of, kinds=kinds, missed=missed, estimates=estimates, not_known=not_known)


def _open_on(clock: ContractClock, day: int) -> Standings:
    standing = clock.standing(day)
    return standing.only(clock.stories.learns[standing.requests])


def _thinned(clock: ContractClock, days: list[int]) -> list[int]:
    """Return every so many of the days, so that the looks stay within bounds."""
    sample = days[:: max(1, len(days) // 5)]
    usual = sum(len(_open_on(clock, day).visits) for day in sample) / max(1, len(sample))
    return days[:: max(1, int(usual * len(days) / MOST_LOOKS))]


def _judged(model: Model, looks: Looks, plain: Looks, days: tuple[int, int]) -> Evaluation:
    chances = np.array([one.chance for one in looks.estimates])
    came, cases = looks.missed, looks.requests
    guesses = {OVERALL: _overall(looks, plain), BY_STATE: _by_state(looks, plain)}
    return Evaluation(
        learned=learned_by(model),
        first=days[0],
        last=days[1],
        looks=len(cases),
        requests=len(np.unique(cases)),
        missed=len(np.unique(cases[came == 1])),
        not_known=looks.not_known,
        brier=brier(chances, came),
        baselines=tuple(
            Baseline(
                label=label, brier=brier(guess, came), skill=skill(chances, guess, came, cases)
            )
            for label, guess in guesses.items()
        ),
        predicted=float(np.mean(chances)),
        observed=float(np.mean(came)),
        excess=excess(chances, came, cases),
        bins=reliability(chances, came, cases),
    )


def learned_by(model: Model) -> Learned:
    """Return what a model learned from."""
    return Learned(
        since=model.clock.stories.since,
        until=model.at,
        requests=model.requests,
        finished=model.finished,
        missed=model.missed,
    )


def _overall(looks: Looks, plain: Looks) -> Chances:
    return np.full(len(looks.requests), float(np.mean(plain.missed)))


def _by_state(looks: Looks, plain: Looks) -> Chances:
    """Return the share of the look's direction and state; that of all where it was never seen."""
    found: dict[tuple[str, str], list[float]] = {}
    for kind, missed in zip(plain.kinds, plain.missed.tolist(), strict=True):
        found.setdefault(kind, []).append(missed)
    shares = {kind: sum(some) / len(some) for kind, some in found.items()}
    overall = float(np.mean(plain.missed))
    return np.array([shares.get(kind, overall) for kind in looks.kinds])
