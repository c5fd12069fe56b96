"""A moment is read as people and programs write it, and none is read as another."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.external_logs.dates import read_moment
from analytics.external_logs.importing import Reading, read_log

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("3/5/2025 10.30", "2025-03-05 16:30"),
        ("3/5/2025 10.30.59", "2025-03-05 16:30"),
        ("2025-03-05 10:30 PM", "2025-03-06 04:30"),
        ("2025-03-05 10.45", "2025-03-05 16:45"),
        ("2025-03-05 10:00:00 UTC", "2025-03-05 10:00"),
        ("3/5/2025 10:00 EST", "2025-03-05 15:00"),
        ("3/5/2025 10:00 am EDT", "2025-03-05 14:00"),
        ("3/5/2025 10:00 -0700", "2025-03-05 17:00"),
        ("3/5/2025 10:00:00.123+05:30", "2025-03-05 04:30"),
        ("20250305 0930", "2025-03-05 15:30"),
        ("20250305 09:30:15", "2025-03-05 15:30"),
        ("Wed, 05 Mar 2025 09:30:00 -0600", "2025-03-05 15:30"),
        ("Wednesday, March 5, 2025 9:30 a.m.", "2025-03-05 15:30"),
        ("3/5/2025 24:00", "2025-03-06 06:00"),
        ("2025-03-05 24:00", "2025-03-06 06:00"),
        ("1741188600", "2025-03-05 15:30"),
        ("1741188600123", "2025-03-05 15:30"),
    ],
)
def test_a_moment_is_read_to_the_minute(text: str, moment: str) -> None:
    found = read_moment(text, order="MDY", zone=CHICAGO)
    assert found is not None
    assert not found.is_date_only
    assert f"{datetime.fromtimestamp(found.seconds, UTC):%Y-%m-%d %H:%M}" == moment


@pytest.mark.parametrize(
    "text",
    [
        "3/5/2025 10.5",
        "3/5/2025 10:5",
        "3/5/2025 24:01",
        "3/5/2025 10:00 XYZ",
        "20250305 9",
        "174118",
    ],
)
def test_what_is_no_time_of_day_is_not_made_one(text: str) -> None:
    assert read_moment(text, order="MDY", zone=CHICAGO) is None


HEAD = "Req #,Date Rcvd,Date Out,Need By,Hold Start\n"
NOW = datetime(2025, 2, 1, tzinfo=UTC)


def read(rows: str, at: datetime | None = NOW, **words: Any) -> Reading:
    return read_log((HEAD + rows).encode(), name="log", at=at, **words)


def test_what_lies_in_the_future_has_not_happened() -> None:
    reading = read(
        "R1,1/13/2025,1/14/2099,,\nR2,1/14/2099,,,\nR3,1/13/2025,1/14/2025,1/14/2099,1/13/2099\n"
    )
    assert reading.rejected == [
        (2, "'1/14/2099' lies in the future"),
        (3, "'1/14/2099' lies in the future"),
    ]
    assert reading.unread == {"hold_start": {"rows": 1, "example": "1/13/2099"}}
    assert reading.log is not None
    assert reading.log.as_of == int(datetime(2025, 1, 14, tzinfo=UTC).timestamp())
    assert read("R1,1/13/2025,1/14/2099,,\n", at=None).rejected == []


def test_today_is_not_the_future_in_any_zone() -> None:
    assert read("R1,1/13/2025,2/1/2025 23:00,,\n").rejected == []
