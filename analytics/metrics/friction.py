"""What patients go through to get their images: each trouble by itself, never one index."""

from analytics.metrics.definition import Better, Kind, Metric
from analytics.metrics.usability import first_view
from analytics.mirror.faults import befell
from requests_app.failure_codes import PAUSING, FailureCode

_ASKED = "direction = 'outbound' AND requester_type IN ('patient', 'representative')"
_COUNTS = "outcome IS NOT NULL AND outcome NOT IN ('duplicate', 'not_our_patient')"
ENDED = f"{_ASKED} AND {_COUNTS}"
_LEFT_OUT = {
    "open": f"{_ASKED} AND outcome IS NULL",
    "duplicate or not our patient": f"{_ASKED} AND outcome IN ('duplicate', 'not_our_patient')",
}
_PAPERS = (
    *(FailureCode.IN01, FailureCode.IN02, FailureCode.AU01, FailureCode.AU02, FailureCode.AU04),
    FailureCode.RV04,
)
_ELECTRONIC = "wanted IS NOT NULL AND wanted IN ('link', 'push')"
_PATIENTS = "requests of patients and their representatives that ended"

COMPONENTS: dict[str, str] = {
    "contacts": f"(contacts > 0 OR {befell(*PAUSING)})",
    "in_person": "(intake IS NOT NULL AND intake = 'walk_in')",
    "paper": f"(intake IS NOT NULL AND intake IN ('fax', 'mail') OR {befell(*_PAPERS)})",
    "fee": f"(coalesce(is_charged, FALSE) OR {befell(FailureCode.RV03)})",
    "equipment": befell(FailureCode.US01, FailureCode.US02),
    "opening": befell(FailureCode.TR03, FailureCode.TR04, FailureCode.TR05),
    "abandoned": f"(outcome IS NOT NULL AND outcome = 'withdrawn' OR {befell(FailureCode.FU04)})",
    "again": befell(FailureCode.FU02),
    "disc_instead": f"({_ELECTRONIC} AND physical_deliveries > 0)",
    "complaint": befell(FailureCode.FU03),
}
"""What each trouble is, as a predicate over `cases` that is never null."""


def _component(
    name: str,
    label: str,
    question: str,
    numerator: str,
    *,
    needs: tuple[str, ...] = (),
    noted: tuple[FailureCode, ...] = (),
    caveat: str = "A floor: only what was noted.",
) -> Metric:
    return Metric(
        key=f"friction_{name}",
        label=label,
        question=question,
        why_it_matters="Each trouble keeps somebody from images that are theirs.",
        unit="%",
        kind=Kind.SHARE,
        numerator=numerator,
        denominator=_PATIENTS,
        where=ENDED,
        among=_ASKED,
        counts=COMPONENTS[name],
        sides=("With this trouble", "Without it"),
        excluded=_LEFT_OUT,
        better=Better.LOWER,
        caveat=caveat,
        theme="Patient access",
        owner="HIM",
        needs=(*needs, "asker"),
        noted=noted,
    )


def _first_view(key: str, label: str, question: str, quantile: float) -> Metric:
    return first_view(
        key,
        label,
        question,
        quantile,
        asked=_ASKED,
        of="requests of patients and their representatives",
        theme="Patient access",
        needs=("asker",),
    )


METRICS: tuple[Metric, ...] = (
    _component(
        "contacts",
        "Had to be contacted",
        "How many patients were called, written to or asked back?",
        "those with a call, a fax or a reminder, or a wait for the requester",
        needs=("touch", "codes"),
        caveat="A call may have been to somebody else than the patient.",
    ),
    _component(
        "in_person",
        "Came in person",
        "How many patients had to come to ask?",
        "those that were asked for at the counter",
        needs=("intake",),
        caveat="A floor: nobody notes whether a disc was fetched or mailed.",
    ),
    _component(
        "paper",
        "Paper or fax",
        "How many patients needed paper or a fax?",
        "those that came by fax or mail, or waited for a form, a paper or an authorization",
        needs=("intake", "codes"),
        caveat="A notary is not noted apart from other papers.",
    ),
    _component(
        "fee",
        "Charged a fee",
        "How many patients had to pay?",
        "those with a fee, or a wait for one",
        needs=("fee", "codes"),
        caveat="Whether a fee was charged; not how much.",
    ),
    _component(
        "equipment",
        "Special hardware or program",
        "How many patients lacked a drive or a viewer?",
        "those that told of media that they could not read, or of a viewer that was blocked",
        needs=("codes",),
    ),
    _component(
        "opening",
        "Could not open the link",
        "How many patients failed to open what was sent?",
        "those with a link that expired unopened, a failed sign-in or a timeout",
        needs=("codes",),
    ),
    _component(
        "abandoned",
        "Abandoned",
        "How many patients gave up?",
        "those withdrawn, or noted as abandoned",
        needs=("codes",),
        caveat="A withdrawal may have other reasons than trouble.",
    ),
    _component(
        "again",
        "Asked again",
        "How many patients had to ask again?",
        "those noted as a request for the same images again (FU02)",
        needs=("codes",),
        noted=(FailureCode.FU02,),
        caveat="A floor: the log holds no patient, so that nobody can count who came back in 90 days.",
    ),
    _component(
        "disc_instead",
        "Wanted a link, got a disc",
        "How many patients wanted their images electronically and got a disc?",
        "those wanted by link or network and delivered on physical media at least once",
        needs=("wanted", "channel", "medium"),
        caveat="The wish is as it was typed in, where a link is proposed.",
    ),
    _component(
        "complaint",
        "Complained",
        "How many patients complained?",
        "those with a complaint noted (FU03)",
        needs=("codes",),
        noted=(FailureCode.FU03,),
    ),
    _first_view(
        "patient_first_view_median",
        "Median days to a patient's first view",
        "Half of the patients open their link after how long?",
        0.5,
    ),
    _first_view(
        "patient_first_view_p90",
        "90th percentile of days to a patient's first view",
        "Nine in ten patients open their link after how long?",
        0.9,
    ),
    Metric(
        key="frictionless_share",
        label="Frictionless",
        question="How many patients got their images without any of these troubles?",
        why_it_matters="It is what a patient may expect, and the rest say where it fails.",
        unit="%",
        kind=Kind.SHARE,
        numerator="those delivered without any of the ten troubles above",
        denominator=_PATIENTS,
        where=ENDED,
        among=_ASKED,
        counts=" AND ".join(
            ("available IS NOT NULL", *(f"NOT {one}" for one in COMPONENTS.values()))
        ),
        sides=("Without any trouble", "With at least one"),
        excluded=_LEFT_OUT,
        better=Better.HIGHER,
        caveat="A ceiling: troubles that nobody noted are not known.",
        theme="Patient access",
        owner="HIM",
        needs=("intake", "fee", "wanted", "channel", "medium", "touch")
        + ("codes", "available", "asker"),
    ),
)
