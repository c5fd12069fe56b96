"""The clock calculator: when is a request due, and why."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError

from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import Hold
from requests_app.sla.explain import DueDate, explain
from requests_app.sla.rules import RULES, DayZero, Rule


class Command(BaseCommand):
    """Exit status 0 with a date, 1 where none can be counted, 2 for misuse."""

    help = "Count a due date and explain it day by day. Not legal advice."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--rule", required=True, help=", ".join(RULES))
        parser.add_argument("--from", dest="start", required=True, help="a date, or an ISO time")
        parser.add_argument("--zone", default="America/Chicago", help="the facility's time zone")
        parser.add_argument("--holiday", action="append", default=[], help="one more holiday")
        parser.add_argument("--hold", action="append", default=[], help="START/END, ISO times")
        parser.add_argument("--extended", action="store_true")
        parser.add_argument("--day-zero", choices=[word.value for word in DayZero])
        parser.add_argument("--through", type=int, help="the last year with loaded holidays")
        parser.add_argument("--explain", action="store_true", help="print each day")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count and print."""
        rule = _rule(options["rule"], options["day_zero"])
        zone = _zone(options["zone"])
        starts_at = _moment(options["start"], zone)
        calendar = _calendar(zone, starts_at, options["holiday"], options["through"])
        holds = [_hold(text, zone) for text in options["hold"]]
        try:
            due = explain(
                rule,
                starts_at=starts_at,
                calendar=calendar,
                holds=holds,
                extended=options["extended"],
            )
        except (ValueError, OverflowError) as error:
            self.stderr.write(f"No due date can be counted: {error}.")
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


def _rule(key: str, day_zero: str | None) -> Rule:
    if key not in RULES:
        raise CommandError(f"There is no rule {key!r}. Known: {', '.join(RULES)}.", returncode=2)
    rule = RULES[key]
    if day_zero is None:
        return rule
    return Rule(**{**rule.__dict__, "day_zero": DayZero(day_zero)})


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CommandError(f"There is no time zone {name!r}.", returncode=2) from error


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a date (its start in the facility) or a time (in the facility where it names no zone)."""
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is neither a date nor an ISO time.", returncode=2) from error
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _hold(text: str, zone: ZoneInfo) -> Hold:
    start, slash, end = text.partition("/")
    if not slash:
        raise CommandError(f"A hold is START/END, not {text!r}.", returncode=2)
    started, ended = _moment(start, zone), _moment(end, zone)
    if ended < started:
        raise CommandError(f"The hold {text!r} ends before it begins.", returncode=2)
    return Hold(started=started, ended=ended, reason=FailureCode.LO05)


def _calendar(
    zone: ZoneInfo, starts_at: datetime, more: list[str], through: int | None
) -> BusinessCalendar:
    first = starts_at.year
    last = through if through is not None else first + 2
    found = dict(us_federal_holidays(first - 1, max(last, first)))
    found = {day: name for day, name in found.items() if day.year <= last}
    try:
        found |= {date.fromisoformat(day): "holiday" for day in more}
    except ValueError as error:
        raise CommandError(
            f"A holiday is a date such as 2026-07-03: {error}.", returncode=2
        ) from error
    return BusinessCalendar(zone=zone.key, holidays=found, loaded_through=date(last, 12, 31))
