"""Of what arrives: what was wrong with it, and how long until it works; of what leaves: who looks."""

from analytics.metrics.definition import DAY, HOUR, Better, Kind, Metric
from analytics.metrics.quality import TESTED, UNTESTED
from analytics.mirror.faults import befell
from requests_app.failure_codes import FailureCode

TECHNICAL = (
    *(FailureCode.US01, FailureCode.US02, FailureCode.US03, FailureCode.US04, FailureCode.US05),
    *(FailureCode.US06, FailureCode.US07, FailureCode.US10),
)
"""Failures of the checks U1 to U5: the files cannot be opened, read, matched or imported."""
CLINICAL = (FailureCode.US08, FailureCode.US09)
"""Failures of the checks U6 and U7: the report is missing, or it all came too late."""
_AT_FAULT = f"({befell(*TECHNICAL, *CLINICAL)})"
_UNNAMED = f"usable <> 'immediate' AND NOT {_AT_FAULT}"
_ARRIVED = "direction = 'inbound' AND arrived IS NOT NULL"
_WAITS = f"{_ARRIVED} AND usable_since IS NULL"
_LINKED = "direction = 'outbound' AND available IS NOT NULL AND medium = 'link'"


def _graded(key: str, label: str, question: str, counts: str, numerator: str) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="What has to be mended or asked for again is paid for twice.",
        unit="%",
        kind=Kind.SHARE,
        numerator=numerator,
        denominator="requests with outside images that arrived and were tested",
        where=TESTED,
        counts=counts,
        sides=("So", "Not so"),
        excluded=UNTESTED,
        better=Better.LOWER,
        caveat="Counted by request, not by study.",
        theme="Usability",
        needs=("usable",),
    )


def _without(
    key: str, label: str, question: str, codes: tuple[FailureCode, ...], numerator: str
) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="Files that do not open and images that come too late need other cures.",
        unit="%",
        kind=Kind.SHARE,
        numerator=numerator,
        denominator="requests with outside images that arrived and were tested",
        where=TESTED,
        counts=f"NOT ({befell(*codes)}) AND NOT ({_UNNAMED})",
        sides=("Without such a failure", "With one"),
        unknown=_UNNAMED,
        excluded=UNTESTED,
        better=Better.HIGHER,
        caveat="Images that were not usable for no named reason widen the range.",
        theme="Usability",
        needs=("usable", "codes"),
    )


def _until_usable(key: str, label: str, question: str, quantile: float) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="Images that are here and do not open help nobody yet.",
        unit="hours",
        kind=Kind.QUANTILE,
        quantile=quantile,
        numerator="elapsed hours from the first arrival to the first finding that they are usable",
        denominator="requests with outside images that were found usable",
        where="direction = 'inbound' AND usable_since >= arrived",
        value="usable_since - arrived",
        per=HOUR,
        excluded={
            "untested": f"{_WAITS} AND (usable IS NULL OR usable = 'untested')",
            "not usable yet": f"{_WAITS} AND usable <> 'untested'",
            "found usable before they arrived": f"{_ARRIVED} AND usable_since < arrived",
        },
        better=Better.LOWER,
        caveat="What never became usable has no time; it is left out, and counted.",
        theme="Usability",
        needs=("usable_since",),
    )


def _first_view(key: str, label: str, question: str, quantile: float) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="A link that nobody opens has not delivered anything yet.",
        unit="days",
        kind=Kind.SURVIVAL,
        quantile=quantile,
        numerator="elapsed days from available to first opened, by Kaplan-Meier",
        denominator="outbound requests released by a link, the unopened censored at the as-of time",
        where=f"{_LINKED} AND (first_opened IS NULL OR first_opened >= available)",
        counts="first_opened IS NOT NULL",
        sides=("Opened", "Not yet"),
        value="coalesce(first_opened, $as_of) - available",
        per=DAY,
        excluded={
            "not by a link, so that nobody tells": (
                "direction = 'outbound' AND available IS NOT NULL "
                "AND (medium IS NULL OR medium <> 'link')"
            ),
            "opened before its last delivery": f"{_LINKED} AND first_opened < available",
        },
        better=Better.LOWER,
        caveat="A link that has ended can be opened no more, and still counts as waiting.",
        theme="Usability",
        needs=("available", "first_opened", "channel", "medium"),
    )


METRICS: tuple[Metric, ...] = (
    _graded(
        "usable_after_rework",
        "Usable after rework",
        "How much of what arrives must be mended or sent again before it works?",
        "usable = 'after_rework'",
        "those that failed a check and passed later",
    ),
    _graded(
        "not_usable",
        "Not usable",
        "How much of what arrives never works?",
        "usable = 'not_usable'",
        "those that failed a check and did not pass later",
    ),
    _without(
        "technically_usable",
        "Without a technical failure",
        "How much of what arrives opens, is whole, and is of the right patient?",
        TECHNICAL,
        "those without a failure of the checks U1 to U5",
    ),
    _without(
        "clinically_usable",
        "Without a clinical failure",
        "How much of what arrives comes with its report, and in time?",
        CLINICAL,
        "those without a failure of the checks U6 and U7",
    ),
    _until_usable(
        "time_to_usable_median", "Median time to usable", "Half are usable after how long?", 0.5
    ),
    _until_usable(
        "time_to_usable_p90",
        "90th percentile of time to usable",
        "Nine in ten are usable after how long?",
        0.9,
    ),
    _first_view(
        "first_view_median", "Median time to first view", "Half are opened after how long?", 0.5
    ),
    _first_view(
        "first_view_p90",
        "90th percentile of time to first view",
        "Nine in ten are opened after how long?",
        0.9,
    ),
)
