"""Logs in which nearly everything happens, and what they say of every count of every measure.

Which counts are parts of others is found here by asking for one predicate at a time, request by
request: no code is shared with what hides counts.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import numpy as np

from analytics.metrics.catalogue import BY_KEY, METRICS
from analytics.metrics.definition import COUNTS_GROUPS, Kind, Result
from analytics.metrics.grouping import grouping_of
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.metrics.suppression.published import PublishedResult
from analytics.mirror.fold import Mirror, fold
from requests_app.sla.rules import KINDS
from tests.analytics.metrics.drawn_logs import AS_OF, REASONS, log_of

DAY = 86400
Name = tuple[str, str]
"""A measure, and which of its counts."""
Pick = Callable[..., object]
_SPLIT = (Kind.SHARE, Kind.SURVIVAL, Kind.NET)


def drawn(seed: int, size: int, odd: float) -> Mirror:
    """Return a folded log; each word is an odd one with this probability."""
    dice = random.Random(seed)

    def pick(usual: object, *others: object, often: float = odd) -> object:
        return usual if dice.random() > often else dice.choice(others)

    return fold(log_of([_request(dice, pick, odd) for _ in range(size)]))


def _request(dice: random.Random, pick: Pick, odd: float) -> tuple[dict, list[dict]]:
    ago = lambda most: AS_OF - dice.randint(0, most) * DAY  # noqa: E731
    direction = pick("outbound", "inbound", often=max(odd, 0.25))
    released = pick(ago(20), None, None, AS_OF - 70 * DAY, often=max(odd, 0.15))
    grades = (None, "after_rework", "not_usable", "untested")
    row = {
        "facility": dice.choice(["north", "south"]),
        "direction": direction,
        "received": AS_OF - dice.randint(21, 60) * DAY,
        "available": released,
        "outcome": pick(None, "denied", "withdrawn", "duplicate", "not_found", "not_our_patient"),
        "contract_seconds": pick(3 * DAY, None),
        "modality": pick("CT", None, "MG"),
        "held_since": pick(None, ago(60)),
        "held_for": pick("AU01", "LO03"),
        "ended": pick(AS_OF - 2 * DAY, None, AS_OF - 40 * DAY),
        "at_risk_from": pick(AS_OF + DAY, AS_OF - 1, None),
        "late_from": pick(AS_OF + 2 * DAY, AS_OF - 1),
        "very_late_from": pick(AS_OF + 3 * DAY, AS_OF - 1),
        "is_held": pick(False, True, None),
        "usable": pick("immediate", *grades) if direction == "inbound" else None,
        "partner": pick("Lake", None, "Hill"),
        "requester_type": pick("patient", "representative", "attorney", often=max(odd, 0.3)),
        "intake": pick("portal", "walk_in", "fax", None),
        "wanted": pick("link", "physical", "unknown", None),
        "is_charged": pick(False, True, None),
        "first_opened": pick(AS_OF, None, ago(60)),
        "attempts": pick(None, 0, 1, 2),
        **{f"{one}_due": pick(ago(20), None, AS_OF + DAY) for one in (*KINDS, "contract", "legal")},
        **{f"{one}_stop": pick(ago(20), None) for one in KINDS},
        "need_by": pick(AS_OF - 5 * DAY, None, AS_OF + DAY),
    }
    return row, [*_story(dice, pick, odd, row)]


def _story(dice: random.Random, pick: Pick, odd: float, row: Mapping) -> Iterable[dict]:
    if row["direction"] == "inbound" and dice.random() > odd / 2:
        yield _step("images_received", **_way(pick), studies=pick(1, 0, None, 2))
    if row["direction"] == "inbound" and dice.random() > odd / 2:
        yield _step("images_usable")
    if row["available"] and dice.random() > odd / 3:
        yield _step("available", **_way(pick), studies=pick(1, None, 2))
    others = ("available", "manual_touch", "hold_started", "hold_ended", "delivery_failed")
    noted = ("failure_noted", "failure_recovered", "logged", "confirmed_usable")
    while dice.random() < odd:
        yield _step(
            dice.choice([*others, *noted, "images_unusable", "images_usable"]),
            after=dice.randint(1, 3000),
            reason=dice.choice([None, *REASONS]),
            actor=dice.choice(["a", "b", None]),
            state_to=dice.choice([None, None, "received", "approved"]),
            by_person=True,
            **_way(pick),
        )


def _way(pick: Pick) -> dict:
    ways = ("physical_cd", "physical_paper", "p2p_sftp", "unknown")
    return {"medium": pick("link", "physical", "unknown"), "channel": pick("link_secure", *ways)}


def _step(activity: str, **said: object) -> dict:
    return {"activity": activity, "after": 100, "reason": None, "touch": "call", **said}


def declared(results: Mapping[str, Result]) -> dict[Name, tuple[str, str, str]]:
    """Return every printed count of every measure that was computed: table, predicate, weight."""
    found = {}
    for metric in METRICS:
        result, weight = results[metric.key], metric.weight or "1"
        if not result.n and result.why:
            continue
        found[metric.key, "n"] = (metric.table, metric.where, weight)
        if metric.kind in _SPLIT and result.numerator is not None:
            hit = f"({metric.where}) AND ({metric.counts})"
            found[metric.key, "hit"] = (metric.table, hit, weight)
        if result.unknown:
            unsure = f"({metric.where}) AND ({metric.unknown})"
            found[metric.key, "unknown"] = (metric.table, unsure, weight)
        if metric.kind is Kind.MEAN and metric.per == 1:
            found[metric.key, "hit"] = (metric.table, metric.where, metric.value)
        for why, predicate in metric.excluded.items():
            found[metric.key, f"left out: {why}"] = (metric.table, predicate, "1")
        for group in result.by if metric.kind is Kind.GROUPS else ():
            is_it = f"coalesce(CAST({metric.group} AS VARCHAR), 'unknown') = '{group.group}'"
            found[metric.key, f"group: {group.group}"] = (
                metric.table,
                f"({metric.where}) AND {is_it}",
                weight,
            )
    return found


def worked_out(names: Iterable[Name]) -> dict[Name, dict[Name, int]]:
    """Return what a reader adds up: the rest of a whole, and all that a measure speaks of."""
    known, found = set(names), {}
    for metric in METRICS:
        whole, hit = (metric.key, "n"), (metric.key, "hit")
        if metric.kind in _SPLIT and hit in known:
            found[metric.key, "rest"] = {whole: 1, hit: -1}
        left = [(metric.key, f"left out: {why}") for why in metric.excluded]
        if whole in known and left and not metric.weight:
            found[metric.key, "all"] = dict.fromkeys((whole, *left), 1)
    return found


class Counted:
    """How often each count counts each request, in each group, and how many that are."""

    def __init__(self, mirror: Mirror, asked: Mapping[Name, tuple], by: str | None = None) -> None:
        more = worked_out(asked)
        self.names = [*asked, *more]
        key = grouping_of(by) if by else None
        word = key.sql if key else "''"
        rows: dict[tuple, dict[Name, int]] = {}
        with asking(mirror, Selection()) as question:
            for name, (table, where, weight) in asked.items():
                text = f"SELECT request_id, {word}, sum({weight}) FROM {table}"
                found = question.rows(f"{text} WHERE $selection AND ({where}) GROUP BY 1, 2")
                for request, group, count in found:
                    place = (key.name(group) if key else "", request)
                    row = rows.setdefault(place, {})
                    row[name] = row.get(name, 0) + int(count or 0)
        for row in rows.values():
            for name, of in more.items():
                row[name] = sum(times * row.get(one, 0) for one, times in of.items())
        self.groups = np.array([group for group, _ in rows])
        self.rows = np.array([[row.get(name, 0) for name in self.names] for row in rows.values()])

    def sizes(self, group: str) -> np.ndarray:
        """How many each count counts in a group."""
        return self.rows[self.groups == group].sum(axis=0)


@cache
def _wide() -> tuple[Mirror, ...]:
    odd = (0.9, 0.7, 0.5, 0.3, 0.95, 0.6, 0.8, 0.4)
    return tuple(drawn(seed, 400, one) for seed, one in enumerate(odd, start=1))


def everywhere(asked: Mapping[Name, tuple]) -> np.ndarray:
    """Return how often each count counts each request of wide logs: parts are parts in all."""
    return np.concatenate([Counted(mirror, asked).rows for mirror in _wide()])


def shown(found: Mapping[str, PublishedResult], name: Name, group: str = "") -> int | None:
    """Return what is printed of a count, in all or in a group; None where it is hidden or absent."""
    key, which = name
    one = found[key]
    if which in ("rest", "all"):
        raise ValueError("nobody prints what readers work out")
    if group:
        mine = next((each for each in one.by if each.group == group), None)
        if mine is None or BY_KEY[key].kind in COUNTS_GROUPS or which not in ("n", "hit"):
            return None
        return mine.n if which == "n" else mine.numerator
    if which.startswith("left out: "):
        return one.excluded.get(which.removeprefix("left out: "), 0)
    if which.startswith("group: "):
        word = which.removeprefix("group: ")
        return next((each.n for each in one.by if each.group == word), None)
    return {"n": one.n, "hit": one.numerator, "unknown": one.unknown}[which]
