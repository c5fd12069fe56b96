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
    """The grades of arrivals, with what was at fault."""
    tested = [
        row
        for row in requests
        if row["direction"] == "inbound"
        and row["usable"] in ("immediate", "after_rework", "not_usable")
    ]
    grades = [row["usable"] for row in tested]
    return {
        "usable_after_rework": share(grades.count("after_rework"), len(grades)),
        "not_usable": share(grades.count("not_usable"), len(grades)),
        "technically_usable": _free_of(TECHNICAL, tested, events),
        "clinically_usable": _free_of(CLINICAL, tested, events),
    }


def _free_of(wrong: set[str], tested: list[Row], events: list[Row]) -> float | None:
    """Those free of some failures; None where nothing is known of any."""
    free = unsure = 0
    for row in tested:
        named = codes(events, row) & (TECHNICAL | CLINICAL)
        if row["usable"] != "immediate" and not named:
            unsure += 1
        elif not named & wrong:
            free += 1
    return share(free, len(tested)) if unsure < len(tested) else None


def hours_to_usable(requests: list[Row], events: list[Row]) -> list[float]:
    """Hours from first arrival to first found usable, after the first failure if there was one."""
    hours = []
    for row in requests:
        story = own(events, row)
        failed = [one["seq"] for one in story if one["activity"] == "images_unusable"]
        since = min(failed, default=-1)
        came = first(events, row, "images_received")
        works = first([one for one in story if one["seq"] > since], row, "images_usable")
        if row["direction"] == "inbound" and None not in (came, works) and works >= came:
            hours.append((works - came) / 3600)
    return hours


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
