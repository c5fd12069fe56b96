"""The process view again, slow and obvious, in plain Python over the events of a log."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Any

from analytics.eventlog import EventLog
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.vocabulary import State

Row = dict[str, Any]
Story = list[Row]


def stories_of(log: EventLog, *, touches: bool = False) -> dict[str, Story]:
    """The events of each request in their order, without touches; who has none is left out."""
    found: dict[str, Story] = defaultdict(list)
    for event in log.events.to_pylist():
        if touches or event["activity"] != "manual_touch":
            found[event["request_id"]].append(event)
    return {key: sorted(story, key=lambda one: one["seq"]) for key, story in found.items()}


def worked(log: EventLog, earlier: Row, later: Row) -> int:
    """Business seconds between two events."""
    calendar = log.calendar_of(later["facility"])
    moments = (datetime.fromtimestamp(one["occurred"], UTC) for one in (earlier, later))
    return calendar.business_seconds(*moments)


def middle(values: list[int]) -> float | None:
    """The median, or None of nothing."""
    return float(median(values)) if values else None


def edges(log: EventLog) -> dict[tuple[str, str], tuple[int, int, float | None, float | None]]:
    """Count, requests, median elapsed and median business seconds of each step after another."""
    seen: dict[tuple[str, str], list[tuple[str, int, int]]] = defaultdict(list)
    for request_id, story in stories_of(log).items():
        for one, two in pairwise(story):
            wait = (request_id, two["occurred"] - one["occurred"], worked(log, one, two))
            seen[(one["activity"], two["activity"])].append(wait)
    return {
        pair: (
            len(waits),
            len({request_id for request_id, *_ in waits}),
            middle([took for _, took, _ in waits if took >= 0]),
            middle([work for _, took, work in waits if took >= 0]),
        )
        for pair, waits in seen.items()
    }


def nodes(log: EventLog) -> dict[str, tuple[int, int, int, float | None]]:
    """Count, first steps, last steps and median seconds since receipt of each activity."""
    received = {row["request_id"]: row["received"] for row in log.requests.to_pylist()}
    n, starts, ends = Counter[str](), Counter[str](), Counter[str]()
    since: dict[str, list[int]] = defaultdict(list)
    for request_id, story in stories_of(log).items():
        starts[story[0]["activity"]] += 1
        ends[story[-1]["activity"]] += 1
        for event in story:
            n[event["activity"]] += 1
            since[event["activity"]].append(event["occurred"] - received[request_id])
    return {name: (n[name], starts[name], ends[name], middle(since[name])) for name in n}


def variants(log: EventLog) -> dict[tuple[str, ...], tuple[int, float | None, str]]:
    """Count, median seconds from first step to last, and the first request of each sequence."""
    seen: dict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for request_id, story in stories_of(log).items():
        lasted = story[-1]["occurred"] - story[0]["occurred"]
        seen[tuple(event["activity"] for event in story)].append((request_id, lasted))
    return {
        sequence: (len(of), middle([took for _, took in of]), min(of)[0])
        for sequence, of in seen.items()
    }


def loops(log: EventLog) -> dict[tuple[str, tuple[str, ...]], tuple[int, int, float, float]]:
    """Count, requests, elapsed and business hours of each loop."""
    seen: dict[tuple[str, tuple[str, ...]], list[tuple[str, Row, Row]]] = defaultdict(list)
    for request_id, story in stories_of(log).items():
        names = [event["activity"] for event in story]
        for place, event in enumerate(story):
            name = names[place]
            before = [i for i in range(place) if names[i] == name]
            if not before:
                continue
            seen[("return", (name,))].append((request_id, story[before[-1]], event))
            if before[-1] == place - 1:
                seen[("self", (name, name))].append((request_id, story[place - 1], event))
            if place >= 2 and names[place - 2] == name != names[place - 1]:
                pair = (name, names[place - 1], name)
                seen[("pair", pair)].append((request_id, story[place - 2], event))
    return {
        loop: (
            len(visits),
            len({request_id for request_id, *_ in visits}),
            sum(max(two["occurred"] - one["occurred"], 0) for _, one, two in visits) / 3600,
            sum(
                worked(log, one, two)
                for _, one, two in visits
                if two["occurred"] >= one["occurred"]
            )
            / 3600,
        )
        for loop, visits in seen.items()
    }


def waits(log: EventLog) -> tuple[dict[tuple[str, str], tuple[int, float, float]], float]:
    """Count, elapsed and business hours of each wait before a delivery; business hours after one.

    Only what was written down in order.
    """
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    after = 0
    for story in stories_of(log).values():
        for place, (one, two) in enumerate(pairwise(story), start=1):
            if two["occurred"] < one["occurred"]:
                continue
            if any(event["activity"] == "available" for event in story[:place]):
                after += worked(log, one, two)
                continue
            total = totals[(one["activity"], two["activity"])]
            total[0] += 1
            total[1] += two["occurred"] - one["occurred"]
            total[2] += worked(log, one, two)
    found = {pair: (n, took / 3600, work / 3600) for pair, (n, took, work) in totals.items()}
    return found, after / 3600


def hand_offs(log: EventLog) -> tuple[Counter[tuple[str, str]], Counter[int], int]:
    """Pairs of giver and taker, requests by how many, and human steps that name nobody."""
    pairs, by_count, unnamed = Counter[tuple[str, str]](), Counter[int](), 0
    for story in stories_of(log, touches=True).values():
        human = [event for event in story if event["by_person"]]
        unnamed += sum(event["actor"] is None for event in human)
        people = [one["actor"] for one in human if one["actor"] not in (None, "requester")]
        changes = [(one, two) for one, two in pairwise(people) if one != two]
        pairs.update(changes)
        by_count[len(changes)] += 1
    return pairs, by_count, unnamed


def moves_of(story: Story) -> list[tuple[str, str]]:
    """Each move from where the move before it ended; the first from draft."""
    reached = ["draft", *(event["state_to"] for event in story if event["state_to"] is not None)]
    return list(pairwise(reached))


def outside(log: EventLog) -> tuple[int, Counter[tuple[str, str]], set[str]]:
    """How many moves there are, those that the table does not allow, and whose they are."""
    strange, astray, n = Counter[tuple[str, str]](), set(), 0
    for request_id, story in stories_of(log, touches=True).items():
        for origin, target in moves_of(story):
            n += 1
            if State(target) not in TRANSITIONS[State(origin)]:
                strange[(origin, target)] += 1
                astray.add(request_id)
    return n, strange, astray
