"""Every request of the window as a story, read from a mirror as it was known at the as-of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from analytics.eventlog import OWN_WORD
from analytics.forecast.moves import ENDS_HOLDS, HOLDS, MOVES
from analytics.forecast.telling import NOT_YET, Telling
from analytics.metrics.question import Question, Row
from analytics.metrics.sla import ANSWERED, GONE
from analytics.statistics.landmarks import Flags, Numbers

DAY = 86400
LOOKS_BACK = 365 * DAY
MOST = 20_000
"""About how many requests are learned from: more would hardly change a curve, only the wait for it.

Where there are more, every second, third, ... is taken by a digest of its key: evenly over the
year, the same ones each time. Open requests are all read, to be foretold.
"""
_HEARD = sorted({*MOVES, *HOLDS, *ENDS_HOLDS, "complete"})
_SIZE = "SELECT count(*) FROM cases WHERE $selection AND received > {since} AND received <= $as_of"
# What happened after the as-of time is not known yet, whatever the log holds.
_READ = "received <= $as_of AND ({learns} OR coalesce(contract_stop, ended, $as_of) >= $as_of)"
_REQUESTS = """
SELECT request_id, coalesce(number, request_id), facility, direction, received,
    CASE WHEN complete <= $as_of THEN complete END, contract_due,
    CASE WHEN contract_stop <= $as_of THEN contract_stop END,
    CASE WHEN ended IS NULL OR ended <= $as_of THEN outcome END, ended, {learns}
FROM cases WHERE $selection AND {read} ORDER BY request_id
"""
_EVENTS = """
SELECT request_id, occurred, activity, reason FROM steps
WHERE request_id IN (SELECT request_id FROM cases WHERE $selection AND {read})
    AND occurred <= $as_of
    AND (list_contains(?, activity) OR starts_with(activity, ?))
ORDER BY request_id, occurred, seq
"""


@dataclass(kw_only=True)
class Stories:
    """Columns of requests, of their visits to states, of their stops and of their waits.

    Visits, stops and waits name their request by its place. Moments are seconds since 1970;
    NOT_YET where something has not happened. `ended` is set for requests that ended without
    release; `fates` says how. Only requests that `learns` marks are learned from.
    """

    as_of: int
    since: int
    ids: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    facilities: list[str] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)
    fates: list[str] = field(default_factory=list)
    learns: Flags = field(default_factory=lambda: np.empty(0, bool))
    received: Numbers = field(default_factory=lambda: _column([]))
    completed: Numbers = field(default_factory=lambda: _column([]))
    dues: Numbers = field(default_factory=lambda: _column([]))
    ended: Numbers = field(default_factory=lambda: _column([]))
    states: list[str] = field(default_factory=list)
    visits: Numbers = field(default_factory=lambda: _column([]))
    entered: Numbers = field(default_factory=lambda: _column([]))
    left: Numbers = field(default_factory=lambda: _column([]))
    stops: Numbers = field(default_factory=lambda: np.empty((0, 3), np.int64))
    waits: Numbers = field(default_factory=lambda: np.empty((0, 3), np.int64))


def read(ask: Question) -> Stories:
    """Read the requests of the last year within the selection's places, whenever received."""
    wide, as_of = ask.over(ask.whenever), ask.mirror.log.as_of
    since = as_of - LOOKS_BACK
    ((size,),) = wide.rows(_SIZE.format(since=since))
    learns = f"received > {since}"
    if size > MOST:
        learns += f" AND md5_number(request_id) % {-(-size // MOST)} = 0"
    parts = {"learns": f"({learns})", "read": _READ.format(learns=f"({learns})")}
    requests = wide.rows(_REQUESTS.format(**parts))
    events = wide.rows(_EVENTS.format(**parts), values=[_HEARD, OWN_WORD])
    return _told(Stories(as_of=as_of, since=since), requests, events)


def _told(stories: Stories, requests: Sequence[Row], events: Sequence[Row]) -> Stories:
    """Tell each request's events; both are in order of the request."""
    heard = {key: list(group) for key, group in groupby(events, key=itemgetter(0))}
    stop_of = _stop_activities(requests, heard)
    states, visits, entered, left = stories.states, [], [], []
    stops, waits = [], []
    for place, row in enumerate(requests):
        key, received, stop = row[0], row[4], row[7]
        telling = Telling(stop=stop_of.get(row[2], "available"))
        telling.begin(received)
        for _, at, activity, reason in heard.get(key, ()):
            telling.hear(max(at, received), activity, reason)
        telling.end()
        for state, since, until in telling.visits:
            states.append(state)
            visits.append(place)
            entered.append(since)
            left.append(until)
        known = telling.stops or ([(stop, NOT_YET)] if stop is not None else [])
        stops += [(place, at, undone) for at, undone in known]
        waits += [(place, begun, over) for begun, over in telling.waits]
    stories.visits, stories.entered, stories.left = map(_column, (visits, entered, left))
    stories.stops = np.array(stops, np.int64).reshape(-1, 3)
    stories.waits = np.array(waits, np.int64).reshape(-1, 3)
    return _with_requests(stories, requests)


def _with_requests(stories: Stories, requests: Sequence[Row]) -> Stories:
    columns = _columns(requests)
    ids, numbers, places, directions, received, complete, dues, _, fates, ended, learns = columns
    stories.ids, stories.numbers, stories.facilities = list(ids), list(numbers), list(places)
    stories.directions, stories.fates = list(directions), [fate or "" for fate in fates]
    stories.received, stories.learns = _column(received), np.array(learns, bool)
    stories.completed, stories.dues = _moments(complete), _moments(dues)
    # An end whose day nobody wrote down is as old as the request: such a one teaches nothing.
    stories.ended = _column(
        (at if at is not None else begun) if fate in (*ANSWERED, *GONE) else NOT_YET
        for fate, at, begun in zip(fates, ended, received, strict=True)
    )
    return stories


def _columns(requests: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
    return zip(*requests, strict=True) if requests else iter([()] * 11)


def _column(values: Iterable[object]) -> Numbers:
    return np.array(list(values), dtype=np.int64)


def _moments(values: Iterable[object]) -> Numbers:
    return _column(NOT_YET if one is None else one for one in values)


def _stop_activities(requests: Sequence[Row], heard: dict[str, list[Row]]) -> dict[str, str]:
    """Return what stops each facility's contract clock: being sent or being available, a policy.

    The log holds the moment, not the policy; the activity that falls on most stops is it.
    """
    votes: dict[str, Counter[str]] = {}
    for key, _, facility, *_, stop, _, _, _ in requests:
        named = {what for _, at, what, _ in heard.get(key, ()) if at == stop}
        for activity in named & {"sent", "available"}:
            votes.setdefault(facility, Counter())[activity] += 1
    return {
        facility: "sent" if count["sent"] > count["available"] else "available"
        for facility, count in votes.items()
    }
