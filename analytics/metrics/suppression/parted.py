"""Counts that other measures cut into disjoint parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analytics.metrics.suppression.cells import Cell, Sum
from analytics.metrics.suppression.counted import Counted

_OF_DELIVERED = (
    *("rework_rate", "first_pass_yield", "zero_touch_share", "manual_touches_mean"),
    "handoffs_mean",
)
"""Measures that look at each delivered request once."""
_AT_ONCE = "immediately_usable"
Counts = dict[str | None, tuple[Cell, int]]
"""A count and its cell, by group; None is all of them."""
_Parted = tuple[Counts, list[Counts]]


def parted(by_key: Mapping[str, Counted]) -> Iterator[Sum]:
    """Counts that other measures cut into disjoint parts, in all and in every group."""
    found = (
        *(_grades, _checks, _ways, _turns, _apart, _bands, _holds, _appointments, _views),
        _beyond_the_first,
    )
    for whole, parts in (one for each in found for one in each(by_key)):
        for group in whole:
            there = [one[group] for one in parts if group in one]
            if there and sum(n for _, n in there) <= whole[group][1]:
                yield Sum(whole[group][0], tuple(cell for cell, _ in there))


def _looked_at(one: Counted) -> Counts:
    groups = zip(one.words, one.result.by, strict=True)
    return {None: (one.n(), one.result.n)} | {word: (one.n(word), own.n) for word, own in groups}


def hit(one: Counted) -> Counts:
    """Return the numerators of a measure, by group."""
    if not one.parts():
        return {}
    groups = zip(one.words, one.result.by, strict=True)
    return {None: (one.parts()[0], int(one.result.numerator or 0))} | {
        word: (one.parts(word)[0], int(own.numerator or 0)) for word, own in groups
    }


def _unknown(one: Counted) -> Counts:
    return {None: (one.unknown(), one.result.unknown)} if one.result.unknown else {}


def _left_out(one: Counted) -> Iterator[Counts]:
    for why, cell in one.excluded().items():
        yield {None: (cell, one.result.excluded[why])}


def _grades(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """What arrived is usable at once, after rework, or not; or nobody tested it."""
    found = [by_key.get(key) for key in (_AT_ONCE, "usable_after_rework", "not_usable")]
    graded = [one for one in found if one is not None]
    if len(graded) > 1:
        untested = next((_unknown(one) for one in reversed(graded) if one.result.unknown), {})
        yield _looked_at(graded[0]), [*(hit(one) for one in graded), untested]


def _checks(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """What is usable at once has no failure of either sort, and what may be, may have none."""
    at_once = by_key.get(_AT_ONCE)
    sorts = (by_key.get(key) for key in ("technically_usable", "clinically_usable"))
    for one in sorts:
        if one is not None and at_once is not None:
            yield hit(one), [hit(at_once)]
            yield _unknown(one), [_unknown(at_once)]


def _ways(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """All deliveries are the electronic ones, and those left out of them."""
    some, physical = (
        by_key.get(key) for key in ("workaround_share_electronic", "physical_media_share_out")
    )
    every = physical or by_key.get("workaround_share_all")
    if some is not None and every is not None:
        yield _looked_at(every), [_looked_at(some), *_left_out(some)]
    if some is not None and physical is not None:
        yield _looked_at(physical), [_looked_at(some), hit(physical)]


def _turns(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """A net flow is made of what was received and what was closed."""
    net, received, closed = (
        by_key.get(key) for key in ("net_flow", "requests_received", "requests_closed")
    )
    if net is None:
        return
    yield _looked_at(net), [_looked_at(one) for one in (received, closed) if one is not None]
    if closed is not None:
        yield _looked_at(closed), [hit(net)]


def _apart(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """Who met no trouble met none of them: both are parts of the same requests."""
    free = by_key.get("frictionless_share")
    if free is not None:
        for key, one in by_key.items():
            if key.startswith("friction_"):
                yield _looked_at(free), [hit(free), hit(one)]


def _bands(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """What is open is late, held, at risk, or none of these."""
    every, late, forgotten, held, risk, fine = (
        by_key.get(f"{band}_requests")
        for band in ("open", "late", "very_late", "held", "at_risk", "on_track")
    )
    some = [_looked_at(one) for one in (late or forgotten, held, risk, fine) if one is not None]
    if every is not None and some:
        yield _looked_at(every), some
    if every is not None and risk is not None:
        yield _looked_at(every), [_looked_at(risk), *_left_out(risk)]
    if late is not None and forgotten is not None:
        yield _looked_at(late), [_looked_at(forgotten)]


def _holds(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """Those held, and not late, are some of all that are on hold."""
    held = by_key.get("held_requests")
    ages = by_key.get("hold_age_median") or by_key.get("hold_age_p90")
    causes = by_key.get("holds_by_cause")
    if held is not None and ages is not None:
        yield _looked_at(ages), [_looked_at(held)]
    elif held is not None and causes is not None:
        yield {None: (causes.n(), causes.result.n)}, [{None: (held.n(), held.result.n)}]


def _appointments(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """Of those expected some are there; of those not there some are not missed."""
    expected, there = (
        by_key.get("before_appointment_share"),
        by_key.get("appointment_margin_median"),
    )
    if expected is None or there is None:
        return
    yield _looked_at(expected), [_looked_at(there)]
    others = {why: one for why, one in expected.excluded().items() if why not in there.excluded()}
    for why, absent in there.excluded().items():
        if why not in expected.excluded():
            yield (
                {None: (absent, there.result.excluded[why])},
                [{None: (one, expected.result.excluded[why])} for why, one in others.items()],
            )


def _views(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """Links that patients got are some of all links, opened or not."""
    every, theirs = (
        by_key.get(f"{of}first_view_median") or by_key.get(f"{of}first_view_p90")
        for of in ("", "patient_")
    )
    if every is not None and theirs is not None:
        yield _looked_at(every), [_looked_at(theirs)]
        yield hit(every), [hit(theirs)]
        for why, one in every.excluded().items():
            if why in theirs.excluded():
                part: Counts = {None: (theirs.excluded()[why], theirs.result.excluded[why])}
                yield {None: (one, every.result.excluded[why])}, [part]


def _beyond_the_first(by_key: Mapping[str, Counted]) -> Iterator[_Parted]:
    """Deliveries are the first ones, a request that was delivered each, and those beyond.

    What is left over are further ways of one delivery. A log that says itself how often it was sent
    names no way of those beyond: they are taken for parts all the same, which can only hide more.
    """
    sent = by_key.get("physical_media_share_out") or by_key.get("workaround_share_all")
    of = by_key.get("physical_media_requests_any") or by_key.get("physical_media_requests_only")
    if sent is not None and of is not None:
        yield _looked_at(sent), [_looked_at(of)]
    every, again = by_key.get("deliveries_by_channel"), by_key.get("rework_rate")
    first = next((by_key[key] for key in _OF_DELIVERED if key in by_key), None)
    if every is not None and first is not None:
        parts: list[Counts] = [{None: (first.n(), first.result.n)}]
        if again is not None:
            total = int(again.result.numerator or 0)
            parts += [{None: (cell, total)} for cell in again.totals()]
        yield {None: (every.n(), every.result.n)}, parts
