"""Whether requests are released in time."""

from analytics.metrics.definition import Better, Kind, Metric

ANSWERED = ("denied", "not_found")
"""Outcomes that no contract clock counts; on the legal one they are answers."""
GONE = ("withdrawn", "duplicate", "not_our_patient")
"""Outcomes that no clock counts where they came before it was due."""
_ANSWERED, _GONE = f"outcome IN {ANSWERED}", f"outcome IN {GONE}"
_STOP = "coalesce(contract_stop, 9223372036854775807)"
_LEGAL_STOP = f"coalesce(available, CASE WHEN {_ANSWERED} THEN ended END, 9223372036854775807)"


def _is(predicate: str) -> str:
    return f"coalesce({predicate}, FALSE)"


def _gone_before(due: str) -> str:
    # An end that nobody dated is no evidence of a broken promise.
    return _is(f"{_GONE} AND ({due} IS NULL OR ended IS NULL OR ended < {due})")


_CONTRACT_GONE, _LEGAL_GONE = _gone_before("contract_due"), _gone_before("legal_due")
_LEFT = "withdrawn, duplicate or not our patient before due, or nobody knows when"
_CONTRACT_RUNS = f"NOT {_is(_ANSWERED)} AND NOT {_CONTRACT_GONE}"

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
            f"contract_due IS NOT NULL AND {_CONTRACT_RUNS} "
            "AND (contract_due <= $as_of OR contract_stop IS NOT NULL)"
        ),
        counts=f"{_STOP} < contract_due",
        sides=("Met", "Missed"),
        excluded={
            "not due yet": (
                f"contract_due > $as_of AND contract_stop IS NULL AND {_CONTRACT_RUNS}"
            ),
            "never complete": f"contract_due IS NULL AND {_CONTRACT_RUNS}",
            "denied or not found": _is(_ANSWERED),
            _LEFT: f"{_CONTRACT_GONE} AND NOT {_is(_ANSWERED)}",
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
        numerator="matured requests released, denied or told not found by the end of the due date",
        denominator="matured patient-access requests",
        where=(
            f"legal_due IS NOT NULL AND NOT {_LEGAL_GONE} "
            f"AND (legal_due <= $as_of OR {_LEGAL_STOP} <= $as_of)"
        ),
        counts=f"{_LEGAL_STOP} < legal_due",
        sides=("Met", "Missed"),
        excluded={
            "not due yet": (f"legal_due > $as_of AND {_LEGAL_STOP} > $as_of AND NOT {_LEGAL_GONE}"),
            "no legal clock": f"legal_due IS NULL AND NOT {_LEGAL_GONE}",
            _LEFT: _LEGAL_GONE,
        },
        better=Better.HIGHER,
        target=100.0,
        caveat="Not legal advice. A timely denial, or the answer that nothing is here, meets it.",
        theme="SLA",
        needs=("legal_due",),
    ),
)
