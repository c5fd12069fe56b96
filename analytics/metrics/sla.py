"""Whether requests are released in time."""

from analytics.metrics.definition import Better, Kind, Metric

ANSWERED = ("denied", "not_found")
"""Outcomes that no contract clock counts; on the legal one they are answers."""
GONE = ("withdrawn", "duplicate", "not_our_patient", "ended_undated")
"""Outcomes that no clock counts where they came before it was due, or nobody knows when."""
_ANSWERED, _GONE = f"outcome IN {ANSWERED}", f"outcome IN {GONE}"
_NEVER = "9223372036854775807"
_STOP = f"coalesce(contract_stop, {_NEVER})"
_LEGAL_STOP = f"coalesce(available, CASE WHEN {_ANSWERED} THEN ended END, {_NEVER})"


def certain(predicate: str) -> str:
    """Return a predicate that is never null."""
    return f"coalesce({predicate}, FALSE)"


def gone_before(due: str) -> str:
    """Return whether a request was withdrawn, or was none of ours, before it was due."""
    # An end that nobody dated is no evidence of a broken promise.
    return certain(f"{_GONE} AND ({due} IS NULL OR ended IS NULL OR ended < {due})")


_CONTRACT_GONE, _LEGAL_GONE = gone_before("contract_due"), gone_before("legal_due")
LEFT = "withdrawn, duplicate or not our patient, before it was due or at an unknown time"
_NONE = "no such rule in force where it was received, or its clock has not begun"
_MAMMOGRAPHY = certain("modality = 'MG'")
_CONTRACT_RUNS = f"NOT {certain(_ANSWERED)} AND NOT {_CONTRACT_GONE}"


def _by_rules(
    kind: str, label: str, question: str, why: str, bound: str, caveat: str, *, among: str = ""
) -> Metric:
    """Declare what was met of the clocks of a kind (`sla.rules.KINDS`), among some requests."""
    due, gone = f"{kind}_due", gone_before(f"{kind}_due")
    ours = f"{among} AND " if among else ""
    stop = f"coalesce({kind}_stop, CASE WHEN {_ANSWERED} THEN ended END, {_NEVER})"
    others = {"of other exams, which the rule does not bind": f"NOT {among}"} if among else {}
    return Metric(
        key=f"{kind}_sla_compliance",
        label=label,
        question=question,
        why_it_matters=why,
        unit="%",
        kind=Kind.SHARE,
        numerator="matured requests released, denied or told not found by the end of the due date",
        denominator=f"matured requests of {bound}",
        where=f"{ours}{due} IS NOT NULL AND NOT {gone} AND ({due} <= $as_of OR {stop} <= $as_of)",
        counts=f"{stop} < {due}",
        sides=("Met", "Missed"),
        excluded={
            "not due yet": f"{ours}{due} > $as_of AND {stop} > $as_of AND NOT {gone}",
            _NONE: f"{ours}{due} IS NULL",
            LEFT: f"{ours}{due} IS NOT NULL AND {gone}",
            **others,
        },
        better=Better.HIGHER,
        target=100.0,
        caveat=f"Not legal advice. {caveat}",
        theme="SLA",
        owner="HIM",
        needs=("rules",),
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
            "denied or not found": certain(_ANSWERED),
            LEFT: f"{_CONTRACT_GONE} AND NOT {certain(_ANSWERED)}",
        },
        better=Better.HIGHER,
        target=95.0,
        caveat="Pauses only while waiting on the requester. Day 0 and stop are policy settings.",
        theme="SLA",
        owner="HIM",
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
            LEFT: _LEGAL_GONE,
        },
        better=Better.HIGHER,
        target=100.0,
        caveat="Not legal advice. A timely denial, or the answer that nothing is here, meets it.",
        theme="SLA",
        owner="HIM",
        needs=("legal_due",),
    ),
    _by_rules(
        "state",
        "State rules on time",
        "How many requests were answered within the time that a state allows?",
        "Where a state allows less than the federal thirty days, its rule binds.",
        "facilities with a rule of their state in force",
        "The earliest of a state's rules; they bind what the patient, or who acts for them, asks for.",
    ),
    _by_rules(
        "mammography",
        "Mammograms on time",
        "How many mammograms were sent on within their own time?",
        "21 CFR 900.12(c)(4): without the films before, patients are recalled for nothing.",
        "mammography where its rule is in force",
        "Mammography is what the request calls MG; one without a modality is left out.",
        among=_MAMMOGRAPHY,
    ),
    _by_rules(
        "notice",
        "Notices on time",
        "How many requests had their images, or a written reason, within the notice's time?",
        "45 CFR 171.204(b): silence may be information blocking.",
        "facilities with the rule of infeasibility notices in force",
        "A denial or the answer that nothing is here counts as the reason; images end the wait.",
    ),
)
