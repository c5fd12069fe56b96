"""How long release takes, and what waits: again, one request after the other."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.analytics.metrics.oracle_answers import (
    DAY,
    Left,
    Measure,
    Row,
    count_of,
    mean_of,
    net_of,
    quantile_of,
    waited_out,
    words_of,
)

UNDATED = Left("no moment of receipt")
QUANTILES = (("median", 0.5), ("p90", 0.9), ("p95", 0.95))


def completed(row: Row) -> Any:
    """Seconds from received to available."""
    if row["available"] is None:
        return Left("open" if row["outcome"] is None else "ended without release")
    if row["received"] is None:
        return UNDATED
    took = row["available"] - row["received"]
    return took if took >= 0 else Left("completed before it was received")


def released(row: Row) -> Any:
    """The same, and of what is open the seconds so far."""
    if row["available"] is None and row["outcome"] is not None:
        return Left("ended without release")
    if row["received"] is None:
        return UNDATED
    if row["available"] is None:
        return row["now"] - row["received"], False
    took = completed(row)
    return took if isinstance(took, Left) else (took, True)


def stopped(row: Row) -> Any:
    """Business seconds of a contract clock."""
    if row["contract_seconds"] is None:
        return Left("contract clock not stopped")
    return row["contract_seconds"]


def on_contract(row: Row) -> Any:
    """The same, and of a clock that runs the business seconds so far."""
    if row["contract_seconds"] is not None:
        return row["contract_seconds"], True
    if row["contract_from"] is not None:
        return min(row["now"], row["contract_off"]) - row["contract_from"], False
    if row["outcome"] is None:
        return Left("open and not complete")
    return Left("ended with no time on the contract clock")


def is_open(row: Row) -> Any:
    """What is neither delivered nor ended otherwise."""
    if row["outcome"] is not None:
        return None
    return UNDATED if row["received"] is None else True


def band(row: Row) -> str | None:
    """How an open request stands: the worst that has begun; a hold hides only what is not late."""
    begun = [
        word
        for word in ("very_late", "late", "at_risk")
        if row[f"{word}_from"] is not None and row[f"{word}_from"] <= row["now"]
    ]
    if {"late", "very_late"} & set(begun):
        return begun[0]
    if row["is_held"]:
        return "held"
    return begun[0] if begun else "on_track" if row["is_held"] is False else None


def stands(row: Row, *words: str) -> Any:
    """Whether an open request is in some bands; who has no date of receipt is in none."""
    return True if is_open(row) is True and band(row) in words else None


def at_risk(row: Row) -> Any:
    """What is at risk; of the others, how they stand."""
    if is_open(row) is not True:
        return None
    standing = band(row)
    others = {
        "late": "late",
        "very_late": "late",
        "held": "on hold",
        "on_track": "on track",
        None: "no known due date",
    }
    return True if standing == "at_risk" else Left(others[standing])


def age(row: Row) -> Any:
    """Seconds since an open request was received."""
    found = is_open(row)
    return row["now"] - row["received"] if found is True else found


def holding(row: Row) -> Any:
    """Seconds since the hold began that lasts."""
    if row["outcome"] is not None or row["held_since"] is None:
        return None
    return UNDATED if row["received"] is None else row["now"] - row["held_since"]


def held_for(row: Row) -> Any:
    """Why it is held."""
    found = holding(row)
    return found if found is None or found is UNDATED else (row["held_for"] or "unknown", 1)


def gone(row: Row) -> Any:
    """Whether a turn is an end; one without a moment is told apart."""
    if row["turn"] == 0:
        return Left("ended at an unknown moment, by receipt")
    return -1 if row["turn"] == -1 else None


def came_or_gone(row: Row) -> Any:
    """What a turn adds to the backlog."""
    return gone(row) or 1


MEASURES = {
    "turnaround_mean": Measure(tell=completed, read=partial(mean_of, per=DAY)),
    **{
        f"turnaround_{name}": Measure(tell=completed, read=partial(quantile_of, q=q))
        for name, q in QUANTILES
    },
    **{
        f"turnaround_censored_{name}": Measure(tell=released, read=partial(waited_out, q=q))
        for name, q in QUANTILES
    },
    "contract_turnaround_median": Measure(tell=stopped, read=partial(quantile_of, q=0.5)),
    **{
        f"contract_turnaround_censored_{name}": Measure(
            tell=on_contract, read=partial(waited_out, q=q)
        )
        for name, q in QUANTILES
    },
    "requests_received": Measure(
        tell=lambda row: UNDATED if row["received"] is None else True, read=count_of
    ),
    "requests_closed": Measure(tell=gone, read=count_of, of="turns"),
    "net_flow": Measure(tell=came_or_gone, read=net_of, of="turns"),
    "open_requests": Measure(tell=is_open, read=count_of),
    "on_track_requests": Measure(tell=lambda row: stands(row, "on_track"), read=count_of),
    "at_risk_requests": Measure(tell=at_risk, read=count_of),
    "late_requests": Measure(tell=lambda row: stands(row, "late", "very_late"), read=count_of),
    "very_late_requests": Measure(tell=lambda row: stands(row, "very_late"), read=count_of),
    "held_requests": Measure(tell=lambda row: stands(row, "held"), read=count_of),
    "hold_age_median": Measure(tell=holding, read=partial(quantile_of, q=0.5)),
    "hold_age_p90": Measure(tell=holding, read=partial(quantile_of, q=0.9)),
    "holds_by_cause": Measure(tell=held_for, read=words_of),
    "open_age_mean": Measure(tell=age, read=partial(mean_of, per=DAY)),
    "open_age_p90": Measure(tell=age, read=partial(quantile_of, q=0.9)),
}
