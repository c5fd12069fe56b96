"""How often a log says that images were sent, and what follows for first pass and rework."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pyarrow import parquet

from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.store import folder_of
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.reading import most_of
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror, fold
from analytics.models import UploadedLog
from analytics.sources.opening import open_source
from tests.analytics.external_logs.test_merging import after
from tests.requests_app.cast import AT

BOTH = ("first_pass_yield", "rework_rate")
SENT_ONCE = "no column says how often a request was sent"


def read(header: str, *cells: str, method: str = "CD") -> Reading:
    """A log with a row for each cell of one more column; a comma parts columns."""
    rows = [f"{at},1/13/25,1/20/25,{method},{cell}\n" for at, cell in enumerate(cells)]
    text = f"Req #,Date Rcvd,Date Out,Method,{header}\n" + "".join(rows)
    return read_log(text.encode(), name="log")


def mirror(reading: Reading) -> Mirror:
    assert reading.log is not None
    return fold(reading.log)


def deliveries(reading: Reading) -> list[int | None]:
    cases = mirror(reading).cases.sort_by("number")
    found: list[int | None] = cases["deliveries"].to_pylist()
    return found


def found(reading: Reading) -> tuple[Result, ...]:
    results = compute(mirror(reading), Selection(), BOTH)
    return tuple(results[key] for key in BOTH)


@pytest.mark.parametrize(
    ("header", "cells", "sent"),
    [
        ("Attempts", ["1", "3", "", "0", "yes", "two", "45660"], [1, 3, *[None] * 5]),
        ("Times sent", ["1", "2"], [1, 2]),
        ("Resent", ["Y", "no", "2", "0", "", "x", "maybe"], [2, 1, 3, 1, None, 2, None]),
        ("2nd CD", ["yes", "1", "", "NO", "3/4 by mail"], [2, 2, None, 1, None]),
    ],
)
def test_a_header_says_whether_all_times_are_counted_or_those_after_the_first(
    header: str, cells: list[str], sent: list[int | None]
) -> None:
    rows = "".join(f"{at},1/13/25,1/20/25,{cell}\n" for at, cell in enumerate(cells))
    content = f"Req #,Date Rcvd,Date Out,{header}\n{rows}".encode()
    given = {"columns": {"attempts": header}}
    assert deliveries(read_log(content, name="log", given=given)) == sent


def test_a_cell_that_is_no_such_count_is_told_and_keeps_its_row() -> None:
    reading = read("Attempts", "1", "twice", "", "yes")
    assert (reading.rejected, reading.answer("log")["rows_imported"]) == ([], 4)
    assert reading.unread == {"attempts": {"rows": 2, "example": "twice"}}
    assert read("Resent", "Y", "", "no").unread == {}


def test_several_ways_in_one_cell_are_one_delivery() -> None:
    reading = read("Attempts", "1", method="CD + PS")
    cases = mirror(reading).cases
    assert [cases[name].to_pylist() for name in ("deliveries", "ways")] == [[1], [2]]
    first, again = found(reading)
    assert (first.value, first.n) == (100, 1)
    assert (again.value, again.n) == (0, 1)
    keys = ["deliveries_by_channel", "physical_media_share_out"]
    keys += ["physical_media_requests_any", "physical_media_requests_only"]
    results = compute(mirror(reading), Selection(), keys)
    assert [results[key].value for key in keys] == [2, 50, 100, 0]


def test_several_ways_in_one_cell_are_one_step_of_the_flow() -> None:
    rows = "Req #,Date Rcvd,Date Out,Method,In/Out\n1,1/13/25,1/20/25,{},{}\n"
    for way in ("In", "Out"):
        one, both = (
            mirror(read_log(rows.format(word, way).encode(), name="log"))
            for word in ("CD", "CD + PS")
        )
        assert one.cases["variant"] == both.cases["variant"]
        kept = both.steps.filter(both.steps["flows"])
        names = [steps["activity"].to_pylist() for steps in (one.steps, kept)]
        assert names[0] == names[1]
        assert both.steps.num_rows > one.steps.num_rows


def test_what_was_sent_again_is_rework_and_no_first_pass() -> None:
    first, again = found(read("Attempts", "1", "1", "3", "1"))
    assert (first.value, first.unknown) == (75, 0)
    assert (again.value, again.numerator, again.n) == (0.5, 2, 4)


def test_a_blank_is_not_once() -> None:
    reading = read("Resent", "Y", "", "", "no")
    first, again = found(reading)
    assert (first.value, most_of(first), first.unknown) == (25, 75, 2)
    assert (again.value, again.n, again.excluded) == (
        0.5,
        2,
        {"delivered an unknown number of times": 2},
    )
    for key in BOTH:
        assert (reading.grades[key]["grade"], reading.grades[key]["share"]) == ("weak", 0.5)
    assert read("Attempts", "1", "1", "2").grades["rework_rate"]["grade"] == "good"


def test_a_problem_is_no_first_pass_and_a_blank_beside_it_may_be_one() -> None:
    reading = read("Problem", "scratched", "", "none", "N/A")
    first, again = found(reading)
    assert (first.value, most_of(first), first.unknown) == (50, 75, 1)
    assert (again.value, again.why) == (None, SENT_ONCE)
    assert reading.grades["first_pass_yield"]["share"] == 0.75
    keys = ("failures_by_code", "failure_hours_by_code")
    failures, hours = compute(mirror(reading), Selection(), keys).values()
    assert [one.group for one in failures.by] == ["scratched"]
    assert (hours.value, hours.why) == (None, "no failure here says when it was mended")
    assert reading.grades[keys[1]]["why"] == "no failure in this log says when it was mended"
    assert not reading.grades[keys[1]]["computable"]


def test_hours_are_counted_of_failures_that_have_an_end() -> None:
    head = b"Req #,Date Rcvd,Date Out,Hold Start,Hold End,Hold Reason,Problem,Method\n"
    held = b"1,1/13/25,1/20/25,1/14/25,1/15/25,no form,,CD\n"
    rows = held + b"2,1/13/25,1/20/25,,,,scratched,CD\n"
    reading = read_log(head + rows, name="log")
    key = "failure_hours_by_code"
    hours = compute(mirror(reading), Selection(), [key])[key]
    assert (hours.value, hours.n, sum(hours.excluded.values())) == (24, 1, 1)
    grade = reading.grades[key]
    assert (grade["share"], grade["grade"]) == (0.5, "weak")
    assert grade["why"].startswith("50.0% of the failures say when they were mended")
    inbound = reading.grades["physical_media_share_in"]
    assert (inbound["computable"], inbound["why"]) == (False, "no inbound request in this log")


def test_both_columns_together_say_more_than_one() -> None:
    first, again = found(read("Attempts,Problem", "1,", "2,", ",scratched", ",", "1,scratched"))
    assert (first.numerator, first.unknown, first.n) == (1, 1, 5)
    assert (again.numerator, again.n) == (1, 3)


def test_a_log_without_either_column_says_that_it_cannot_tell() -> None:
    reading = read("Tech", "ab", "cd")
    first, again = found(reading)
    whys = (f"{SENT_ONCE}, or what went wrong", SENT_ONCE)
    assert (first.why, again.why) == whys
    assert tuple(reading.grades[key]["why"] for key in BOTH) == whys
    silent = read("Attempts", "", "")
    assert {silent.grades[key]["grade"] for key in BOTH} == {"not_computable"}
    assert silent.grades["rework_rate"]["why"] == "no row says how often it was sent"


def test_what_was_never_sent_was_never_delivered() -> None:
    content = b"Req #,Date Rcvd,Date Out,Attempts\n1,1/13/25,,2\n2,1/13/25,1/20/25,1\n"
    assert deliveries(read_log(content, name="log")) == [0, 1]


def test_a_log_of_events_says_it_by_a_column_alone() -> None:
    head, rows = "case id,activity,timestamp", ("1,asked,2025-01-01", "1,sent,2025-01-03")
    plain = read_log("\n".join([head, *rows]).encode(), name="log")
    assert [one.why for one in found(plain)] == [SENT_ONCE] * 2
    told = [f"{row},{n},torn" for row, n in zip(rows, ("", "2"), strict=True)]
    reading = read_log("\n".join([f"{head},Attempts,Problem", *told]).encode(), name="log")
    assert deliveries(reading) == [2]
    assert [one.value for one in found(reading)] == [0, 1]
    assert reading.grades["failures_by_code"]["why"] == "problems are not read from a log of events"


def test_a_column_that_counts_otherwise_than_before_takes_the_place_of_the_whole_log() -> None:
    head = "Req #,Date Rcvd,Date Out,"
    resent = head + "Resent\n1,1/13/25,1/20/25,1\n"
    reading = after(resent, head + "Attempts\n2,1/14/25,1/16/25,1\n")
    assert reading.answer("log")["replaced_whole"] is True
    assert deliveries(reading) == [1]
    again = after(resent, head + "2nd CD\n2,1/14/25,1/16/25,1\n")
    assert deliveries(again) == [2, 2]


@pytest.mark.django_db
def test_a_log_that_was_stored_before_attempts_were_read_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "cd_log.csv"
    path.write_text("Req #,Date Rcvd,Date Out,Method,Resent\n1,1/13/25,1/20/25,CD + PS,Y\n")
    call_command("import_log", str(path))
    log = UploadedLog.objects.get()
    _make_old(log)
    results = rates()
    assert [results[key].value for key in BOTH] == [0, 1]
    log.answer["grades"]["rework_rate"] = {"computable": False}
    log.save()
    call_command("import_log", str(path))
    now = UploadedLog.objects.get()
    assert now.answer["grades"]["rework_rate"]["grade"] == "good"
    call_command("import_log", str(path))
    assert UploadedLog.objects.get().folder == now.folder
    _make_old(now)
    call_command("import_log", str(path))  # its tables are made of its rows in another way now
    assert UploadedLog.objects.get().folder != now.folder


def rates() -> dict[str, Any]:
    shot = open_source("cd-log", at=AT, any_organization=True)
    return dict(compute(shot.mirror, Selection(), BOTH))


def _make_old(log: UploadedLog) -> None:
    """Leave the tables as earlier code left them; what is folded is known by its folder."""
    old = folder_of(log)
    table = parquet.read_table(old / "requests.parquet")
    parquet.write_table(table.drop_columns(["attempts"]), old / "requests.parquet")
    facts = json.loads((old / "log.json").read_text())
    del facts["built"]
    (old / "log.json").write_text(json.dumps(facts))
    log.folder = f"{log.folder[:-4]}0000"
    shutil.move(old, folder_of(log))
    log.save()
