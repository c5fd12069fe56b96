"""Measures of live work equal what PostgreSQL says of the tables, asked by other words."""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.sources.live import live_log
from requests_app.demonstration.write import write_year
from requests_app.house.rules import seed_rules
from requests_app.lifecycle.states import TRANSITIONS
from requests_app.models import Event, ImagingRequest, Policy
from requests_app.vocabulary import EventKind
from tests.analytics.sources.sql_shares import SHARES
from tests.analytics.sources.sql_values import COUNTS, MEANS, PAIRS, QUANTILES, WAITS, WORDS

AS_OF = datetime(2026, 11, 24, 13, tzinfo=UTC)
TABLES = Path(__file__).with_name("measures.sql")
ASKED = (COUNTS, MEANS, QUANTILES, WAITS, PAIRS, SHARES, WORDS)
OPEN = ("received", "approved", "locating")
ENDED = ("closed", "delivered")
Ask = Callable[[str], list[tuple[Any, ...]]]


def test_every_measure_is_asked_of_the_tables_once() -> None:
    assert sorted(key for table in ASKED for key in table) == sorted(BY_KEY)


def happen(request: ImagingRequest, kind: EventKind, **facts: Any) -> None:
    """Add to the end of a journal, an hour before the as-of moment where nothing else is said."""
    last = Event.objects.filter(request=request).order_by("seq").last()
    known = {"occurred_at": AS_OF - timedelta(hours=1), "recorded_at": AS_OF}
    seq = last.seq + 1 if last else 1
    Event.objects.create(request=request, seq=seq, kind=kind, **(known | facts))


def hold_some() -> None:
    """Begin a hold of each of several causes, one an hour."""
    waiting = ImagingRequest.objects.filter(state__in=OPEN).order_by("pk")
    for number, (request, reason) in enumerate(
        zip(waiting, ("AU01", "LO03", "RV03", "RV01"), strict=False), start=1
    ):
        at = AS_OF - timedelta(hours=number)
        happen(request, EventKind.HOLD_STARTED, occurred_at=at, reason=reason)


def age_some() -> None:
    """Let some open requests have come earlier, each by so many days."""
    waiting = ImagingRequest.objects.exclude(events__kind__in=("hold_started", "available"))
    found = waiting.exclude(state__in=(*ENDED, "denied", "withdrawn", "not_found", "duplicate"))
    for number, request in enumerate(found.order_by("pk")):
        earlier = timedelta(days=(0, 30, 2, 9, 3, 1)[number % 6])
        Event.objects.filter(request=request).update(occurred_at=F("occurred_at") - earlier)
        request.received_at -= earlier
        request.save(update_fields=("received_at",))


def ask_earlier(requests: Iterable[ImagingRequest], days: timedelta) -> list[datetime]:
    """Let requests have been received earlier than they were; return when."""
    found = []
    for request in requests:
        event = Event.objects.get(request=request, kind=EventKind.RECEIVED)
        event.occurred_at -= days
        event.save(update_fields=("occurred_at",))
        found.append(event.occurred_at)
    return found


def note_some() -> None:
    """Let happen what the year of a demonstration leaves out, to some requests each."""
    ended = ImagingRequest.objects.filter(state__in=ENDED).order_by("pk")
    theirs = list(ended.filter(direction="outbound", requester_type="patient"))
    came = list(ended.filter(direction="inbound"))
    for place, code in enumerate(("FU02", "FU03", "FU04", "US02", "TR04", "RV03", "TR10", "IN05")):
        for request in theirs[place::9]:
            happen(request, EventKind.FAILURE_NOTED, reason=code)
    for place, code in enumerate(("FU01", "US09", "US01")):
        for request in came[place::5]:
            happen(request, EventKind.FAILURE_NOTED, reason=code)
    for request in came[3::5]:
        happen(request, EventKind.IMAGES_UNUSABLE, reason="US05")
    for request in theirs[6::12]:  # nobody ends the hold: a print goes out meanwhile
        begun = AS_OF - timedelta(hours=30)
        happen(request, EventKind.HOLD_STARTED, reason="LO03", occurred_at=begun)
        happen(request, EventKind.AVAILABLE, channel="physical_paper")
    for request in (*came[4::10], *theirs[8::9]):
        happen(request, EventKind.ASSIGNED, state_to="ready")
        happen(request, EventKind.ASSIGNED, state_to=request.state)
    ask_earlier(ended.filter(direction="outbound", modality="MG")[:2], timedelta(days=20))
    for place, days in ((2, 32), (5, 10)):  # an extension is one where it was written in 30 days
        for request in theirs[place::9]:
            [at] = ask_earlier([request], timedelta(days=40))
            happen(request, EventKind.EXTENDED, occurred_at=at + timedelta(days=days))
    # As if release took long from there: what is approved now is at risk for that alone.
    Event.objects.filter(kind=EventKind.APPROVED, request__in=ended).update(
        occurred_at=F("occurred_at") - timedelta(days=4)
    )
    carried = Event.objects.filter(kind=EventKind.AVAILABLE, delivery__instances__isnull=False)
    first, second, *_ = carried.order_by("pk").values_list("pk", flat=True).distinct()
    Event.objects.filter(pk=first).update(channel="physical_cd")
    Event.objects.filter(pk=second).update(channel="")
    untouched = [request.pk for request in theirs[::4]]
    Event.objects.filter(request__in=untouched, kind=EventKind.MANUAL_TOUCH).delete()
    ImagingRequest.objects.filter(pk__in=[one.pk for one in theirs[1::8]]).update(
        fee_cents=650, intake="walk_in", legal_basis="third_party_directive"
    )


@pytest.fixture
def ask(db: None) -> Iterator[Ask]:
    """A year with all rules in force, and a door to its tables."""
    seed_rules()
    Policy.objects.filter(key__in=("ca_copies", "mqsa_transfer", "information_blocking")).update(
        enabled=True, verified_on=AS_OF.date(), verified_by="a test"
    )
    write_year(seed=5, requests=160, as_of=AS_OF, password="only for a test")
    age_some()
    hold_some()
    note_some()
    at = {"as_of": int(AS_OF.timestamp())}
    moves = [(origin, target) for origin, targets in TRANSITIONS.items() for target in targets]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE allowed (origin text, target text)")
        cursor.executemany("INSERT INTO allowed VALUES (%s, %s)", moves)
        cursor.execute(TABLES.read_text().replace("%(as_of)s", str(at["as_of"])))

        def answer(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql, at)
            return [
                tuple(one if one is None or isinstance(one, str) else float(one) for one in row)
                for row in cursor.fetchall()
            ]

        yield answer


def of_counts(ask: Ask) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for key, sql in COUNTS.items():
        [(n,)] = ask(f"SELECT count(*) FROM ({sql}) rows")
        yield key, (n, n, n, None, 0)


def of_values(ask: Ask) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for key, (per, sql) in MEANS.items():
        [(mean, total, n)] = ask(
            f"SELECT avg(of) / {per}, sum(of) / {per}.0, count(of) FROM ({sql}) v"
        )
        yield key, (mean, n, total, n, 0)
    for key, (share, per, sql) in QUANTILES.items():
        order = f"percentile_cont({share}) WITHIN GROUP (ORDER BY of)"
        [(found, n)] = ask(f"SELECT {order} / {per}.0, count(of) FROM ({sql}) v")
        yield key, (found, n, None, n, 0)
    for key, sql in PAIRS.items():
        [(found, n, numerator, denominator)] = ask(sql)
        yield key, (found, n, numerator, denominator, 0)


def of_waits(ask: Ask) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The product of the shares that were left after each time, of those that waited until it."""
    for key, (share, sql) in WAITS.items():
        [(found,)] = ask(f"""
            WITH waits AS ({sql}),
            times AS (SELECT of, count(*) FILTER (WHERE done) AS gone,
                sum(count(*)) OVER (ORDER BY of DESC) AS waited FROM waits GROUP BY of),
            curve AS (SELECT of, CASE WHEN bool_or(gone = waited) OVER upto THEN 0 ELSE
                exp(sum(ln(greatest(1 - gone / waited, 1e-9))) OVER upto) END AS waiting
                FROM times WINDOW upto AS (ORDER BY of))
            SELECT min(of) / 86400.0 FROM curve WHERE waiting <= 1 - {share} + 1e-9""")
        [(n, gone)] = ask(f"SELECT count(*), count(*) FILTER (WHERE done) FROM ({sql}) waits")
        yield key, (found, n, gone, n, 0)


def of_shares(ask: Ask) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for key, sql in SHARES.items():
        [(hits, n, unknown)] = ask(sql)
        assert 0 < hits < n, f"{key}: nothing, or all of it, says little of a share"
        yield key, (100 * hits / n, n, hits, n, unknown)


def parts_of(found: Result) -> tuple[Any, ...]:
    return found.value, found.n, found.numerator, found.denominator, found.unknown


def is_same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.slow
def test_measures_of_live_work_are_what_the_tables_say(ask: Ask) -> None:
    found = compute(fold(live_log(AS_OF)), Selection())
    differing = {}
    for asked in (of_counts, of_values, of_waits, of_shares):
        for key, expected in asked(ask):
            pairs = list(zip(parts_of(found[key]), expected, strict=True))
            if not all(is_same(*pair) for pair in pairs):
                differing[key] = pairs
            assert found[key].n, key
    assert differing == {}
    for key, sql in WORDS.items():
        rows = ask(f"SELECT word, sum(of), count(*) FROM ({sql}) words GROUP BY 1")
        groups = {group.group: (group.value, group.n) for group in found[key].by}
        assert len(groups) > 3, key
        assert groups == {word: pytest.approx((of, n), rel=1e-9) for word, of, n in rows}, key
        whole = sum(of for _, of, _ in rows)
        expected = (whole, sum(n for *_, n in rows), whole, whole, 0)
        assert parts_of(found[key]) == pytest.approx(expected, rel=1e-9), key
