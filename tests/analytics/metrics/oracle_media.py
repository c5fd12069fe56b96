"""What images ride on, again: by delivery, by request, by study, by way and partner."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.analytics.metrics.oracle_answers import (
    UNSURE,
    Left,
    Measure,
    Row,
    different,
    share_of,
    weighted_share_of,
    words_of,
)

ONE_OFFS = ("p2p_vpn_dicom", "p2p_sftp", "p2p_email", "p2p_portal_oneoff")
OUT, IN = ("available", "outbound"), ("images_received", "inbound")


def moves(event: Row, *ways: tuple[str, str]) -> bool:
    """Whether images went or came so."""
    return (event["activity"], event["direction"]) in ways


def is_held(event: Row) -> Any:
    """Whether a delivery or arrival was on something that can be held."""
    return UNSURE if event["medium"] in (None, "unknown") else event["medium"] == "physical"


def is_physical(event: Row) -> Any:
    """Whether it was on a medium of images: a disc, a stick or film, and no print."""
    held = is_held(event)
    return held and event["channel"] != "physical_paper" if held is not UNSURE else held


def by_delivery(event: Row, way: tuple[str, str]) -> Any:
    """The same of one direction."""
    return is_physical(event) if moves(event, way) else None


def by_study(event: Row, way: tuple[str, str]) -> Any:
    """The same, as many times as it carried studies, or was the first to bring them."""
    went = way == OUT
    if not moves(event, way):
        return None
    if event["studies"] is None:
        return Left(f"{'sent' if went else 'came'} without a count of studies")
    if event["studies"] <= 0:
        return Left("sent without a study" if went else "came without a new study")
    return is_physical(event), event["studies"]


def by_request(row: Row, *, only: bool) -> Any:
    """Whether some delivery of a request, or every one, was physical."""
    if row["direction"] != "outbound":
        return None
    verdicts = [is_physical(one) for one in row["story"] if one["activity"] == "available"]
    if not verdicts:
        return Left("not delivered")
    settling = not only
    if settling in verdicts:
        return settling
    return UNSURE if UNSURE in verdicts else only


def among_electronic(event: Row) -> Any:
    """Whether an electronic delivery took a way that was made for one partner."""
    if not moves(event, OUT):
        return None
    held = is_held(event)
    if held is UNSURE:
        return Left("by an unknown channel")
    return Left("on physical media") if held else event["channel"] in ONE_OFFS


def among_all(event: Row) -> Any:
    """Whether any delivery did."""
    found = among_electronic(event)
    if not isinstance(found, Left):
        return found
    return UNSURE if is_physical(event) is UNSURE else False


def pair(event: Row) -> Any:
    """The partner with the way."""
    if not moves(event, OUT, IN):
        return None
    if event["partner"] is None:
        return Left("no partner named")
    if event["channel"] in (None, "unknown"):
        return Left("unknown channel")
    return event["partner"], event["channel"]


def channel(event: Row) -> Any:
    """The way of a delivery."""
    return (event["channel"] or "unknown", 1) if event["activity"] == "available" else None


def _of_events(tell: Any, read: Any = share_of) -> Measure:
    return Measure(tell=tell, read=read, of="events")


MEASURES = {
    "physical_media_share_out": _of_events(partial(by_delivery, way=OUT)),
    "physical_media_share_in": _of_events(partial(by_delivery, way=IN)),
    "physical_media_requests_any": Measure(tell=partial(by_request, only=False), read=share_of),
    "physical_media_requests_only": Measure(tell=partial(by_request, only=True), read=share_of),
    "physical_media_studies_out": _of_events(partial(by_study, way=OUT), weighted_share_of),
    "physical_media_studies_in": _of_events(partial(by_study, way=IN), weighted_share_of),
    "workaround_share_electronic": _of_events(among_electronic),
    "workaround_share_all": _of_events(among_all),
    "channel_fanout": _of_events(pair, different),
    "deliveries_by_channel": _of_events(channel, words_of),
}
