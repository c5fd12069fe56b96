"""How long release takes."""

from dataclasses import replace

from analytics.metrics.definition import DAY, Better, Kind, Metric

NO_RECEIPT = "no moment of receipt"
"""Why a request is left out that a log tells of, but not when it came."""
_ELAPSED = "available - received"
_DONE = "available IS NOT NULL AND received IS NOT NULL AND available >= received"
_STILL_OPEN = {
    NO_RECEIPT: "available IS NOT NULL AND received IS NULL",
    "completed before it was received": "available < received",
    "open": "available IS NULL AND outcome IS NULL",
    "ended without release": "available IS NULL AND outcome IS NOT NULL",
}


def _elapsed(key: str, label: str, kind: Kind, question: str, quantile: float = 0.5) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="A patient or clinician waits for the images this long.",
        unit="days",
        kind=kind,
        quantile=quantile,
        numerator="elapsed days from received to available",
        denominator="completed requests received in the period",
        where=_DONE,
        value=_ELAPSED,
        per=DAY,
        excluded=_STILL_OPEN,
        better=Better.LOWER,
        caveat="Counts completed requests only; the curve on the overview keeps the open ones.",
        theme="Turnaround",
        owner="HIM",
        needs=("received", "available"),
    )


def _censored(
    key: str, label: str, question: str, quantile: float, target: float | None = None
) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="Leaving out what is still open would flatter a slow month.",
        unit="days",
        kind=Kind.SURVIVAL,
        quantile=quantile,
        numerator="elapsed days from received to available, by Kaplan-Meier",
        denominator="requests received in the period, the open ones censored at the as-of time",
        where=(
            "received IS NOT NULL AND "
            "(available >= received OR (available IS NULL AND outcome IS NULL))"
        ),
        counts="available IS NOT NULL",
        sides=("Released", "Still open"),
        value="coalesce(available, $as_of) - received",
        per=DAY,
        excluded={
            "completed before it was received": "available < received",
            "ended without release": "available IS NULL AND outcome IS NOT NULL",
            NO_RECEIPT: "received IS NULL AND (available IS NOT NULL OR outcome IS NULL)",
        },
        better=Better.LOWER,
        target=target,
        caveat="Ending without release is taken to say nothing of how long release would take.",
        theme="Turnaround",
        owner="HIM",
        needs=("received", "available"),
    )


_DAYS_ARE = (
    "A business day here is 24 hours on a business day of the facility. Its holidays and what stops "
    "the clock are policy settings."
)
_SO_FAR = "CASE WHEN $as_of < contract_off THEN $as_of ELSE contract_off END - contract_from"
_NO_TIME = "contract_seconds IS NULL AND contract_from IS NULL"
_STOPPED = Metric(
    key="contract_turnaround_median",
    label="Median contract turnaround, clock stopped",
    question="How many business days did release take once a request was complete?",
    why_it_matters="This is the clock that the release contract runs on.",
    unit="business days",
    kind=Kind.QUANTILE,
    numerator="business days from complete to stop, without requester-caused holds",
    denominator="requests whose contract clock stopped",
    where="contract_seconds IS NOT NULL",
    value="contract_seconds",
    per=DAY,
    excluded={"contract clock not stopped": "contract_seconds IS NULL"},
    better=Better.LOWER,
    caveat=f"{_DAYS_ARE} Counts stopped clocks only: what is still open is not in it.",
    theme="Turnaround",
    owner="HIM",
    needs=("contract_seconds",),
)


def _running(key: str, label: str, question: str, quantile: float) -> Metric:
    return replace(
        _STOPPED,
        key=key,
        label=label,
        question=question,
        kind=Kind.SURVIVAL,
        quantile=quantile,
        numerator=f"{_STOPPED.numerator}, by Kaplan-Meier",
        denominator="complete requests, those whose clock runs censored at the as-of time",
        where="contract_seconds IS NOT NULL OR contract_from IS NOT NULL",
        counts="contract_seconds IS NOT NULL",
        sides=("Stopped", "Still running"),
        value=f"coalesce(contract_seconds, {_SO_FAR})",
        excluded={
            "open and not complete": f"{_NO_TIME} AND outcome IS NULL",
            "ended with no time on the contract clock": f"{_NO_TIME} AND outcome IS NOT NULL",
        },
        caveat=(
            f"{_DAYS_ARE} A clock that runs has waited the business time so far, without the "
            "requester's holds; one that ended without a stop is left out."
        ),
    )


METRICS: tuple[Metric, ...] = (
    _elapsed(
        "turnaround_mean",
        "Mean turnaround, completed only",
        Kind.MEAN,
        "How long does release take?",
    ),
    _elapsed(
        "turnaround_median",
        "Median turnaround, completed only",
        Kind.QUANTILE,
        "Half are out after how long?",
    ),
    _elapsed(
        "turnaround_p90",
        "90th percentile of turnaround, completed only",
        Kind.QUANTILE,
        "Nine in ten are out after how long?",
        0.9,
    ),
    _elapsed(
        "turnaround_p95",
        "95th percentile of turnaround, completed only",
        Kind.QUANTILE,
        "Nineteen in twenty are out after how long?",
        0.95,
    ),
    _censored(
        "turnaround_censored_median",
        "Median turnaround",
        "Half are out after how long, counting those still open?",
        0.5,
        target=3.0,
    ),
    _censored(
        "turnaround_censored_p90",
        "90th percentile of turnaround",
        "Nine in ten are out after how long, counting those still open?",
        0.9,
    ),
    _censored(
        "turnaround_censored_p95",
        "95th percentile of turnaround",
        "Nineteen in twenty are out after how long, counting those still open?",
        0.95,
    ),
    _STOPPED,
    _running(
        "contract_turnaround_censored_median",
        "Median contract turnaround",
        "How many business days does release take once a request is complete, counting those open?",
        0.5,
    ),
    _running(
        "contract_turnaround_censored_p90",
        "90th percentile of contract turnaround",
        "Nine in ten are out after how many business days, counting those open?",
        0.9,
    ),
    _running(
        "contract_turnaround_censored_p95",
        "95th percentile of contract turnaround",
        "Nineteen in twenty are out after how many business days, counting those open?",
        0.95,
    ),
)
