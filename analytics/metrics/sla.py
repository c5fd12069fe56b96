"""Whether requests are released in time."""

from analytics.metrics.definition import Better, Kind, Metric

_OUT = "outcome IN ('withdrawn', 'duplicate', 'not_found')"
_STOP = "coalesce(contract_stop, 9223372036854775807)"
_LEGAL_STOP = (
    "coalesce(available, CASE WHEN outcome = 'denied' THEN ended END, 9223372036854775807)"
)

METRICS: tuple[Metric, ...] = (
    Metric(
        key="sla_compliance",
        label="Contract SLA met",
        question="How many requests were released within the contract's time?",
        why_it_matters="It is the promise made to requesters, and the contract is measured by it.",
        unit="%",
        kind=Kind.SHARE,
        numerator="matured requests whose clock stopped by the end of the due date",
        denominator="matured requests: due by the as-of date, or released before",
        where=(
            f"contract_due IS NOT NULL AND NOT coalesce({_OUT} OR outcome = 'denied', FALSE) "
            "AND (contract_due <= $as_of OR contract_stop IS NOT NULL)"
        ),
        counts=f"{_STOP} < contract_due",
        sides=("Met", "Missed"),
        excluded={
            "not due yet": (
                f"contract_due > $as_of AND contract_stop IS NULL AND NOT coalesce({_OUT} "
                "OR outcome = 'denied', FALSE)"
            ),
            "never complete": f"contract_due IS NULL AND NOT coalesce({_OUT} OR outcome = 'denied', FALSE)",
            "denied": "outcome = 'denied'",
            "withdrawn, duplicate or not our patient": _OUT,
        },
        better=Better.HIGHER,
        target=95.0,
        caveat="Pauses only while waiting on the requester. Day 0 and stop are policy settings.",
        theme="SLA",
        needs=("contract_due",),
    ),
    Metric(
        key="legal_sla_compliance",
        label="Patient access on time",
        question="How many patient-access requests were answered within the legal time?",
        why_it_matters="45 CFR 164.524 gives 30 calendar days, extended once by 30.",
        unit="%",
        kind=Kind.SHARE,
        numerator="matured requests released or denied in writing by the end of the due date",
        denominator="matured patient-access requests",
        where=(
            f"legal_due IS NOT NULL AND NOT coalesce({_OUT}, FALSE) "
            f"AND (legal_due <= $as_of OR {_LEGAL_STOP} <= $as_of)"
        ),
        counts=f"{_LEGAL_STOP} < legal_due",
        sides=("Met", "Missed"),
        excluded={
            "not due yet": (
                f"legal_due > $as_of AND NOT {_LEGAL_STOP} <= $as_of AND NOT coalesce({_OUT}, FALSE)"
            ),
            "no legal clock": f"legal_due IS NULL AND NOT coalesce({_OUT}, FALSE)",
            "withdrawn, duplicate or not our patient": _OUT,
        },
        better=Better.HIGHER,
        target=100.0,
        caveat="Not legal advice. A timely written denial meets this clock.",
        theme="SLA",
        needs=("legal_due",),
    ),
)
