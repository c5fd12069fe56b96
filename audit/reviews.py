"""Reviews of the log by week: what waits, what was looked through, what was found.

45 CFR 164.308(a)(1)(ii)(D) asks for regular review of records of activity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Max, Min

from audit.filters import Filters, count_of, places_of
from audit.models import AuditEntry, Review
from audit.reader import look
from audit.sequence import sequence

if TYPE_CHECKING:
    from django.http import HttpRequest

    from audit.reader import Reader

LOCK = 0x617564697401  # advisory lock: two reviews at once must not overlap
WEEK = timedelta(days=7)
LONGEST_FINDING = 2000


class ReviewRefused(ValueError):
    """A review that cannot be recorded, with the sentence that says why."""


@dataclass(frozen=True, kw_only=True)
class Week:
    """A week that nobody has looked through yet."""

    since: date
    until: date
    entries: int
    due: date

    @property
    def query(self) -> str:
        """The address that shows its entries."""
        return Filters(since=self.since, until=self.until).address()


def reviews_of(reader: Reader) -> list[Review]:
    """Return the reviews of the reader's house that touch their facilities, the latest first."""
    others = reader.accounts_of_others().values_list(get_user_model().USERNAME_FIELD)
    ours = Review.objects.exclude(reviewer__in=others)
    return [one for one in ours if _touches(one, reader)]


def _covered(review: Review) -> set[str]:
    return set(review.facilities.split(",")) - {""}


def _touches(review: Review, reader: Reader) -> bool:
    covered = _covered(review)
    return not covered or not reader.facilities or bool(covered & reader.facilities)


def waiting(reader: Reader, at: datetime) -> list[tuple[date, date]]:
    """Return the whole weeks, Monday to Sunday, in which a day waits for review; latest first."""
    first = AuditEntry.objects.aggregate(first=Min("at"))["first"]
    if first is None:
        return []
    today = at.astimezone(reader.zone).date()
    monday = today - timedelta(days=today.weekday()) - WEEK
    oldest = first.astimezone(reader.zone).date()
    done = reviews_of(reader)
    found = []
    while monday + WEEK > oldest:
        if any(_waits(monday + timedelta(days=number), done, reader) for number in range(7)):
            found.append((monday, monday + WEEK - timedelta(days=1)))
        monday -= WEEK
    return found


def _waits(day: date, done: list[Review], reader: Reader) -> bool:
    """Say whether a day lacks a review, or was reviewed only by who saw less than this reader."""
    these = [one for one in done if one.since <= day <= one.until]
    return not these or _sees_more(these, reader, day, day)


def _sees_more(these: list[Review], reader: Reader, since: date, until: date) -> bool:
    """Say whether a reader sees entries of facilities that none of these reviews covered."""
    left = reader.facilities.difference(*map(_covered, these))
    if not left:
        return False
    less = replace(reader, facilities=left)
    places = places_of(Filters(since=since, until=until), less)
    return places.exclude(entry__facility="").exists()


def week_of(days: tuple[date, date], reader: Reader) -> Week:
    """Return a waiting week with its entries counted."""
    since, until = days
    filters = Filters(since=since, until=until)
    return Week(
        since=since,
        until=until,
        entries=count_of(filters, reader),
        due=until + timedelta(days=settings.AUDIT_REVIEW_DAYS),
    )


def record_review(
    request: HttpRequest, reader: Reader, *, since: date, until: date, finding: str, at: datetime
) -> Review:
    """Record that a range was looked through, in the log too; ReviewRefused says why not."""
    sequence()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _check(reader, since, until, at)
        _check_finding(finding)
        places = places_of(Filters(since=since, until=until), reader)
        reach = places.aggregate(first=Min("seq"), last=Max("seq"))
        review = Review.objects.create(
            reviewed_at=at,
            reviewer=request.user.get_username(),
            since=since,
            until=until,
            entries=places.count(),
            first_seq=reach["first"],
            last_seq=reach["last"],
            facilities=",".join(sorted(reader.facilities)),
            finding=finding,
        )
        look(
            request,
            "log.reviewed",
            at,
            since=since.isoformat(),
            until=until.isoformat(),
            entries=review.entries,
            first=review.first_seq,
            last=review.last_seq,
            # The words may name a person, so the log seals only their hash.
            finding_sha256=sha256(finding.encode()).hexdigest() if finding else "",
        )
    return review


def _check(reader: Reader, since: date, until: date, at: datetime) -> None:
    if until < since:
        raise ReviewRefused("The range ends before it begins.")
    if until >= at.astimezone(reader.zone).date():
        raise ReviewRefused(f"{until.isoformat()} is not over yet. Review days that are past.")
    for one in reviews_of(reader):
        if one.since > until or since > one.until:
            continue
        if not _sees_more([one], reader, max(since, one.since), min(until, one.until)):
            raise ReviewRefused(
                f"{one.reviewer} has reviewed {one.since.isoformat()} to {one.until.isoformat()} "
                "already. Choose days that nobody has reviewed."
            )


def _check_finding(finding: str) -> None:
    if len(finding) > LONGEST_FINDING:
        raise ReviewRefused(f"A finding holds at most {LONGEST_FINDING} letters.")
