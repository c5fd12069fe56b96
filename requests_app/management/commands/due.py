"""The clock calculator: when is a request due, and why. Needs the database for --facility only."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import Hold
from requests_app.sla.explain import DueDate, explain
from requests_app.sla.rules import RULES, DayZero, Rule

if TYPE_CHECKING:
    from requests_app.models import Facility


class Command(BaseCommand):
    """Exit status 0 with a date, 1 where none can be counted, 2 for misuse."""

    help = "Count a due date and explain it day by day. Not legal advice."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--rule", required=True, help=", ".join(RULES))
        parser.add_argument("--from", dest="start", required=True, help="a date, or an ISO time")
        parser.add_argument("--facility", help="a facility's slug: its zone, holidays and rules")
        parser.add_argument("--zone", help="a time zone; America/Chicago where it is left out")
        parser.add_argument("--holiday", action="append", default=[], help="one more holiday")
        parser.add_argument(
            "--hold", action="append", default=[], help="START..END, or START.. while it lasts"
        )
        parser.add_argument("--extended", action="store_true")
        parser.add_argument("--day-zero", choices=[word.value for word in DayZero])
        parser.add_argument("--through", type=int, help="the last year with loaded holidays")
        parser.add_argument("--explain", action="store_true", help="print each day")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and print."""
        zone, calendar, facility = _place(options["facility"], options["zone"])
        starts_at = _moment(options["start"], zone)
        rules = _rules(facility, starts_at)
        rule = _rule(rules, options["rule"], options["day_zero"])
        calendar = calendar or _calendar(zone, starts_at, options["through"])
        calendar = _with_holidays(calendar, options["holiday"])
        holds = [_hold(text, zone) for text in options["hold"]]
        try:
            due = explain(
                rule,
                starts_at=starts_at,
                calendar=calendar,
                holds=holds,
                extended=options["extended"],
                as_of=None if all(hold.ended for hold in holds) else max(now(), starts_at),
            )
        except (ValueError, OverflowError) as error:
            self.stderr.write(f"No due date can be counted: {error}. Give an earlier date.")
            sys.exit(1)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(due, options["start"])))
        else:
            self.stdout.write(as_text(due, explained=options["explain"]))


def as_json(due: DueDate, start: str) -> dict[str, object]:
    """Return the JSON shape of a due date."""
    return {
        "rule": due.rule.key,
        "from": start,
        "due": due.due.isoformat(),
        "citation": due.rule.citation,
        "policy": due.rule.policy,
        "days": [
            {"date": day.date.isoformat(), "counted": day.counted, "why": day.why}
            for day in due.days
        ],
        "warnings": list(due.warnings),
    }


def as_text(due: DueDate, *, explained: bool) -> str:
    """Return a due date in words."""
    lines = [f"Due {due.due:%a, %b %-d, %Y}, end of day. {due.rule.citation}.", due.rule.policy]
    if explained:
        lines += [f"  {day.date:%a %Y-%m-%d}  {day.why}" for day in due.days]
    lines += [f"Note: {warning}" for warning in due.warnings]
    return "\n".join([*lines, "Not legal advice."])


def _place(
    slug: str | None, zone: str | None
) -> tuple[ZoneInfo, BusinessCalendar | None, Facility | None]:
    """Return zone and calendar of a facility, or the general ones without a database."""
    if slug is None:
        return _zone(zone or "America/Chicago"), None, None
    if zone is not None:
        raise CommandError("Give --facility or --zone, not both.", returncode=2)
    from requests_app.models import Facility
    from requests_app.sla.policy import calendar_for

    try:
        facility = Facility.objects.get(slug=slug)
    except Facility.DoesNotExist as error:
        known = ", ".join(Facility.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(
            f"There is no facility {slug!r}. Known: {known}.", returncode=2
        ) from error
    calendar = calendar_for(facility)
    return calendar.zone_info, calendar, facility


def _rules(facility: Facility | None, starts_at: datetime) -> dict[str, Rule]:
    """Return the rules in force when the count starts; those that ship without a facility."""
    if facility is None:
        return RULES
    from requests_app.sla.policy import rules_of

    return rules_of(facility, facility.local_day(starts_at))


def _rule(rules: dict[str, Rule], key: str, day_zero: str | None) -> Rule:
    if key not in rules and key in RULES:
        raise CommandError(f"The rule {key!r} is not in force there on that day.", returncode=2)
    if key not in rules:
        raise CommandError(f"There is no rule {key!r}. Known: {', '.join(rules)}.", returncode=2)
    rule = rules[key]
    if day_zero is None:
        return rule
    return replace(rule, day_zero=DayZero(day_zero))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CommandError(f"There is no time zone {name!r}.", returncode=2) from error


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a date (its start in the facility) or a time (in the facility where it names no zone)."""
    try:
        if len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), time(), zone)
        else:
            found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except ValueError as error:
        raise CommandError(f"{text!r} is neither a date nor an ISO time.", returncode=2) from error
    except OverflowError as error:
        raise CommandError(f"{text} is out of reach; give a nearer day.", returncode=2) from error


def _hold(text: str, zone: ZoneInfo) -> Hold:
    start, dots, end = text.partition("..")
    if not dots:
        start, dots, end = text.partition("/")
    if not dots:
        raise CommandError(f"A hold is START..END, not {text!r}.", returncode=2)
    started, ended = _moment(start, zone), _moment(end, zone) if end else None
    if ended is not None and ended < started:
        raise CommandError(f"The hold {text!r} ends before it begins.", returncode=2)
    return Hold(started=started, ended=ended, reason=FailureCode.LO05)


def _calendar(zone: ZoneInfo, starts_at: datetime, through: int | None) -> BusinessCalendar:
    first = starts_at.year
    last = through if through is not None else first + 2
    if not 1971 <= last <= 2200:
        raise CommandError("Give a year between 1971 and 2200 in --through.", returncode=2)
    found = dict(us_federal_holidays(min(first, last) - 1, last))
    return BusinessCalendar(zone=zone.key, holidays=found, loaded_through=date(last, 12, 31))


def _with_holidays(calendar: BusinessCalendar, more: list[str]) -> BusinessCalendar:
    try:
        extra = {date.fromisoformat(day): "holiday" for day in more}
    except ValueError as error:
        raise CommandError(
            f"A holiday is a date such as 2026-07-03: {error}.", returncode=2
        ) from error
    return replace(calendar, holidays={**calendar.holidays, **extra})
