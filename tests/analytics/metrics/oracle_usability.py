"""What arrives and works, who looks, and what should not happen: again, request by request."""

from typing import Any

from tests.analytics.metrics.oracle_media import share

Row = dict[str, Any]
FAILS = ("hold_started", "delivery_failed", "images_unusable", "failure_noted")
TECHNICAL = {"US01", "US02", "US03", "US04", "US05", "US06", "US07", "US10"}
CLINICAL = {"US08", "US09"}


def own(events: list[Row], row: Row) -> list[Row]:
    """The events of a request in order."""
    mine = [event for event in events if event["request_id"] == row["request_id"]]
    return sorted(mine, key=lambda event: event["seq"])


def codes(events: list[Row], row: Row) -> set[str]:
    """The codes of all that failed of a request."""
    return {one["reason"] for one in own(events, row) if one["activity"] in FAILS and one["reason"]}


def first(events: list[Row], row: Row, activity: str) -> int | None:
    """When something first happened to a request."""
    moments = [one["occurred"] for one in own(events, row) if one["activity"] == activity]
    return min(moments, default=None)


def of_usability(requests: list[Row], events: list[Row]) -> dict[str, float | None]:
    """The grades of arrivals, with what was at fault; what nobody tested is of no known grade."""
    came = [
        row
        for row in requests
        if row["direction"] == "inbound"
        and row["usable"] in ("immediate", "after_rework", "not_usable", "untested")
    ]
    grades = [row["usable"] for row in came]
    return {
        "immediately_usable": _of_known([_is_immediate(row, events) for row in came]),
        **{
            key: _of_known([None if one == "untested" else one == grade for one in grades])
            for key, grade in (
                ("usable_after_rework", "after_rework"),
                ("not_usable", "not_usable"),
            )
        },
        "technically_usable": _of_known([_is_free(TECHNICAL, row, events) for row in came]),
        "clinically_usable": _of_known([_is_free(CLINICAL, row, events) for row in came]),
    }


def _of_known(verdicts: list[bool | None]) -> float | None:
    """The share of those known to be so among all; None where nothing is known of any."""
    n = len(verdicts)
    return share(verdicts.count(True), n) if verdicts.count(None) < n else None


def _wrongs(row: Row, events: list[Row]) -> set[str]:
    """The failures of checks; what came after its day of need is too late without a note of it."""
    found = codes(events, row) & (TECHNICAL | CLINICAL)
    came = row["available"]
    if came is None:
        came = first(events, row, "images_received")
    if row["need_by"] is not None and came is not None and came >= row["need_by"]:
        found = found | {"US08"}
    return found


def _is_immediate(row: Row, events: list[Row]) -> bool | None:
    """Whether all checks were passed at the first attempt; a named failure settles it."""
    if _wrongs(row, events):
        return False
    return None if row["usable"] == "untested" else row["usable"] == "immediate"


def _is_free(wrong: set[str], row: Row, events: list[Row]) -> bool | None:
    """Whether a request is free of some failures."""
    named = _wrongs(row, events)
    if named & wrong:
        return False
    if row["usable"] == "untested" or (row["usable"] != "immediate" and not named):
        return None
    return True


def usable_since(row: Row, events: list[Row]) -> int | None:
    """When a request was first found usable, after the first failure if there was one."""
    story = own(events, row)
    failed = [one["seq"] for one in story if one["activity"] == "images_unusable"]
    since = min(failed, default=-1)
    return first([one for one in story if one["seq"] > since], row, "images_usable")


def hours_to_usable(requests: list[Row], events: list[Row]) -> list[float]:
    """Hours from first arrival to first found usable, after the first failure if there was one."""
    hours = []
    for row in requests:
        came, works = first(events, row, "images_received"), usable_since(row, events)
        if row["direction"] == "inbound" and None not in (came, works) and works >= came:
            hours.append((works - came) / 3600)
    return hours


def days_from_receipt(requests: list[Row], events: list[Row]) -> list[float]:
    """Days from receipt until somebody saw that the images work."""
    days = []
    for row in requests:
        seen = [row["first_opened"], first(events, row, "confirmed_usable")]
        if row["direction"] == "inbound":
            seen = [usable_since(row, events)]
        known = [at for at in seen if at is not None]
        if known and row["received"] is not None and min(known) >= row["received"]:
            days.append((min(known) - row["received"]) / 86400)
    return days


def views(requests: list[Row], events: list[Row], as_of: int) -> list[tuple[float, bool]]:
    """Days until a link was opened, or has not been yet."""
    found = []
    for row in requests:
        sent = [one["medium"] for one in own(events, row) if one["activity"] == "available"]
        known = [medium for medium in sent if medium is not None]
        by_link = bool(known) and known[-1] == "link"
        if row["direction"] != "outbound" or row["available"] is None or not by_link:
            continue
        opened = row["first_opened"]
        if opened is None or opened >= row["available"]:
            end = as_of if opened is None else opened
            found.append(((end - row["available"]) / 86400, opened is not None))
    return found


def of_errors(requests: list[Row], events: list[Row]) -> dict[str, float | None]:
    """Misdirected and over-scoped releases, imaging again, and late logging."""
    sent = [row for row in requests if row["direction"] == "outbound"]
    sent = [
        row
        for row in sent
        if first(events, row, "available") is not None or codes(events, row) & {"TR09", "TR10"}
    ]
    asked = [
        row for row in requests if row["direction"] == "inbound" and row["received"] is not None
    ]
    logged = [row for row in requests if first(events, row, "logged") is not None]

    def bearing(code: str, rows: list[Row], *others: str) -> float | None:
        wanted = {code, *others}
        return share(sum(bool(wanted & codes(events, row)) for row in rows), len(rows))

    is_noted = any("FU01" in codes(events, row) for row in requests)
    return {
        "disclosure_error_rate": bearing("TR09", sent, "TR10"),
        "misdirected_share": bearing("TR09", sent),
        "over_scoped_share": bearing("TR10", sent),
        "repeat_imaging_share": bearing("FU01", asked) if is_noted else None,
        "logged_late_share": bearing("IN05", logged),
    }
