"""What the images ride on."""

from analytics.metrics.definition import Better, Kind, Metric
from requests_app.vocabulary import Channel, Medium

DELIVERED_OUT = "activity = 'available' AND direction = 'outbound'"
ARRIVED = "activity = 'images_received' AND direction = 'inbound'"
UNKNOWN = "(medium IS NULL OR medium = 'unknown')"
NOTHING_KNOWN = (
    "it is known of no delivery how it went: that is blank, or stands in words that were not read"
)
"""Why discs cannot be counted where every delivery has an unknown channel: a log may say some ways
that we know, too few to read its words by. Which words these are stays with the import."""
UNKNOWN_ARE = ("unknown channel", "unknown channels")
PAPER = Channel.PHYSICAL_PAPER
"""Something to hold that is no medium of images: a print is a delivery by another way."""
_PHYSICAL = f"medium = '{Medium.PHYSICAL}' AND coalesce(channel, '') <> '{PAPER}'"
_REQUESTS = "direction = 'outbound' AND ways > 0"


def _physical(key: str, label: str, question: str, where: str, of: str, way: str) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="A disc is slow, can be lost, and often does not open where it arrives.",
        unit="%",
        kind=Kind.SHARE,
        table="steps",
        numerator="those on CD, DVD, Blu-ray, USB or film",
        denominator=of,
        where=where,
        among=where,
        counts=_PHYSICAL,
        sides=("On physical media", "By link, network or on paper"),
        unknown=UNKNOWN,
        unknown_are=UNKNOWN_ARE,
        better=Better.LOWER,
        target=10.0,
        caveat="An unknown channel widens the range; it is never dropped.",
        theme="Media",
        owner="HIM",
        needs=("channel", "medium", way),
    )


def _by_request(key: str, label: str, question: str, counts: str, unknown: str) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="One request may leave twice; who asked remembers the disc.",
        unit="%",
        kind=Kind.SHARE,
        numerator="those of which so many deliveries were on CD, DVD, Blu-ray, USB or film",
        denominator="outbound requests with at least one successful delivery",
        where=_REQUESTS,
        among="direction = 'outbound'",
        counts=counts,
        sides=("On physical media", "Not so"),
        unknown=unknown,
        unknown_are=("request of unknown channel", "requests of unknown channel"),
        excluded={"not delivered": "direction = 'outbound' AND ways = 0"},
        better=Better.LOWER,
        caveat="A delivery by an unknown channel widens the range where it could decide.",
        theme="Media",
        owner="HIM",
        needs=("available", "channel", "medium", "outbound"),
    )


def _by_study(
    key: str, label: str, question: str, moved: str, of: str, excluded: dict[str, str]
) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="A disc may hold one study or ten; each of them is one that had to be carried.",
        unit="%",
        kind=Kind.SHARE,
        table="steps",
        numerator="those on CD, DVD, Blu-ray, USB or film",
        denominator=of,
        where=f"{moved} AND studies > 0",
        among=moved,
        weight="studies",
        counts=_PHYSICAL,
        sides=("On physical media", "By link, network or on paper"),
        unknown=UNKNOWN,
        unknown_are=("study of unknown channel", "studies of unknown channel"),
        excluded=excluded,
        better=Better.LOWER,
        caveat=(
            "Studies are known where the images passed through here, or a log counts them. Those "
            "of one delivery travel together, so that an interval is narrower than it should be. "
            "What is left out is counted in deliveries or arrivals: of how many studies is not known."
        ),
        theme="Media",
        owner="HIM",
        needs=("channel", "medium", "studies", "inbound" if moved == ARRIVED else "outbound"),
    )


METRICS: tuple[Metric, ...] = (
    _physical(
        "physical_media_share_out",
        "Sent on disc",
        "How often do images still leave on a disc?",
        DELIVERED_OUT,
        "successful outbound deliveries",
        "outbound",
    ),
    _physical(
        "physical_media_share_in",
        "Received on disc",
        "How often do outside images still arrive on a disc?",
        ARRIVED,
        "arrivals of outside images",
        "inbound",
    ),
    _by_request(
        "physical_media_requests_any",
        "Requests with any disc",
        "How many requests were answered on a disc at least once?",
        "physical_deliveries > 0",
        "physical_deliveries = 0 AND unknown_deliveries > 0",
    ),
    _by_request(
        "physical_media_requests_only",
        "Requests on discs only",
        "How many requests were answered on discs alone?",
        "physical_deliveries > 0 AND physical_deliveries = ways",
        "unknown_deliveries > 0 AND physical_deliveries + unknown_deliveries = ways",
    ),
    _by_study(
        "physical_media_studies_out",
        "Studies sent on disc",
        "How many of the studies that leave ride on a disc?",
        DELIVERED_OUT,
        "studies in successful outbound deliveries",
        {
            "sent without a count of studies": f"{DELIVERED_OUT} AND studies IS NULL",
            "sent without a study": f"{DELIVERED_OUT} AND studies <= 0",
        },
    ),
    _by_study(
        "physical_media_studies_in",
        "Studies received on disc",
        "How many outside studies first arrive on a disc?",
        ARRIVED,
        "outside studies received, each at its first arrival",
        {
            "came without a count of studies": f"{ARRIVED} AND studies IS NULL",
            "came without a new study": f"{ARRIVED} AND studies <= 0",
        },
    ),
    Metric(
        key="deliveries_by_channel",
        label="Deliveries by channel",
        question="Which ways are used, out and in?",
        why_it_matters="Each one-off channel is work that does not scale.",
        unit="deliveries",
        kind=Kind.GROUPS,
        table="steps",
        numerator="successful deliveries by the channel",
        denominator="successful deliveries, and outside images that became available",
        where="activity = 'available'",
        among="activity = 'available'",
        group="coalesce(channel, 'unknown')",
        caveat="Counted by delivery: one request may go several ways. An unknown channel is a group of its own.",
        theme="Media",
        owner="HIM",
        needs=("channel",),
    ),
)
