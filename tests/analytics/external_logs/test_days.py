"""A date without a time is a day: the due day is in time, and no hours are pretended."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pyarrow import compute as pc
from pyarrow import parquet

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.store import folder_of
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.models import UploadedLog
from analytics.sources.opening import open_source

HEAD = "Req #,Date Received,Date Sent,Need By\n"


def read(rows: str, head: str = HEAD, **given: Any) -> Reading:
    return read_log((head + rows).encode(), name="log", given={"zone": "UTC", **given})


def figures(reading: Reading) -> dict[str, Result]:
    assert reading.log is not None
    return compute(fold(reading.log), Selection())


def test_what_is_sent_on_the_due_day_is_in_time() -> None:
    found = figures(
        read("1,1/13/25,1/20/25,1/20/25\n2,1/13/25,1/21/25,1/20/25\n3,1/13/25,,1/21/25\n")
    )
    assert (found["sla_compliance"].numerator, found["sla_compliance"].n) == (1, 2)
    assert found["sla_compliance"].excluded == {"not due yet": 1}
    assert found["late_requests"].n == 0


def test_a_deadline_with_a_time_is_that_moment_and_one_without_is_its_whole_day() -> None:
    row = "{},2025-01-13 09:00,{},{}\n".format
    rows = (
        row(1, "2025-01-20 16:59", "2025-01-20 17:00")
        + row(2, "2025-01-20 17:00", "2025-01-20 17:00")
        + row(3, "2025-01-20 23:59", "2025-01-20")
        + row(4, "2025-01-21 00:00", "2025-01-20")
    )
    found = figures(read(rows))["sla_compliance"]
    assert (found.numerator, found.n) == (2, 4)


def test_the_due_day_is_whole_in_the_zone_of_the_log_when_clocks_change() -> None:
    reading = read("1,2025-03-07 09:00,2025-03-09 23:30,2025-03-09\n", zone="America/Chicago")
    assert reading.log is not None
    assert reading.log.requests["due"].to_pylist() == [1741582800]  # 10 March, 05:00 UTC
    assert figures(reading)["sla_compliance"].numerator == 1


def test_an_open_request_is_late_once_its_due_day_is_over() -> None:
    rows = "1,1/13/25,,1/20/25\n2,1/13/25,,1/21/25\n3,1/13/25,1/21/25,\n"
    assert figures(read(rows))["late_requests"].n == 1


def test_the_deadline_of_an_event_log_reaches_to_the_end_of_its_day() -> None:
    head = "case id,activity,timestamp,Need By\n"
    rows = "a,asked,2025-01-13 09:00,2025-01-20\na,sent,2025-01-20 15:00,2025-01-20\n"
    found = figures(read(rows, head))["sla_compliance"]
    assert (found.numerator, found.n) == (1, 1)


def test_what_is_sent_on_the_day_of_a_timed_receipt_is_not_sent_before_it() -> None:
    reading = read("1,1/13/25 9:00,1/13/25,\n2,1/13/25 9:00,1/14/25,\n3,1/13/25 9:00,1/12/25,\n")
    assert reading.rejected == [(4, "completed before it was received")]
    assert figures(reading)["turnaround_mean"].value == 0.5
    assert reading.log is not None
    assert reading.log.granularity == "day"


def test_a_receipt_without_a_time_pretends_no_hours() -> None:
    reading = read("1,2025-01-13,2025-01-13 16:00,\n2,2025-01-13,2025-01-14 08:00,\n")
    assert figures(reading)["turnaround_mean"].value == 0.5
    assert reading.log is not None
    assert reading.log.granularity == "day"
    assert reading.grades["turnaround_mean"]["why"].startswith("dates only: whole days")


@pytest.mark.parametrize(("dated", "word"), [(1, "second"), (6, "day")])
def test_a_grade_says_how_many_rows_have_times(dated: int, word: str) -> None:
    rows = [f"{at},2025-01-13 08:00,2025-01-13 20:00," for at in range(9)]
    rows += [f"d{at},2025-01-13,2025-01-14," for at in range(dated)]
    reading = read("\n".join(rows))
    assert reading.log is not None
    assert reading.log.granularity == word
    share = f"{9 / (9 + dated):.1%} of the rows have a time at both ends"
    assert reading.grades["turnaround_mean"]["why"].startswith(share)
    mean = (9 * 0.5 + dated if word == "second" else dated) / (9 + dated)
    assert figures(reading)["turnaround_mean"].value == pytest.approx(mean)


@pytest.mark.django_db
@pytest.mark.parametrize("has_rows", [True, False])
def test_a_log_that_was_stored_when_due_days_were_missed_is_read_anew(
    tmp_path: Path, has_rows: bool
) -> None:
    path = tmp_path / "cd_log.csv"
    path.write_text(HEAD + "1,1/13/25,1/20/25,1/20/25\n2,1/13/25,1/21/25,1/20/25\n")
    call_command("import_log", str(path))
    log = UploadedLog.objects.get()
    _make_old(log, has_rows=has_rows)
    shot = open_source("cd-log", at=datetime(2025, 2, 1, tzinfo=UTC), any_organization=True)
    found = compute(shot.mirror, Selection(), ["sla_compliance"])["sla_compliance"]
    assert (found.numerator, found.n) == (1, 2)


def _make_old(log: UploadedLog, *, has_rows: bool) -> None:
    """Leave the tables as earlier code left them: a deadline was the beginning of its day."""
    old = folder_of(log)
    table = parquet.read_table(old / "requests.parquet")
    for name in ("due", "contract_due"):
        due = pc.subtract(table[name], 86400)
        table = table.set_column(table.column_names.index(name), name, due)
    parquet.write_table(table, old / "requests.parquet")
    facts = json.loads((old / "log.json").read_text()) | {"built": 2}
    (old / "log.json").write_text(json.dumps(facts))
    if not has_rows:
        (old / "rows.parquet").unlink()
    log.folder = f"{log.folder[:-4]}0000"  # what is folded is known by its folder
    shutil.move(old, folder_of(log))
    log.save()


def test_a_column_that_is_always_midnight_is_one_of_dates() -> None:
    reading = read("1,2025-01-13 00:00:00,2025-01-20 00:00:00,1/20/2025 12:00:00 AM\n")
    assert reading.log is not None
    assert reading.log.granularity == "day"
    assert figures(reading)["sla_compliance"].numerator == 1
