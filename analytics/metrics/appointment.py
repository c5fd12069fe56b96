"""Whether outside images are there before they are needed, and how long before."""

from analytics.metrics.definition import DAY, Better, Kind, Metric
from analytics.metrics.sla import ANSWERED, LEFT, certain, gone_before

_INBOUND = "direction = 'inbound'"
_NEEDED = f"{_INBOUND} AND need_by IS NOT NULL"
_ANSWERED, _GONE = certain(f"outcome IN {ANSWERED}"), gone_before("need_by")
_EXPECTED = f"{_NEEDED} AND NOT {_ANSWERED} AND NOT {_GONE}"
_NO_DAY = {"no day named by which they were needed": f"{_INBOUND} AND need_by IS NULL"}
_A_DAY = "A day of need is counted to its end: who needs images at nine may have them too late."

METRICS: tuple[Metric, ...] = (
    Metric(
        key="appointment_margin_median",
        label="Median margin to the appointment",
        question="How long before they are needed are half of the outside images there?",
        why_it_matters="What comes the evening before cannot be mended, nor read in peace.",
        unit="days",
        kind=Kind.QUANTILE,
        numerator="elapsed days from when the images can be viewed here to the end of the day of need",
        denominator="requests for outside images that are there, with a day of need",
        where=f"{_NEEDED} AND available IS NOT NULL",
        among=_INBOUND,
        value="need_by - available",
        per=DAY,
        excluded={**_NO_DAY, "not there": f"{_NEEDED} AND available IS NULL"},
        better=Better.HIGHER,
        caveat=f"Less than zero: too late. {_A_DAY}",
        theme="Usability",
        owner="Radiology",
        needs=("available", "need_by"),
    ),
    Metric(
        key="before_appointment_share",
        label="There before the appointment",
        question="How often are outside images there by the day they are needed?",
        why_it_matters="Images that come too late are taken again, or decided without.",
        unit="%",
        kind=Kind.SHARE,
        numerator="those that can be viewed here by the end of the day of need (U7)",
        denominator="requests for outside images whose day of need is over, or that are there",
        among=_INBOUND,
        where=f"{_EXPECTED} AND (need_by <= $as_of OR available IS NOT NULL)",
        counts="available IS NOT NULL AND available < need_by",
        sides=("In time", "Too late, or not there"),
        excluded={
            **_NO_DAY,
            "not needed yet": f"{_EXPECTED} AND need_by > $as_of AND available IS NULL",
            "denied or not found": f"{_NEEDED} AND {_ANSWERED}",
            LEFT: f"{_NEEDED} AND {_GONE} AND NOT {_ANSWERED}",
        },
        better=Better.HIGHER,
        caveat=_A_DAY,
        theme="Usability",
        owner="Radiology",
        needs=("available", "need_by"),
    ),
)
