"""A log whose cells hold what nobody should read outside of it."""

import csv
import io
import json
from pathlib import Path

from django.core.management import call_command

HEAD = [
    "Request ID",
    "Date Received",
    "Date Sent",
    "Method",
    "Site",
    "Sent To",
    "Requester",
    "Exam",
    "Problem",
]
MARK = "zqxdoe"
SENT_TO = "Bob Zqxdoe MRN 4711"


def rows() -> list[list[str]]:
    """Return 300 requests; of each column some cells hold what nobody should read."""
    return [
        [
            f"R{i:03}",
            f"2025-03-{1 + i % 28:02} 09:00",
            f"2025-04-{1 + i % 28:02} 10:00",
            "Uwe Zqxdoe" if i % 50 == 0 else "CD",
            "North Zqxdoe" if i % 2 else "South Zqxdoe",
            SENT_TO if i % 3 == 1 else "Mercy",
            "Cy Zqxdoe" if i % 60 == 3 else "Patient",
            "CT of Dee Zqxdoe" if i % 5 == 4 else "CT",
            f"told Eva Zqxdoe {i}" if i % 30 == 0 else ("see Eva Zqxdoe" if i % 3 == 0 else ""),
        ]
        for i in range(300)
    ]


def load_leaking(folder: Path, *more: str) -> None:
    """Import it under the name leak."""
    path, mapping = folder / "log.csv", folder / "mapping.json"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows()])
    mapping.write_text(json.dumps({"zone": "America/Chicago"}))
    words = ("import_log", str(path), "--name=leak", "--mapping", str(mapping), "--json")
    call_command(*words, *more, stdout=io.StringIO())
