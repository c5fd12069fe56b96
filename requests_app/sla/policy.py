"""Which rules and which calendar apply to a request, and how it stands against them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from requests_app.failure_codes import FailureCode
from requests_app.models import Event, Facility, ImagingRequest, Policy
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import Moment, Timeline, fold
from requests_app.sla.explain import DueDate, days_left, explain, share_left
from requests_app.sla.rules import Asked, DayZero, Rule, Unit, binds
from requests_app.sla.stop import stop_of
from requests_app.vocabulary import Direction, EventKind, LegalBasis, Until

A_QUARTER = 0.25


class Band(StrEnum):
    """How an open request stands."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"
    VERY_LATE = "very_late"
    HELD = "held"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an open request stands against its earliest due date.

    `usually_needs` is given where the request is at risk for that reason alone, in the days
    that the rule of its due date counts.
    """

    band: Band
    due: DueDate | None
    days_left: int | None
    usually_needs: float | None = None


def calendar_for(facility: Facility) -> BusinessCalendar:
    """Return the facility's calendar: its own holidays, or the federal ones where it has none."""
    own = {holiday.date: holiday.name for holiday in facility.holidays.all()}
    if own:
        last = date(max(own).year, 12, 31)
        return BusinessCalendar(zone=facility.zone, holidays=own, loaded_through=last)
    return federal_calendar(facility.zone)


def federal_calendar(zone: str, *, first: int = 2015, last: int = 2030) -> BusinessCalendar:
    """Return a calendar of US federal holidays."""
    return BusinessCalendar(
        zone=zone,
        holidays=us_federal_holidays(first, last),
        loaded_through=date(last, 12, 31),
    )


def timeline_of(events: Iterable[Event]) -> Timeline:
    """Fold a request's journal."""
    return fold(
        Moment(
            kind=EventKind(event.kind),
            at=event.occurred_at,
            reason=FailureCode(event.reason) if event.reason else None,
        )
        for event in events
    )


def rules_for(
    request: ImagingRequest, policies: Iterable[Policy] | None = None
) -> tuple[Rule, ...]:
    """Return the enabled rules of a request, as in force on its facility's day of receipt."""
    rows = Policy.objects.all() if policies is None else policies
    received, facility = request.received_at, request.facility
    day = facility.local_day(received) if received is not None else None
    asked = asked_of(request.legal_basis, request.modality, request.direction)
    return rules_under(in_force(rows, facility, day), asked)


def asked_of(legal_basis: str, modality: str | None, direction: str) -> Asked:
    """Return what of a stored request decides which rules bind it."""
    return Asked(
        legal_basis=LegalBasis(legal_basis),
        modality=modality or "",
        direction=Direction(direction),
    )


def rules_under(found: Mapping[str, Rule], asked: Asked) -> tuple[Rule, ...]:
    """Return the enabled ones of a place's rules that bind such a request."""
    return tuple(rule for rule in found.values() if rule.enabled and binds(rule, asked))


def rules_of(facility: Facility, on: date) -> dict[str, Rule]:
    """Return every rule of a facility in force on a day, the disabled ones too."""
    return in_force(Policy.objects.all(), facility, on)


def in_force(rows: Iterable[Policy], facility: Facility, day: date | None) -> dict[str, Rule]:
    """Return the version of each rule in force on a day; without a day, the newest.

    A facility's own version goes before its organization's, that before the one that shipped;
    among those of one place goes the one that began last.
    """
    houses, places = (None, facility.organization_id), (None, facility.pk)
    own = [row for row in rows if row.organization_id in houses and row.facility_id in places]
    return {row.key: rule_of(row) for row in sorted(own, key=_precedence) if _is_in_force(row, day)}


def _is_in_force(row: Policy, day: date | None) -> bool:
    after = row.effective_from is None or day is None or row.effective_from <= day
    before = row.effective_to is None or day is None or day <= row.effective_to
    return after and before


def _precedence(row: Policy) -> tuple[bool, bool, date]:
    return row.facility_id is not None, row.organization_id is not None, _first_day(row)


def _first_day(row: Policy) -> date:
    return row.effective_from or date.min


def rule_of(row: Policy) -> Rule:
    """Return a stored rule as a value."""
    return Rule(
        key=row.key,
        label=row.label,
        citation=row.citation,
        days=row.days,
        unit=Unit(row.unit),
        starts=row.starts,
        stop=Until(row.stop),
        pauses=row.pauses,
        day_zero=DayZero(row.day_zero),
        cutoff=row.cutoff,
        extension_days=row.extension_days,
        enabled=row.enabled,
        verified=f"{row.verified_on} by {row.verified_by}" if row.verified_on else "not verified",
        effective_from=row.effective_from,
        effective_to=row.effective_to,
    )


def due_dates(
    rules: Iterable[Rule], timeline: Timeline, calendar: BusinessCalendar, *, as_of: datetime
) -> tuple[DueDate, ...]:
    """Return the due dates of all rules whose clock has started, the earliest first."""
    found = []
    for rule in rules:
        starts_at = timeline.complete if rule.starts == "complete" else timeline.received
        if starts_at is None:
            continue
        first = explain(
            rule, starts_at=starts_at, calendar=calendar, holds=timeline.holds, as_of=as_of
        )
        # One extension, only if its letter went out inside the first period.
        if rule.extension_days and timeline.extended and timeline.extended < first.due_at:
            first = explain(
                rule,
                starts_at=starts_at,
                calendar=calendar,
                holds=timeline.holds,
                as_of=as_of,
                extended=True,
            )
        found.append(first)
    return tuple(sorted(found, key=lambda due: due.due_at))


def standing(
    dues: tuple[DueDate, ...],
    timeline: Timeline,
    calendar: BusinessCalendar,
    *,
    at: datetime,
    needs: timedelta | None = None,
) -> Standing:
    """Return the band of an open request: late first, then held; very late is past twice the
    allowance.

    At risk is one with two business days left, or a quarter of its allowance, or less time
    than requests in this state usually still need (`needs`).
    """
    due = deciding(dues, timeline, at=at)
    if due is None:
        band = Band.HELD if timeline.waits_on_requester else Band.ON_TRACK
        return Standing(band=band, due=foremost(dues, timeline, at=at), days_left=None)
    left = days_left(due, at=at, calendar=calendar)
    if at >= due.due_at:
        band = Band.VERY_LATE if -left > due.allowance else Band.LATE
        return Standing(band=band, due=due, days_left=left)
    if timeline.waits_on_requester:
        return Standing(band=Band.HELD, due=due, days_left=left)
    quarter = share_left(due, at=at, calendar=calendar) <= A_QUARTER
    if _business_left(due, at, calendar) <= 2 or quarter:
        return Standing(band=Band.AT_RISK, due=due, days_left=left)
    if needs is not None and due.due_at - at < needs:
        usual = _counted(due.rule, calendar, at, needs)
        return Standing(band=Band.AT_RISK, due=due, days_left=left, usually_needs=usual)
    return Standing(band=Band.ON_TRACK, due=due, days_left=left)


def _counted(rule: Rule, calendar: BusinessCalendar, at: datetime, span: timedelta) -> float:
    """Return how many days of a time to come a rule counts: of business days only those."""
    if rule.unit is not Unit.BUSINESS:
        return span / timedelta(days=1)
    return calendar.business_days_of(at, at + span)


def deciding(dues: tuple[DueDate, ...], timeline: Timeline, *, at: datetime) -> DueDate | None:
    """Return the due date that decides how a request stands: the earliest, broken ones first.

    Clocks that have stopped decide nothing. While we wait on the requester only clocks that do
    not pause run towards their end; a pausing clock that had run out before the wait began
    stays broken.
    """
    running = [due for due in dues if stop_of(due.rule, timeline) is None]
    if not timeline.waits_on_requester:
        return next(iter(running), None)
    unpaused = [due for due in running if not due.rule.pauses]
    broken = [due for due in (*unpaused, *running) if due.due_at <= at]
    return next(iter((*broken, *unpaused)), None)


def foremost(dues: tuple[DueDate, ...], timeline: Timeline, *, at: datetime) -> DueDate | None:
    """Return the due date to show: the one that decides; where none does, the earliest."""
    return deciding(dues, timeline, at=at) or next(iter(dues), None)


def _business_left(due: DueDate, at: datetime, calendar: BusinessCalendar) -> int:
    return calendar.business_days_between(calendar.local_day(at), due.due)
