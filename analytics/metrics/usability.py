"""Of what arrives: what was wrong with it, and how long until it works; of what leaves: who looks."""

from analytics.metrics.definition import DAY, HOUR, Better, Kind, Metric
from analytics.metrics.sla import certain
from analytics.metrics.turnaround import NO_RECEIPT
from analytics.mirror.faults import befell
from requests_app.failure_codes import FailureCode

TECHNICAL = (
    *(FailureCode.US01, FailureCode.US02, FailureCode.US03, FailureCode.US04, FailureCode.US05),
    *(FailureCode.US06, FailureCode.US07, FailureCode.US10),
)
"""Failures of the checks U1 to U5: the files cannot be opened, read, matched or imported."""
CLINICAL = (FailureCode.US08, FailureCode.US09)
"""Failures of the checks U6 and U7: the report is missing, or it all came too late."""
_INBOUND = "direction = 'inbound'"
_GRADES = "('immediate', 'after_rework', 'not_usable', 'untested')"
_CAME = f"{_INBOUND} AND usable IN {_GRADES}"
_NOTHING = "nothing arrived"
_NOT_COME = {_NOTHING: f"{_INBOUND} AND (usable IS NULL OR usable NOT IN {_GRADES})"}
_UNTESTED = "usable = 'untested'"
TOO_LATE = certain("need_by <= coalesce(available, arrived)")
"""Images that came after their day of need (U7), whether or not anybody noted it."""
_AT_FAULT = f"({befell(*TECHNICAL, *CLINICAL)} OR {TOO_LATE})"
_UNSURE = f"({_UNTESTED} OR usable <> 'immediate' AND NOT {_AT_FAULT})"
_RECEIVED = "requests with outside images that arrived"
_UNTESTED_ARE = ("untested request", "untested requests")
_UNSURE_ARE = ("request of unknown fault", "requests of unknown fault")
_MIND = "Counted by request, not by study. What nobody tested widens the range."
_ARRIVED = f"{_INBOUND} AND arrived IS NOT NULL"
_WAITS = f"{_ARRIVED} AND usable_since IS NULL"
_SINCE_RECEIPT = (
    "(CASE WHEN direction = 'inbound' THEN usable_since WHEN confirmed < first_opened "
    "THEN confirmed ELSE coalesce(first_opened, confirmed) END)"
)


def _graded(key: str, label: str, question: str, counts: str, numerator: str) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="What has to be mended or asked for again is paid for twice.",
        unit="%",
        kind=Kind.SHARE,
        numerator=numerator,
        denominator=_RECEIVED,
        where=_CAME,
        among=_INBOUND,
        counts=counts,
        sides=("So", "Not so"),
        unknown=_UNTESTED,
        unknown_are=_UNTESTED_ARE,
        excluded=_NOT_COME,
        better=Better.LOWER,
        caveat=_MIND,
        theme="Usability",
        owner="Radiology",
        needs=("usable", "inbound"),
    )


def _without(key: str, label: str, question: str, faulty: str, numerator: str) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="Files that do not open and images that come too late need other cures.",
        unit="%",
        kind=Kind.SHARE,
        numerator=numerator,
        denominator=_RECEIVED,
        where=_CAME,
        among=_INBOUND,
        counts=f"NOT {faulty} AND NOT {_UNSURE}",
        sides=("Without such a failure", "With one"),
        unknown=f"NOT {faulty} AND {_UNSURE}",
        unknown_are=_UNSURE_ARE,
        excluded=_NOT_COME,
        better=Better.HIGHER,
        caveat=f"{_MIND} So do images that were not usable for no named reason.",
        theme="Usability",
        owner="Radiology",
        needs=("usable", "codes", "inbound"),
    )


def _from_receipt(key: str, label: str, question: str, quantile: float) -> Metric:
    silent = f"{_SINCE_RECEIPT} IS NULL"
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="Whoever asks for images waits until they can be looked at, not until they left.",
        unit="days",
        kind=Kind.QUANTILE,
        quantile=quantile,
        numerator=(
            "elapsed days from received to the first opening or confirmation by the recipient; of "
            "outside images to the finding that they are usable"
        ),
        denominator="requests of which somebody saw that the images work",
        where=f"received IS NOT NULL AND {_SINCE_RECEIPT} >= received",
        value=f"{_SINCE_RECEIPT} - received",
        per=DAY,
        excluded={
            "open": f"available IS NULL AND outcome IS NULL AND {silent}",
            "ended without release": f"available IS NULL AND outcome IS NOT NULL AND {silent}",
            "released, and nobody told whether it works": f"available IS NOT NULL AND {silent}",
            "usable before it was received": f"{_SINCE_RECEIPT} < received",
            NO_RECEIPT: f"received IS NULL AND {_SINCE_RECEIPT} IS NOT NULL",
        },
        better=Better.LOWER,
        caveat="Whoever got a disc seldom tells; a link tells when it is opened.",
        theme="Usability",
        owner="HIM",
        needs=("received", "available", "first_opened", "usable_since"),
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
        among=_INBOUND,
        value="usable_since - arrived",
        per=HOUR,
        excluded={
            "untested": f"{_WAITS} AND (usable IS NULL OR usable = 'untested')",
            "not usable yet": f"{_WAITS} AND usable <> 'untested'",
            "found usable before they arrived": f"{_ARRIVED} AND usable_since < arrived",
            _NOTHING: f"{_INBOUND} AND arrived IS NULL",
        },
        better=Better.LOWER,
        caveat="What never became usable has no time; it is left out, and counted.",
        theme="Usability",
        owner="Radiology",
        needs=("usable_since", "inbound"),
    )


def first_view(
    key: str,
    label: str,
    question: str,
    quantile: float,
    *,
    asked: str = "direction = 'outbound'",
    of: str = "outbound requests",
    theme: str = "Usability",
    needs: tuple[str, ...] = (),
) -> Metric:
    """Declare the time from release by a link to its first opening, of some outbound requests."""
    released = f"{asked} AND available IS NOT NULL"
    linked = f"{released} AND medium = 'link'"
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="A link that nobody opens has not delivered anything yet.",
        unit="days",
        kind=Kind.SURVIVAL,
        quantile=quantile,
        numerator="elapsed days from available to first opened, by Kaplan-Meier",
        denominator=f"{of} released by a link, the unopened censored at the as-of time",
        where=f"{linked} AND (first_opened IS NULL OR first_opened >= available)",
        among=asked,
        counts="first_opened IS NOT NULL",
        sides=("Opened", "Not yet"),
        value="coalesce(first_opened, $as_of) - available",
        per=DAY,
        excluded=_without_view(asked, released, linked),
        better=Better.LOWER,
        caveat="A link that has ended can be opened no more, and still counts as waiting.",
        theme=theme,
        owner="HIM",
        needs=("available", "first_opened", "channel", "medium", *needs),
    )


def _without_view(asked: str, released: str, linked: str) -> dict[str, str]:
    """Return whose first view nobody can time, and why."""
    return {
        "not by a link, so that nobody tells": f"{released} AND (medium IS NULL OR medium <> 'link')",
        "opened before its last delivery": f"{linked} AND first_opened < available",
        "not released": f"{asked} AND available IS NULL",
    }


METRICS: tuple[Metric, ...] = (
    Metric(
        key="immediately_usable",
        label="Usable on arrival",
        question="How much of what arrives can be used at once?",
        why_it_matters="Images that cannot be opened are asked for again, or taken again.",
        unit="%",
        kind=Kind.SHARE,
        numerator="those passing all checks (U1-U7) at the first attempt, without rework",
        denominator=_RECEIVED,
        where=_CAME,
        among=_INBOUND,
        counts=f"usable = 'immediate' AND NOT {_AT_FAULT}",
        sides=("Usable at once", "Not at once"),
        unknown=f"{_UNTESTED} AND NOT {_AT_FAULT}",
        unknown_are=_UNTESTED_ARE,
        excluded=_NOT_COME,
        better=Better.HIGHER,
        target=80.0,
        caveat=(
            f"{_MIND} What opened at once and came after its day of need, or failed a check later "
            "(US08, US09), is in none of the three grades' shares."
        ),
        theme="Usability",
        owner="Radiology",
        needs=("usable", "inbound"),
    ),
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
        f"({befell(*TECHNICAL)})",
        "those without a failure of the checks U1 to U5",
    ),
    _without(
        "clinically_usable",
        "Without a clinical failure",
        "How much of what arrives comes with its report, and in time?",
        f"({befell(*CLINICAL)} OR {TOO_LATE})",
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
    _from_receipt(
        "time_to_usable_from_receipt_median",
        "Median time from receipt to usable",
        "Half can be looked at after how long, counted from the request?",
        0.5,
    ),
    _from_receipt(
        "time_to_usable_from_receipt_p90",
        "90th percentile of time from receipt to usable",
        "Nine in ten can be looked at after how long, counted from the request?",
        0.9,
    ),
    first_view(
        "first_view_median", "Median time to first view", "Half are opened after how long?", 0.5
    ),
    first_view(
        "first_view_p90",
        "90th percentile of time to first view",
        "Nine in ten are opened after how long?",
        0.9,
    ),
)
