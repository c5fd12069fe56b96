"""A made-up world of any size for benches: requests and their events, by numpy, repeatable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.eventlog import EVENTS, REQUESTS, EventLog
from analytics.mirror.cut import LONG_AGO, SMALL
from requests_app.sla.rules import KINDS

DAY = 86400
START = 1_735_689_600  # 2025-01-01 UTC
DAYS = 365
AT_ONCE = 300_000  # requests of a part; one piece of a mirror is a part at least
# activity, share of requests that it happens to, median hours of wait before it
STORY: tuple[tuple[str, str, float], ...] = (
    ("received", "always", 0), ("logged", "half", 1), ("hold_started", "held", 2),
    ("hold_ended", "held", 30), ("complete", "always", 3), ("approved", "always", 8),
    ("search_started", "half", 2), ("located", "always", 6),
    ("images_received", "half", 1), ("manual_touch", "touched", 2),
    ("images_usable", "half", 1), ("prepared", "always", 8), ("sent", "always", 2),
    ("delivery_failed", "failed", 18), ("redelivery_ready", "failed", 6), ("sent", "failed", 3),
    ("available", "always", 6), ("first_opened", "opened", 20), ("closed", "always", 60),
)  # fmt: skip
SHARES = {"always": 1.0, "held": 0.35, "half": 0.4, "touched": 0.4, "failed": 0.18, "opened": 0.8}
CHANNELS = (
    *("link_secure", "network_standard", "p2p_portal_oneoff"),
    *("physical_cd", "physical_usb", "unknown"),
)
MEDIA = ("link", "push", "link", "physical", "physical", "unknown")
HELD = ("AU01", "LO05", "RV03", "RV01")
FAILED = ("TR02", "TR03", "TR05", "TR06", "TR09", "US05", "US09", "IN05", "FU01", "FU02", "FU03")
GRADES = ("immediate", "after_rework", "not_usable")
MOMENTS = ("complete", "available", "first_opened", "closed")
ENDS = ("due", "stop")
Words = Sequence[str]
WORDS: dict[str, Words] = {
    "requester_type": ("patient", "provider", "attorney", "insurer"),
    "legal_basis": ("patient_access", "treatment", "authorization"),
    "modality": ("CT", "MR", "XR", "US", "MG"),
    "partner": [f"partner-{i}" for i in range(40)],
    "priority": ("routine", "urgent"),
    "intake": ("portal", "fax", "walk_in"),
    "wanted": ("link", "physical"),
    "state": ("approved", "locating", "ready", "delivering"),
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """So many requests that some facilities received within some seconds; `first` numbers them."""

    requests: int
    first: int
    facilities: range
    since: int
    until: int


def world(requests: int, *, facilities: int = 3, days: int = DAYS, first: int = 0) -> EventLog:
    """Return a log of so many requests; what would happen after its as-of time did not happen."""
    as_of = START + days * DAY
    whole = Part(
        requests=requests, first=first, facilities=range(facilities), since=START, until=as_of
    )
    return log_of(whole, as_of)


def parts_of(requests: int, *, facilities: int, days: int) -> Iterator[Part]:
    """Yield a world in parts of whole pieces of whole facilities, each small enough to fold."""
    bounds = [START, START + days * DAY]
    if requests // facilities > LONG_AGO:
        bounds = _turns(days, "M" if requests * 365 // days // facilities > SMALL else "Y")
    whole = bounds[-1] - bounds[0]
    first = 0
    for since, until in pairwise(bounds):
        due = requests * (until - bounds[0]) // whole
        groups = min(facilities, max(1, -(-(due - first) // AT_ONCE)))
        begun = first
        for group in range(groups):
            some = range(facilities * group // groups, facilities * (group + 1) // groups)
            last = begun + (due - begun) * some.stop // facilities
            yield Part(
                requests=last - first, first=first, facilities=some, since=since, until=until
            )
            first = last


def _turns(days: int, period: str) -> list[int]:
    """Return the moments at which a world begins, its months or years turn, and it ends."""
    end = np.datetime64(START + days * DAY, "s")
    begin = np.datetime64(START, "s")
    kind = f"M8[{period}]"
    turns = np.arange(begin.astype(kind) + 1, end.astype(kind) + 1).astype("M8[s]")
    inner = [int(turn.astype(np.int64)) for turn in turns if turn < end]
    return [START, *inner, START + days * DAY]


def sites(facilities: int) -> list[str]:
    """Return the names of so many facilities."""
    return [f"site-{i:03d}" for i in range(facilities)]


def log_of(part: Part, as_of: int) -> EventLog:
    """Return the log of a part as of a moment."""
    draw = np.random.default_rng(part.first + 1)
    requests, names = part.requests, sites(part.facilities.stop)
    place = draw.integers(part.facilities.start, part.facilities.stop, requests)
    received = draw.integers(part.since, part.until, requests)
    inbound = draw.random(requests) < 0.25
    happens, occurred = _moments(draw, received, place, as_of)
    ids = pc.cast(pa.array(np.arange(part.first, part.first + requests)), pa.string())
    drawn = _Drawn(draw, names, place, received, inbound, happens, occurred, ids)
    return EventLog(name="world", as_of=as_of, requests=_requests(drawn), events=_events(drawn))


@dataclass(frozen=True)
class _Drawn:
    """What was drawn: a row a request, and in `happens` and `occurred` a column a step."""

    draw: Any
    names: Words
    place: Any
    received: Any
    inbound: Any
    happens: Any
    occurred: Any
    ids: pa.Array

    def words(self, words: Words, n: int) -> pa.Array:
        """Return any of the words in each row."""
        return _coded(self.draw.integers(0, len(words), n), words)

    def moment(self, activity: str) -> pa.Array:
        """Return the moment of an activity, the last of its places in the story."""
        at = _place(activity)
        return pa.array(self.occurred[:, at], mask=~self.happens[:, at])


def _place(activity: str) -> int:
    return max(i for i, (name, *_) in enumerate(STORY) if name == activity)


def _moments(draw: Any, received: Any, place: Any, as_of: int) -> tuple[Any, Any]:
    n = len(received)
    drawn = {name: draw.random(n) < share for name, share in SHARES.items()}
    happens = np.stack([drawn[name] for _, name, _ in STORY], axis=1)
    hours = np.array([wait for *_, wait in STORY])
    waits = draw.lognormal(0, 0.9, happens.shape) * hours * 3600 * (1 + place % 3 * 0.2)[:, None]
    waits = waits.astype(np.int64) + np.where(hours > 0, 60, 0)
    occurred = received[:, None] + np.cumsum(np.where(happens, waits, 0), axis=1)
    stuck = draw.random(n) < 0.04
    reach = np.where(stuck, draw.integers(1, len(STORY), n), len(STORY))
    happens &= (occurred <= as_of) & (np.arange(len(STORY)) < reach[:, None])
    return happens, occurred


def _coded(codes: Any, words: Words, mask: Any = None) -> pa.Array:
    indices = pa.array(np.asarray(codes, np.int32), mask=mask)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(words)))


def _requests(drawn: _Drawn) -> pa.Table:
    n, received = len(drawn.received), drawn.received
    done = drawn.happens[:, _place("available")]
    is_complete = drawn.happens[:, _place("complete")]
    complete = drawn.occurred[:, _place("complete")]
    took = drawn.occurred[:, _place("available")] - complete
    due = complete + 7 * DAY
    usable = drawn.draw.choice(3, n, p=(0.8, 0.12, 0.08))
    columns = {
        "request_id": drawn.ids,
        "number": drawn.ids,
        "facility": _coded(drawn.place, drawn.names),
        "direction": _coded(drawn.inbound, ("outbound", "inbound")),
        "outcome": _coded(np.zeros(n), ("delivered",), ~done),
        "received": pa.array(received),
        "ended": drawn.moment("available"),
        "contract_due": pa.array(due, mask=~is_complete),
        "contract_stop": drawn.moment("available"),
        "contract_seconds": pa.array(took * 5 // 7, mask=~(done & is_complete)),
        "contract_from": pa.array(received + DAY, mask=done | ~is_complete),
        "contract_off": pa.array(received + 30 * DAY, mask=done | ~is_complete),
        "legal_due": pa.array(received + 30 * DAY, mask=drawn.inbound),
        "need_by": pa.array(received + 9 * DAY, mask=~drawn.inbound),
        "due": pa.array(due, mask=~is_complete),
        "due_unit": _coded(np.zeros(n), ("business",)),
        "at_risk_from": pa.array(due - 2 * DAY, mask=done),
        "late_from": pa.array(due, mask=done),
        "very_late_from": pa.array(due + 7 * DAY, mask=done),
        "is_held": pa.array(np.zeros(n, bool), mask=done),
        "stale_from": pa.nulls(n, pa.int64()),
        "held_since": pa.nulls(n, pa.int64()),
        "held_for": pa.nulls(n, pa.string()),
        "usable": _coded(usable, GRADES, ~(drawn.inbound & done)),
        "is_charged": pa.array(usable == 1),
        "attempts": pa.nulls(n, pa.int32()),
    }
    columns |= {name: drawn.moment(name) for name in MOMENTS}
    columns |= {name: drawn.words(words, n) for name, words in WORDS.items()}
    columns |= {f"{kind}_{end}": pa.nulls(n, pa.int64()) for kind in KINDS for end in ENDS}
    return pa.table({name: columns[name] for name in REQUESTS.names})


def _events(drawn: _Drawn) -> pa.Table:
    request, slot = np.nonzero(drawn.happens)
    n, draw = len(slot), drawn.draw
    activity = [name for name, *_ in STORY]
    words = sorted(set(activity))
    code = np.array([words.index(name) for name in activity])[slot]
    held, failed = (code == words.index(name) for name in ("hold_started", "delivery_failed"))
    moved = np.isin(code, [words.index(name) for name in ("available", "images_received")])
    touched = code == words.index("manual_touch")
    wait, trouble = draw.integers(0, len(HELD), n), draw.integers(0, len(FAILED), n)
    reason = np.where(held, wait, len(HELD) + trouble)
    channel = draw.choice(len(CHANNELS), n, p=(0.3, 0.2, 0.15, 0.25, 0.05, 0.05))
    columns = {
        "request_id": pc.take(drawn.ids, pa.array(request)),
        "facility": _coded(drawn.place[request], drawn.names),
        "direction": _coded(drawn.inbound[request], ("outbound", "inbound")),
        "seq": pa.array((np.arange(n) - np.searchsorted(request, request)).astype(np.int32)),
        "occurred": pa.array(drawn.occurred[request, slot]),
        "activity": _coded(code, words).cast(pa.string()),
        "by_person": pa.array(draw.random(n) < 0.35),
        "actor": drawn.words([f"staff-{i}" for i in range(20)], n),
        "staff_group": drawn.words(["release_staff", "supervisor"], n),
        "reason": _coded(reason, (*HELD, *FAILED), ~(held | failed)),
        "channel": _coded(channel, CHANNELS, ~moved),
        "medium": _coded(channel, MEDIA, ~moved),
        "touch": _coded(np.zeros(n), ("call",), ~touched),
    }
    columns["state_to"] = pa.nulls(n, pa.string())
    columns["studies"] = pa.array(1 + draw.integers(0, 3, n), mask=~moved | (channel == 2))
    return pa.table({name: columns[name] for name in EVENTS.names})
