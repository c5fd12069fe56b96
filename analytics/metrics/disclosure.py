"""What should not happen: releases to the wrong hands or too wide, imaging again, late logging."""

from analytics.metrics.definition import Better, Kind, Metric
from analytics.metrics.turnaround import NO_RECEIPT
from analytics.mirror.faults import befell
from requests_app.failure_codes import FailureCode

_WRONG_HANDS = (FailureCode.TR09,)
_TOO_WIDE = (FailureCode.TR10,)
_ERRORS = (*_WRONG_HANDS, *_TOO_WIDE)
_RELEASED = f"(ways > 0 OR {befell(*_ERRORS)})"


def _errors(
    key: str, label: str, question: str, codes: tuple[FailureCode, ...], numerator: str
) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="Each one is a breach to be judged, and a person whose trust is lost.",
        unit="%",
        kind=Kind.SHARE,
        numerator=numerator,
        denominator="outbound requests that were released, to whomever",
        where=f"direction = 'outbound' AND {_RELEASED}",
        among="direction = 'outbound'",
        counts=befell(*codes),
        sides=("With such an error", "Without"),
        excluded={"not released": f"direction = 'outbound' AND NOT {_RELEASED}"},
        better=Better.LOWER,
        target=0.0,
        caveat=(
            "Counted by request, not by release: what is heard of a request later names no delivery. "
            "A floor: only what somebody noticed and noted."
        ),
        theme="Disclosure",
        owner="Privacy",
        needs=("available", "codes", "outbound"),
    )


METRICS: tuple[Metric, ...] = (
    _errors(
        "disclosure_error_rate",
        "Disclosure errors",
        "How often does a release reach the wrong hands, or hold more than was asked for?",
        _ERRORS,
        "requests with a misdirected release (TR09) or an over-scoped one (TR10)",
    ),
    _errors(
        "misdirected_share",
        "Misdirected releases",
        "How often do images reach somebody whom they were not meant for?",
        _WRONG_HANDS,
        "requests with a misdirected release (TR09)",
    ),
    _errors(
        "over_scoped_share",
        "Over-scoped releases",
        "How often does more leave than was asked for?",
        _TOO_WIDE,
        "requests of which a release held more than was asked for (TR10)",
    ),
    Metric(
        key="repeat_imaging_share",
        label="Imaging again",
        question="How often is imaging done again since outside images did not serve?",
        why_it_matters="A second scan costs dose, money and days.",
        unit="%",
        kind=Kind.SHARE,
        numerator="those with repeat imaging noted (FU01)",
        denominator="requests for outside images",
        where="direction = 'inbound' AND received IS NOT NULL",
        among="direction = 'inbound'",
        excluded={NO_RECEIPT: "direction = 'inbound' AND received IS NULL"},
        counts=befell(FailureCode.FU01),
        sides=("Imaged again", "Not noted"),
        better=Better.LOWER,
        caveat="A floor: a clinic that images again seldom tells the file room.",
        theme="Usability",
        owner="Radiology",
        needs=("codes", "inbound"),
        noted=(FailureCode.FU01,),
    ),
    Metric(
        key="logged_late_share",
        label="Logged late",
        question="How many requests lie about before anybody logs them?",
        why_it_matters="The legal clock runs from receipt, whether somebody looks or not.",
        unit="%",
        kind=Kind.SHARE,
        numerator="those logged more than one business day after receipt (IN05)",
        denominator="requests of which the logging was noted",
        where="logged IS NOT NULL",
        counts=befell(FailureCode.IN05),
        sides=("Logged late", "In time"),
        excluded={"logging not noted": "logged IS NULL"},
        better=Better.LOWER,
        caveat="A sweep notes late logging, for up to 60 days after it; what it missed is in time.",
        theme="Backlog",
        owner="HIM",
        needs=("logged", "codes"),
    ),
)
