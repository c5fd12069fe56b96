"""Holds pause whole days: the worked example of the docs is what is counted."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import Hold
from requests_app.sla.explain import explain
from requests_app.sla.rules import RULES

CHICAGO = ZoneInfo("America/Chicago")
PAGE = Path(__file__).resolve().parents[3] / "docs" / "explanation" / "clocks.md"
LINES = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
ROWS = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in LINES[1:]]
CALENDAR = BusinessCalendar(zone=CHICAGO.key, holidays=us_federal_holidays(2026, 2026))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


def test_the_docs_show_at_least_five_holds() -> None:
    assert len(ROWS) >= 5


@pytest.mark.parametrize(("start", "end", "lost", "due"), ROWS)
def test_each_row_of_the_docs_is_what_is_counted(start: str, end: str, lost: str, due: str) -> None:
    holds = []
    if start != "none":
        holds = [Hold(started=at(start), ended=at(end), reason=FailureCode.LO05)]
    rule, starts_at = RULES["contract"], at("2026-03-02 10:00")
    found = explain(rule, starts_at=starts_at, calendar=CALENDAR, holds=holds)
    held = [day.date.isoformat() for day in found.days if day.why.startswith("held")]
    assert (", ".join(held) or "none", found.due.isoformat()) == (lost, due)


def test_the_policy_beside_a_due_date_says_so() -> None:
    assert "a day that begins on hold is not counted" in RULES["contract"].policy
    assert "on hold" not in RULES["hipaa_access"].policy
