"""Measure the import of a large made-up log, in a process of its own: seconds and memory."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from analytics.external_logs.importing import read_log
from analytics.external_logs.tables import write_tables

MEGABYTE = 1024**2
WIDTH = 1000  # columns, the most that are read
FIRST = datetime(2023, 1, 2, 8, tzinfo=UTC)
SAID = {"zone": "UTC", "date_order": "MDY"}
Row = tuple[str, ...]


def request_rows() -> Iterator[Row]:
    """Yield a header row, then a row a request, without end."""
    yield (
        *("Req #", "Date Rcvd", "Date Out", "Method", "Sent To", "Requestor", "Modality", "Site"),
        *("In/Out", "Need By", "Pt Name", "MRN", "Comments"),
    )
    number = 0
    while True:
        at = FIRST + timedelta(minutes=number)
        out = at + timedelta(minutes=number * 7919 % 20_000)
        yield (
            *(f"R{number:07d}", f"{at:%m/%d/%Y %H:%M}", f"{out:%m/%d/%Y %H:%M}"),
            *(("CD", "Portal", "Push", "Link")[number % 4], f"Clinic {number % 60}"),
            *(("Patient", "Atty", "MD Office")[number % 3], ("CT", "MR", "XR")[number % 3]),
            *(f"Site {number % 5}", ("In", "Out")[number % 5 > 0]),
            *(f"{at + timedelta(days=30):%m/%d/%Y}", f"Made Up {number}"),
            *(f"{number % 90_000:08d}", "note" * (number % 4)),
        )
        number += 1


def event_rows() -> Iterator[Row]:
    """Yield a header row, then six rows a case, without end."""
    yield ("case", "activity", "timestamp", "channel", "resource")
    case = 0
    while True:
        at = FIRST + timedelta(minutes=7 * case)
        for step, word in enumerate(
            ("received", "checked", "approved", "located", "delivered", "closed")
        ):
            when = at + timedelta(hours=5 * step, seconds=case % 60)
            yield (
                *(f"C{case:07d}", word, when.isoformat(), ("CD", "Portal")[case % 2]),
                f"staff {(case + step) % 40}",
            )
        case += 1


def narrow_rows() -> Iterator[Row]:
    """Yield a header row, then short rows: as many requests as a file of 50 MB can hold."""
    yield ("Req #", "Date Rcvd", "Date Out", "Method")
    for number in count():
        at = FIRST + timedelta(minutes=number % 1_000_000)
        out = at + timedelta(minutes=number * 7919 % 20_000)
        said = (f"{at:%m/%d/%Y %H:%M}", f"{out:%m/%d/%Y %H:%M}", ("CD", "PO")[number % 2])
        yield (f"R{number:07d}", *said)


def wide_rows() -> Iterator[Row]:
    """Yield a header row, then a row a request with 987 columns more that nobody asked for."""
    more = WIDTH - 13
    for number, row in enumerate(request_rows()):
        if number == 0:
            yield (*row, *(f"Extra {place}" for place in range(more)))
        else:
            yield (*row, *(f"x{(number + place) % 9}" for place in range(more)))


LAYOUTS: dict[str, Callable[[], Iterator[Row]]] = {
    "requests": request_rows,
    "events": event_rows,
    "narrow": narrow_rows,
    "wide": wide_rows,
}


def write_file(path: Path, layout: str, megabytes: int) -> None:
    """Write a CSV of about so many megabytes, of whole cases."""
    with path.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        for number, row in enumerate(LAYOUTS[layout]()):
            sheet.writerow(row)
            if number % 1200 == 0 and file.tell() >= megabytes * MEGABYTE:
                return


def measured(layout: str, *, megabytes: int) -> dict[str, Any]:
    """Read, check, build and write a log in a child; return its seconds and greatest memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        write_file(path, layout, megabytes)
        words = [sys.executable, "-m", "project.bench_import", str(path)]
        said = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def import_file(path: Path) -> dict[str, Any]:
    """Import a file into a folder beside it, and say what that took of this process."""
    began = time.perf_counter()
    content = path.read_bytes()
    reading = read_log(content, name="bench", given=SAID)
    write_tables(path.with_name("tables"), reading)
    took = time.perf_counter() - began
    answer = reading.answer("bench")
    return {
        "bytes": len(content),
        "rows": answer["rows_read"],
        "rows_imported": answer["rows_imported"],
        "seconds": round(took, 2),
        "cpu_s": round(time.process_time(), 2),
        "peak_mb": peak_megabytes(),
    }


def peak_megabytes() -> int:
    """Return the most resident memory of this process in MB; its parent's is not counted."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 // 1_000_000


def bench_import_large() -> dict[str, Any]:
    """Import 50 MB of each layout (promise: under 60 s and 1,000 MB each)."""
    return {layout: measured(layout, megabytes=50) for layout in LAYOUTS}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    sys.stdout.write(json.dumps(import_file(Path(sys.argv[1]))))
