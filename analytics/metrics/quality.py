"""Whether what is delivered is right at the first try, with how much handling, and what fails."""

from analytics.metrics.definition import HOUR, Better, Kind, Metric

_DELIVERED = "available IS NOT NULL"

METRICS: tuple[Metric, ...] = (
    Metric(
        key="first_pass_yield",
        label="First-pass yield",
        question="How many deliveries work at the first try?",
        why_it_matters="Every second try costs the patient days and the staff an hour.",
        unit="%",
        kind=Kind.SHARE,
        numerator="delivered requests with no failure and no second delivery",
        denominator="delivered requests",
        where=_DELIVERED,
        # What begins as a predicate of the rework rate is known as a part of it where both are
        # published (metrics.suppression.links).
        counts="deliveries IS NOT NULL AND deliveries = 1 AND failures = 0",
        sides=("Right at the first try", "With a failure or a second delivery"),
        unknown="deliveries IS NULL AND failures = 0",
        unknown_are=(
            "request that says not how often it was sent",
            "requests that say not how often they were sent",
        ),
        excluded={"not delivered": "available IS NULL"},
        better=Better.HIGHER,
        caveat=(
            "Several ways of one delivery are one. Where a log does not say how often it was sent, "
            "and tells of no failure, the range is widened; it is never taken for right."
        ),
        theme="Quality",
        owner="HIM",
        needs=("available", "first_try"),
    ),
    Metric(
        key="manual_touches_mean",
        label="Manual touches",
        question="How often does a person handle a request?",
        why_it_matters="Touches are what a release costs.",
        unit="touches",
        kind=Kind.MEAN,
        numerator="human handling events; the same actor and step within 5 minutes is one",
        denominator="delivered requests",
        where=_DELIVERED,
        value="touches",
        excluded={"not delivered": "available IS NULL"},
        better=Better.LOWER,
        caveat="A floor: handling that nobody noted is not counted.",
        theme="Effort",
        owner="HIM",
        needs=("touch",),
    ),
    Metric(
        key="failure_hours_by_code",
        label="Hours lost by code",
        question="Which failures cost the most time?",
        why_it_matters="A rare failure that takes a week costs more than a common one of an hour.",
        unit="hours",
        kind=Kind.GROUPS,
        table="steps",
        numerator="hours from each failure with the code to its recovery",
        denominator="all hours from failure to recovery",
        where="is_failure AND lost IS NOT NULL",
        among="is_failure",
        value="lost",
        per=HOUR,
        group="reason",
        excluded={"not mended, or not said when": "is_failure AND lost IS NULL"},
        if_none="no failure here says when it was mended",
        better=Better.LOWER,
        caveat=(
            "Waits that overlap are counted under each code. In live work a hold that nobody ended "
            "is over when the images are there; of a log nobody knows."
        ),
        theme="Quality",
        owner="HIM",
        needs=("reason", "mended"),
    ),
    Metric(
        key="failures_by_code",
        label="Failures by code",
        question="Where does release fail?",
        why_it_matters="The longest bars are where an hour of work saves most.",
        unit="failures",
        kind=Kind.GROUPS,
        table="steps",
        numerator="failure events with the code",
        denominator="failure events",
        where="is_failure",
        among="is_failure",
        group="reason",
        caveat="Events, not requests: one may fail twice. What nobody noted is not counted.",
        theme="Quality",
        owner="HIM",
        needs=("reason",),
    ),
)
