"""What is waiting."""

from analytics.metrics.band import BAND
from analytics.metrics.definition import DAY, Better, Kind, Metric

_OPEN = "outcome IS NULL AND received IS NOT NULL"
_NO_END = {"ended at an unknown moment, by receipt": "turn = 0"}
_AGE = "$as_of - received"


def _age(key: str, label: str, kind: Kind, question: str) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="Turnaround looks only at what is done; age looks at what is not.",
        unit="days",
        kind=kind,
        quantile=0.9,
        numerator="elapsed days from received to the as-of time",
        denominator="open requests",
        where=_OPEN,
        is_of_now=True,
        value=_AGE,
        per=DAY,
        better=Better.LOWER,
        theme="Backlog",
        needs=("received",),
    )


METRICS: tuple[Metric, ...] = (
    Metric(
        key="requests_received",
        label="Requests received",
        question="How many requests came in?",
        why_it_matters="Every share needs its volume.",
        unit="requests",
        kind=Kind.COUNT,
        numerator="requests received in the period",
        denominator="none",
        where="received IS NOT NULL",
        theme="Backlog",
        needs=("received",),
    ),
    Metric(
        key="requests_closed",
        label="Requests closed",
        question="How many requests ended?",
        why_it_matters="What comes in has to go out, or it piles up.",
        unit="requests",
        kind=Kind.COUNT,
        table="turns",
        numerator="requests that ended in the period, whenever they were received",
        denominator="none",
        where="turn = -1",
        excluded=_NO_END,
        caveat="Delivered or ended otherwise; a request that failed again is open again.",
        theme="Backlog",
        needs=("received", "available"),
    ),
    Metric(
        key="net_flow",
        label="Net flow",
        question="Does more come in than goes out?",
        why_it_matters="A backlog that grows by a few a week is a year's work in a year.",
        unit="requests",
        kind=Kind.NET,
        table="turns",
        numerator="requests received in the period, less those that ended in it",
        denominator="none",
        where="turn <> 0",
        counts="turn = -1",
        sides=("Closed", "Received"),
        excluded=_NO_END,
        better=Better.LOWER,
        caveat="More than zero: the backlog grew. Few of them may be the same requests.",
        theme="Backlog",
        needs=("received", "available"),
    ),
    Metric(
        key="open_requests",
        label="Open requests",
        question="How many requests are open?",
        why_it_matters="It is the work that waits.",
        unit="requests",
        kind=Kind.COUNT,
        numerator="requests neither delivered nor ended otherwise",
        denominator="none",
        where=_OPEN,
        is_of_now=True,
        better=Better.LOWER,
        theme="Backlog",
        needs=("received",),
    ),
    Metric(
        key="at_risk_requests",
        label="At-risk requests",
        question="How many open requests will be late soon?",
        why_it_matters="These can still be saved today.",
        unit="requests",
        kind=Kind.COUNT,
        numerator=(
            "open requests, not late, with 2 business days or a quarter of the time left, or less "
            "time than four in five requests in this state still needed"
        ),
        denominator="none",
        where=f"{_OPEN} AND {BAND} = 'at_risk'",
        is_of_now=True,
        excluded={
            "late": f"{_OPEN} AND {BAND} IN ('late', 'very_late')",
            "on hold": f"{_OPEN} AND {BAND} = 'held'",
        },
        better=Better.LOWER,
        theme="Backlog",
        needs=("band",),
    ),
    Metric(
        key="late_requests",
        label="Late requests",
        question="How many open requests are past their due date?",
        why_it_matters="Each of these broke a promise already.",
        unit="requests",
        kind=Kind.COUNT,
        numerator="open requests past the end of their earliest due date",
        denominator="none",
        where=f"{_OPEN} AND {BAND} IN ('late', 'very_late')",
        is_of_now=True,
        better=Better.LOWER,
        theme="Backlog",
        needs=("band",),
    ),
    Metric(
        key="held_requests",
        label="Requests on hold",
        question="How many open requests wait for their requesters?",
        why_it_matters="The contract clock stands still for them, and so does the requester.",
        unit="requests",
        kind=Kind.COUNT,
        numerator="open requests, not late, on a hold that the requester causes",
        denominator="none",
        where=f"{_OPEN} AND {BAND} = 'held'",
        is_of_now=True,
        better=Better.LOWER,
        theme="Backlog",
        needs=("band",),
    ),
    _age("open_age_mean", "Mean age of open requests", Kind.MEAN, "How old is what waits?"),
    _age(
        "open_age_p90", "90th percentile of open age", Kind.QUANTILE, "How old is the oldest tenth?"
    ),
)
