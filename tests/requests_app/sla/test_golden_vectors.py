"""The vectors of the domain, counted once by hand: through the pure API and the command."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from requests_app.failure_codes import FailureCode
from requests_app.sla.calendar import BusinessCalendar, us_federal_holidays
from requests_app.sla.clock import Hold, Moment, fold, paused
from requests_app.sla.explain import explain
from requests_app.sla.rules import RULES, DayZero
from requests_app.vocabulary import EventKind
from tests.requests_app.sla.stretches import length_of

NEW_YORK = ZoneInfo("America/New_York")
VECTORS = [
    ("hipaa_access", "2026-01-30", [], "2026-03-01"),
    ("hipaa_access", "2026-01-30", ["--extended"], "2026-03-31"),
    ("contract", "2026-02-09", [], "2026-02-17"),
    ("contract", "2026-07-02", [], "2026-07-10"),
    ("contract", "2026-05-23", [], "2026-06-01"),
    ("contract", "2026-05-23", ["--day-zero", "next_business_day"], "2026-06-02"),
    ("ca_copies", "2026-06-15", [], "2026-06-30"),
    ("ny_access", "2026-06-15", [], "2026-06-25"),
    ("tx_access", "2026-06-15", [], "2026-07-08"),
    ("wa_access", "2026-11-09", [], "2026-12-02"),
    ("wa_delay", "2026-11-09", [], "2026-12-10"),
    ("information_blocking", "2026-12-18", [], "2027-01-05"),
    ("information_blocking", "2026-12-18", ["--through", "2026"], "2027-01-04"),
]


@pytest.mark.parametrize(("rule", "start", "options", "due"), VECTORS)
def test_the_command_counts_each_vector(
    rule: str, start: str, options: list[str], due: str
) -> None:
    out = StringIO()
    call_command("due", "--rule", rule, "--from", start, "--json", *options, stdout=out)
    answer = json.loads(out.getvalue())
    assert set(answer) == {"rule", "from", "due", "citation", "policy", "days", "warnings"}
    assert (answer["rule"], answer["from"], answer["due"]) == (rule, start, due)
    assert answer["days"][-1]["date"] == due
    assert all(set(day) == {"date", "counted", "why"} for day in answer["days"])


def test_a_count_past_the_last_loaded_holiday_warns() -> None:
    calendar = federal(2026)
    due = explain(
        RULES["information_blocking"],
        starts_at=datetime(2026, 12, 18, 15, tzinfo=UTC),
        calendar=calendar,
    )
    assert due.due == date(2027, 1, 4)
    assert "2026-12-31" in due.warnings[0]


def federal(last: int = 2027, **hours: object) -> BusinessCalendar:
    return BusinessCalendar(
        zone="America/New_York",
        holidays=us_federal_holidays(2025, last),
        loaded_through=date(last, 12, 31),
        **hours,  # type: ignore[arg-type]
    )


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=NEW_YORK).astimezone(UTC)


def test_business_hours_across_the_spring_change() -> None:
    from datetime import time

    calendar = federal(opens=time(8), closes=time(17))
    start, end = at(2, 9), at(12, 12)
    assert (end - start).total_seconds() == 242 * 3600
    gross = calendar.business_seconds(start, end)
    held = calendar.business_seconds(at(4, 12), at(9, 12))
    assert (gross, held, gross - held) == (75 * 3600, 27 * 3600, 48 * 3600)
    assert calendar.business_days_of(start, end) == pytest.approx(75 / 9)
    for whole in (federal(), federal(opens=time(16)), federal(closes=time(9)), calendar):
        assert whole.business_days_of(at(2, 0), at(4, 0)) == 2
    hold = Hold(started=at(4, 12), ended=at(9, 12), reason=FailureCode.LO05)
    assert length_of(paused([hold], until=end)) == 119 * 3600


def test_a_day_that_begins_on_hold_is_not_counted() -> None:
    chicago = BusinessCalendar(zone="America/Chicago", holidays=us_federal_holidays(2026, 2027))
    zone = ZoneInfo("America/Chicago")
    hold = Hold(
        started=datetime(2026, 11, 16, 14, 5, tzinfo=zone),
        ended=datetime(2026, 11, 20, 9, 30, tzinfo=zone),
        reason=FailureCode.LO05,
    )
    due = explain(
        RULES["contract"],
        starts_at=datetime(2026, 11, 10, 11, 20, tzinfo=zone),
        calendar=chicago,
        holds=[hold],
    )
    assert due.due == date(2026, 11, 24)
    whys = {day.date.day: day.why for day in due.days}
    assert whys[11] == "skipped: Veterans Day"
    assert (whys[16], whys[17], whys[20], whys[21]) == (
        "day 3",
        "held",
        "held until 09:30",
        "weekend",
    )


def test_a_hold_that_we_cause_never_stops_the_clock() -> None:
    calendar, start = federal(), at(2, 9)
    hold = Hold(started=at(3, 9), ended=at(20, 9), reason=FailureCode.LO03)
    with_hold = explain(RULES["contract"], starts_at=start, calendar=calendar, holds=[hold])
    assert with_hold.due == explain(RULES["contract"], starts_at=start, calendar=calendar).due


def test_the_legal_clock_pauses_for_nobody() -> None:
    hold = Hold(started=at(3, 9), ended=at(20, 9), reason=FailureCode.AU03)
    due = explain(RULES["hipaa_access"], starts_at=at(2, 9), calendar=federal(), holds=[hold])
    assert due.due == date(2026, 4, 1)


def test_overlapping_holds_are_joined_not_added() -> None:
    holds = [
        Hold(started=at(3, 9), ended=at(5, 9), reason=FailureCode.AU03),
        Hold(started=at(4, 9), ended=at(6, 9), reason=FailureCode.LO05),
    ]
    assert length_of(paused(holds, until=at(9, 9))) == 3 * 86400


def test_a_failed_delivery_takes_back_what_was_available() -> None:
    moments = [
        Moment(kind=EventKind.RECEIVED, at=at(2, 9)),
        Moment(kind=EventKind.AVAILABLE, at=at(3, 9)),
        Moment(kind=EventKind.DELIVERY_FAILED, at=at(4, 9), reason=FailureCode.TR06),
        Moment(kind=EventKind.AVAILABLE, at=at(6, 9)),
    ]
    assert fold(moments).available == at(6, 9)


def test_late_is_after_the_end_of_the_due_date_where_the_facility_is() -> None:
    due = explain(RULES["hipaa_access"], starts_at=at(2, 9), calendar=federal())
    assert due.due_at == datetime(2026, 4, 2, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    "words",
    [
        ["--rule", "nothing", "--from", "2026-01-30"],
        ["--rule", "contract", "--from", "yesterday"],
        ["--rule", "contract", "--from", "2026-01-30", "--zone", "Mars/Olympus"],
        ["--rule", "contract", "--from", "2026-01-30", "--hold", "2026-02-03"],
        ["--rule", "contract", "--from", "2026-01-30", "--hold", "2026-02-03/2026-02-01"],
    ],
)
def test_misuse_gets_a_sentence_and_status_2(words: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("due", *words)
    assert refused.value.returncode == 2
    assert str(refused.value).endswith(".")


def test_the_policy_says_which_day_is_day_zero() -> None:
    assert "from complete; day 0 is the day it became complete;" in RULES["contract"].policy
    assert "from received; day 0 is the day of receipt;" in RULES["hipaa_access"].policy
    assert {rule.day_zero for rule in RULES.values()} == {DayZero.RECEIPT}


@pytest.mark.parametrize(
    ("key", "day"), [("contract", "day it became complete"), ("hipaa_access", "day of receipt")]
)
def test_the_choices_of_day_zero_are_called_as_the_policy_calls_them(key: str, day: str) -> None:
    rule = RULES[key]
    named = {one: rule.day_zero_as(one) for one in DayZero}
    assert named[DayZero.RECEIPT] == day
    assert named[DayZero.NEXT_BUSINESS_DAY].startswith(f"{day}, or the next business day")
    for one, words in named.items():
        assert f"; day 0 is the {words}; " in replace(rule, day_zero=one).policy
