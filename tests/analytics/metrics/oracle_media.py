"""What images ride on, again: by delivery, by request, by study, by way and partner."""

from typing import Any

Row = dict[str, Any]
ONE_OFFS = ("p2p_vpn_dicom", "p2p_sftp", "p2p_email", "p2p_portal_oneoff")


def share(hits: int, n: int) -> float | None:
    """A percentage, or None of nothing."""
    return 100 * hits / n if n else None


def linear_quantile(values: list[float], q: float) -> float | None:
    """The quantile by linear interpolation between order statistics."""
    if not values:
        return None
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def is_known(event: Row) -> bool:
    """Whether the medium of a delivery or arrival is known."""
    return event["medium"] not in (None, "unknown")


def moved(events: list[Row], activity: str, direction: str) -> list[Row]:
    """Deliveries or arrivals of one direction."""
    return [one for one in events if (one["activity"], one["direction"]) == (activity, direction)]


def of_media(requests: list[Row], events: list[Row]) -> dict[str, float | None]:
    """Every measure of media and channels but those by delivery alone."""
    sent = moved(events, "available", "outbound")
    came = moved(events, "images_received", "inbound")
    electronic = [one for one in sent if is_known(one) and one["medium"] != "physical"]
    partners = {row["request_id"]: row["partner"] for row in requests}
    pairs = {
        (partners[one["request_id"]], one["channel"])
        for one in [*sent, *came]
        if partners[one["request_id"]] is not None and one["channel"] not in (None, "unknown")
    }
    one_offs = sum(one["channel"] in ONE_OFFS for one in electronic)
    return {
        "physical_media_requests_any": _by_request(requests, sent, only=False),
        "physical_media_requests_only": _by_request(requests, sent, only=True),
        "physical_media_studies_out": _by_study(sent),
        "physical_media_studies_in": _by_study(came),
        "workaround_share_electronic": share(one_offs, len(electronic)),
        "workaround_share_all": share(one_offs, len(sent)) if any(map(is_known, sent)) else None,
        "channel_fanout": float(len(pairs)),
    }


def _by_request(requests: list[Row], sent: list[Row], *, only: bool) -> float | None:
    """Requests of which some delivery, or every one, was physical; None where all are unsure."""
    hits = n = unsure = 0
    for row in requests:
        mine = [one for one in sent if one["request_id"] == row["request_id"]]
        if not mine:
            continue
        n += 1
        verdicts = [one["medium"] == "physical" if is_known(one) else None for one in mine]
        if only:
            answer = False if False in verdicts else None if None in verdicts else True
        else:
            answer = True if True in verdicts else None if None in verdicts else False
        hits += answer is True
        unsure += answer is None
    return share(hits, n) if unsure < n else None


def _by_study(events: list[Row]) -> float | None:
    """Each delivery as many times as it carried studies; None where no medium is known."""
    studies = [one for one in events for _ in range(one["studies"] or 0)]
    known = any(map(is_known, studies))
    return (
        share(sum(one["medium"] == "physical" for one in studies), len(studies)) if known else None
    )
