"""Every measure again, slow and obvious, in plain Python over the rows of a log."""

from typing import Any

from requests_app.lifecycle.states import TRANSITIONS
from requests_app.vocabulary import State
from tests.analytics.metrics.oracle_clocks import of_clocks
from tests.analytics.metrics.oracle_friction import of_friction
from tests.analytics.metrics.oracle_media import linear_quantile, of_media
from tests.analytics.metrics.oracle_usability import (
    days_from_receipt,
    hours_to_usable,
    of_errors,
    of_usability,
    views,
)

Row = dict[str, Any]
DAY = 86400


def mean(values: list[float]) -> float | None:
    """The mean, or None of nothing."""
    return sum(values) / len(values) if values else None


def share(hits: int, n: int) -> float | None:
    """A percentage, or None of nothing."""
    return 100 * hits / n if n else None


def physical(moved: list[Row]) -> float | None:
    """The share on physical media; None where nothing is known of any."""
    known = [one for one in moved if one["medium"] not in (None, "unknown")]
    return share(sum(one["medium"] == "physical" for one in known), len(moved)) if known else None


def turnarounds(requests: list[Row]) -> list[float]:
    """Days from received to available, of what is available."""
    return [
        (row["available"] - row["received"]) / DAY
        for row in requests
        if row["available"] is not None
        and row["received"] is not None
        and row["available"] >= row["received"]
    ]


def released_by(requests: list[Row], as_of: int, q: float) -> float | None:
    """When a share q had left by the product-limit estimate, waiting out one time after another."""
    stories = []
    for row in requests:
        if row["received"] is None:
            continue
        if row["available"] is not None and row["available"] >= row["received"]:
            stories.append(((row["available"] - row["received"]) / DAY, True))
        elif row["available"] is None and row["outcome"] is None:
            stories.append(((as_of - row["received"]) / DAY, False))
    return left_by(stories, q)


def left_by(stories: list[tuple[float, bool]], q: float) -> float | None:
    """When a share q of stories had ended; those that had not are waited out."""
    waiting = 1.0
    for time in sorted({days for days, _ in stories}):
        at_risk = sum(days >= time for days, _ in stories)
        left = sum(days == time and done for days, done in stories)
        waiting *= 1 - left / at_risk
        if waiting <= 1 - q + 1e-12:
            return time
    return None


def on_contract(requests: list[Row], as_of: int) -> list[tuple[float, bool]]:
    """Business days of contract clocks, and whether they stopped; of others those so far."""
    found = []
    for row in requests:
        if row["contract_seconds"] is not None:
            found.append((row["contract_seconds"] / DAY, True))
        elif row["contract_from"] is not None:
            until = min(as_of, row["contract_off"])
            found.append(((until - row["contract_from"]) / DAY, False))
    return found


MENDED_BY = {
    "hold_started": ("hold_ended",),
    "delivery_failed": ("available",),
    "images_unusable": ("images_usable", "located", "prepared"),
    "failure_noted": ("failure_recovered",),
}


def hours_lost(requests: list[Row], events: list[Row]) -> float | None:
    """Hours from each failure to the first event after it that mends it; None where none does."""
    total, mended, failed = 0, 0, 0
    for row in requests:
        mine = _own(events, row)
        for place, event in enumerate(mine):
            if event["reason"] is None or event["activity"] not in MENDED_BY:
                continue
            later = [
                other["occurred"]
                for other in mine[place + 1 :]
                if other["activity"] in MENDED_BY[event["activity"]]
                and (event["activity"] != "failure_noted" or other["reason"] == event["reason"])
            ]
            failed += 1
            mended += bool(later)
            total += min(later) - event["occurred"] if later else 0
    return total / 3600 if mended or not failed else None


def of_requests(requests: list[Row], events: list[Row], as_of: int) -> dict[str, float | None]:
    """The value of every measure that the test compares."""
    days = turnarounds(requests)
    still_open = [row for row in requests if row["outcome"] is None and row["received"] is not None]
    bands = [band(row, as_of) for row in still_open]
    ages = [(as_of - row["received"]) / DAY for row in still_open]
    sent = [
        one for one in events if one["activity"] == "available" and one["direction"] == "outbound"
    ]
    came = [
        one
        for one in events
        if one["activity"] == "images_received" and one["direction"] == "inbound"
    ]
    failed = [one for one in events if one["activity"] in MENDED_BY and one["reason"]]
    return {
        "turnaround_mean": mean(days),
        "turnaround_median": linear_quantile(days, 0.5),
        "turnaround_p90": linear_quantile(days, 0.9),
        "turnaround_p95": linear_quantile(days, 0.95),
        "turnaround_censored_median": released_by(requests, as_of, 0.5),
        "turnaround_censored_p90": released_by(requests, as_of, 0.9),
        "turnaround_censored_p95": released_by(requests, as_of, 0.95),
        "contract_turnaround_median": linear_quantile(
            [
                row["contract_seconds"] / DAY
                for row in requests
                if row["contract_seconds"] is not None
            ],
            0.5,
        ),
        **{
            f"contract_turnaround_censored_{name}": left_by(on_contract(requests, as_of), q)
            for name, q in (("median", 0.5), ("p90", 0.9), ("p95", 0.95))
        },
        "requests_received": float(sum(row["received"] is not None for row in requests)),
        "open_requests": float(len(still_open)),
        "on_track_requests": float(bands.count("on_track")),
        "at_risk_requests": float(bands.count("at_risk")),
        "late_requests": float(bands.count("late") + bands.count("very_late")),
        "very_late_requests": float(bands.count("very_late")),
        "held_requests": float(bands.count("held")),
        "open_age_mean": mean(ages),
        "open_age_p90": linear_quantile(ages, 0.9),
        "physical_media_share_out": physical(sent),
        "physical_media_share_in": physical(came),
        "failures_by_code": float(len(failed)),
        "failure_hours_by_code": hours_lost(requests, events),
        "deliveries_by_channel": float(sum(one["activity"] == "available" for one in events)),
        "first_pass_yield": _first_pass(requests, events),
        "manual_touches_mean": mean([float(n) for n in _touches(requests, events)]),
        "zero_touch_share": _zero_touch(requests, events),
        "rework_rate": mean([max(n - 1.0, 0) for n in _tries(requests, events) if n is not None]),
        "handoffs_mean": mean([float(n) for n in _handoffs(requests, events)]),
        "conforming_share": _conforming(requests, events),
        **of_media(requests, events),
        **_flow(requests),
        **of_usability(requests, events),
        **of_errors(requests, events),
        **of_friction(requests, events),
        **_waits(requests, events, as_of),
        **of_clocks(requests, as_of),
        **_holds(still_open, as_of),
    }


def _waits(requests: list[Row], events: list[Row], as_of: int) -> dict[str, float | None]:
    hours, opened = hours_to_usable(requests, events), views(requests, events, as_of)
    patients = [row for row in requests if row["requester_type"] in ("patient", "representative")]
    theirs, days = views(patients, events, as_of), days_from_receipt(requests, events)
    return {
        "time_to_usable_median": linear_quantile(hours, 0.5),
        "time_to_usable_p90": linear_quantile(hours, 0.9),
        "first_view_median": left_by(opened, 0.5),
        "first_view_p90": left_by(opened, 0.9),
        "patient_first_view_median": left_by(theirs, 0.5),
        "patient_first_view_p90": left_by(theirs, 0.9),
        "time_to_usable_from_receipt_median": linear_quantile(days, 0.5),
        "time_to_usable_from_receipt_p90": linear_quantile(days, 0.9),
    }


def _holds(still_open: list[Row], as_of: int) -> dict[str, float | None]:
    """How long the holds that last have lasted, and how many there are."""
    ages = [(as_of - row["held_since"]) / DAY for row in still_open if row["held_since"]]
    return {
        "hold_age_median": linear_quantile(ages, 0.5),
        "hold_age_p90": linear_quantile(ages, 0.9),
        "holds_by_cause": float(len(ages)),
    }


def _flow(requests: list[Row]) -> dict[str, float | None]:
    came = sum(row["received"] is not None for row in requests)
    gone = sum(row["outcome"] is not None and row["ended"] is not None for row in requests)
    return {"requests_closed": float(gone), "net_flow": float(came - gone)}


def band(row: Row, as_of: int) -> str | None:
    """How a request stands: the worst that has begun; a hold hides only what is not late."""
    begun = [
        word
        for word in ("at_risk", "late", "very_late")
        if row[f"{word}_from"] is not None and row[f"{word}_from"] <= as_of
    ]
    if {"late", "very_late"} & set(begun):
        return begun[-1]
    if row["is_held"]:
        return "held"
    return begun[-1] if begun else "on_track" if row["is_held"] is False else None


def _own(events: list[Row], row: Row) -> list[Row]:
    mine = [event for event in events if event["request_id"] == row["request_id"]]
    return sorted(mine, key=lambda event: event["seq"])


def _first_pass(requests: list[Row], events: list[Row]) -> float | None:
    """Delivered once and without a failure; None where all may be, for what is known of them."""
    clean = unsure = 0
    tries = _tries(requests, events)
    for row, n in zip(_delivered(requests), tries, strict=True):
        mine = _own(events, row)
        if not any(event["reason"] for event in mine if event["activity"] in MENDED_BY):
            clean += n == 1
            unsure += n is None
    return share(clean, len(tries)) if unsure < len(tries) else None


def _delivered(requests: list[Row]) -> list[Row]:
    return [row for row in requests if row["available"] is not None]


def _touches(requests: list[Row], events: list[Row]) -> list[int]:
    """Touches of delivered requests; the same actor and step within five minutes is one."""
    counts = []
    for row in _delivered(requests):
        last: dict[tuple[str | None, str | None], int] = {}
        touches = 0
        for event in sorted(_own(events, row), key=lambda one: one["occurred"]):
            if event["activity"] != "manual_touch":
                continue
            key = (event["actor"], event["touch"])
            if key not in last or event["occurred"] - last[key] > 300:
                touches += 1
            last[key] = event["occurred"]
        counts.append(touches)
    return counts


def _zero_touch(requests: list[Row], events: list[Row]) -> float | None:
    touches = _touches(requests, events)
    return share(touches.count(0), len(touches))


def _tries(requests: list[Row], events: list[Row]) -> list[int | None]:
    """How often each delivered request was sent: as its log says itself, else by its events."""
    found: list[int | None] = []
    for row in _delivered(requests):
        ways = sum(event["activity"] == "available" for event in _own(events, row))
        is_said = row["attempts"] is not None and ways > 0
        found.append((row["attempts"] or None) if is_said else ways)
    return found


def _handoffs(requests: list[Row], events: list[Row]) -> list[int]:
    """Changes of person from one step by staff to the next."""
    counts = []
    for row in _delivered(requests):
        people = [event["actor"] for event in _own(events, row) if event["by_person"]]
        staff = [one for one in people if one not in (None, "requester")]
        counts.append(sum(one != two for one, two in zip(staff, staff[1:], strict=False)))
    return counts


def _conforming(requests: list[Row], events: list[Row]) -> float | None:
    """Requests whose moves all stand in the table, of those that moved; the first from draft."""
    judged = clean = 0
    for row in requests:
        reached = [event["state_to"] for event in _own(events, row) if event["state_to"]]
        if not reached:
            continue
        judged += 1
        moves = zip([State.DRAFT, *reached], reached, strict=False)
        clean += all(State(two) in TRANSITIONS[State(one)] for one, two in moves)
    return share(clean, judged)
