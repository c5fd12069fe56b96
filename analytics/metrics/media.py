"""What the images ride on."""

from analytics.metrics.definition import Better, Kind, Metric

_DELIVERED_OUT = "activity = 'available' AND direction = 'outbound'"
_ARRIVED = "activity = 'images_received' AND direction = 'inbound'"


def _physical(key: str, label: str, question: str, where: str, of: str) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="A disc is slow, can be lost, and often does not open where it arrives.",
        unit="%",
        kind=Kind.SHARE,
        table="steps",
        numerator="those on CD, DVD, Blu-ray, USB, film or paper",
        denominator=of,
        where=where,
        counts="medium = 'physical'",
        sides=("On physical media", "By link or network"),
        unknown="medium IS NULL OR medium = 'unknown'",
        better=Better.LOWER,
        target=10.0,
        caveat="An unknown channel widens the range; it is never dropped.",
        theme="Media",
        needs=("channel",),
    )


METRICS: tuple[Metric, ...] = (
    _physical(
        "physical_media_share_out",
        "Sent on disc",
        "How often do images still leave on a disc?",
        _DELIVERED_OUT,
        "successful outbound deliveries",
    ),
    _physical(
        "physical_media_share_in",
        "Received on disc",
        "How often do outside images still arrive on a disc?",
        _ARRIVED,
        "arrivals of outside images",
    ),
    Metric(
        key="deliveries_by_channel",
        label="Deliveries by channel",
        question="Which ways out are used?",
        why_it_matters="Each one-off channel is work that does not scale.",
        unit="deliveries",
        kind=Kind.GROUPS,
        table="steps",
        numerator="successful deliveries by the channel",
        denominator="successful deliveries",
        where="activity = 'available'",
        group="coalesce(channel, 'unknown')",
        theme="Media",
        needs=("channel",),
    ),
)
