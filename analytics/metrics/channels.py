"""Ways that were made for one partner or one occasion, and how many ways there are."""

from analytics.metrics.definition import Better, Kind, Metric
from analytics.metrics.media import ARRIVED, DELIVERED_OUT, UNKNOWN, UNKNOWN_ARE
from requests_app.vocabulary import Channel

WORKAROUNDS = (
    Channel.P2P_VPN_DICOM,
    Channel.P2P_SFTP,
    Channel.P2P_EMAIL,
    Channel.P2P_PORTAL_ONEOFF,
)
_ELECTRONIC = "medium <> 'physical' AND medium <> 'unknown'"
_WORDS = ", ".join(f"'{one}'" for one in WORKAROUNDS)
_WORKAROUND = f"channel IN ({_WORDS})"
_MOVED = f"({DELIVERED_OUT} OR {ARRIVED})"
_KNOWN = "(channel IS NOT NULL AND channel <> 'unknown')"
_PAIRED = f"{_MOVED} AND partner IS NOT NULL AND {_KNOWN}"
# A sign that no name holds stands between the two, so that no two pairs look alike.
_PAIR = f"CASE WHEN {_PAIRED} THEN partner || '\x1f' || channel END"


def _workaround(
    key: str, label: str, question: str, *, of: str, where: str, counts: str, **more: object
) -> Metric:
    return Metric(
        key=key,
        label=label,
        question=question,
        why_it_matters="A way for one partner is built, kept and explained by hand, once each.",
        unit="%",
        kind=Kind.SHARE,
        table="steps",
        numerator="those over a private DICOM line, SFTP, email or a one-off portal",
        denominator=of,
        where=where,
        among=DELIVERED_OUT,
        counts=counts,
        sides=("By a way for one partner", "By another way"),
        better=Better.LOWER,
        theme="Channels",
        owner="HIM",
        needs=("channel", "medium", "outbound"),
        **more,  # type: ignore[arg-type]
    )


METRICS: tuple[Metric, ...] = (
    _workaround(
        "workaround_share_electronic",
        "Workarounds among electronic deliveries",
        "How often does an electronic delivery need a way made for one partner?",
        of="successful outbound deliveries by link or network",
        where=f"{DELIVERED_OUT} AND {_ELECTRONIC}",
        counts=_WORKAROUND,
        excluded={
            "on physical media": f"{DELIVERED_OUT} AND medium = 'physical'",
            "by an unknown channel": f"{DELIVERED_OUT} AND {UNKNOWN}",
        },
        caveat="An unknown channel may be electronic or not; it is left out, and counted.",
    ),
    _workaround(
        "workaround_share_all",
        "Workarounds among all deliveries",
        "How often does any delivery need a way made for one partner?",
        of="successful outbound deliveries",
        where=DELIVERED_OUT,
        counts=f"{_ELECTRONIC} AND {_WORKAROUND}",
        unknown=UNKNOWN,
        unknown_are=UNKNOWN_ARE,
        caveat="An unknown channel widens the range; it is never dropped.",
    ),
    Metric(
        key="channel_fanout",
        label="Ways to partners",
        question="How many different ways to different partners are in use?",
        why_it_matters="Each pair of partner and way is one more thing to keep working.",
        unit="pairs",
        kind=Kind.DISTINCT,
        table="steps",
        numerator="different pairs of partner and channel",
        denominator="none",
        where=_PAIRED,
        among=_MOVED,
        group=_PAIR,
        excluded={
            "no partner named": f"{_MOVED} AND partner IS NULL",
            "unknown channel": f"{_MOVED} AND partner IS NOT NULL AND NOT {_KNOWN}",
        },
        better=Better.LOWER,
        caveat="Outbound deliveries and arrivals of outside images. Who asks alone is no partner.",
        theme="Channels",
        owner="HIM",
        needs=("channel", "medium", "partner"),
    ),
)
