"""The tables of a reading as files, and its rejected rows; without a database."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from pyarrow import parquet

from analytics.external_logs.cells import shown
from analytics.external_logs.importing import Reading

BUILT = 3
"""How requests and events are made of rows; of a log stored under a lower number they are made anew.

2: a start and its end are one step, a request is received by its first event at the latest, and
words of other fields than the channel have the meaning that the mapping gives. 3: the due day is
in time, an end without a time is a day, and how a request ended is believed before its date.
"""


def write_tables(folder: Path, reading: Reading) -> None:
    """Write the tables of a reading into a folder that is there whole or not at all."""
    log, merged = reading.log, reading.merged
    assert log is not None and merged is not None  # noqa: PT018
    draft = folder.with_name(f".{folder.name}")
    draft.mkdir(parents=True, mode=0o700)
    parquet.write_table(log.requests, draft / "requests.parquet")
    parquet.write_table(log.events, draft / "events.parquet")
    parquet.write_table(merged.rows, draft / "rows.parquet")
    facts: dict[str, Any] = {"name": log.name, "as_of": log.as_of, "zone": log.zone}
    facts |= {"granularity": log.granularity, "missing": dict(log.missing), "built": BUILT}
    (draft / "log.json").write_text(json.dumps(facts))
    rows: dict[str, Any] = {"layout": merged.mapping.layout, "has_times": reading.has_times}
    rows |= {"sources": merged.mapping.sources(), "headers": list(merged.headers)}
    (draft / "rows.json").write_text(json.dumps(rows))
    (draft / "rejected.json").write_text(json.dumps(rejected_rows(reading)))
    os.replace(draft, folder)


def rejected_rows(reading: Reading, most: int = 100_000) -> list[dict[str, Any]]:
    """Return the rejected rows with their reasons and their cells; private columns are left out."""
    some = reading.rejected[:most]
    cells = shown(reading.raw, reading.mapping, [row for row, _ in some])
    return [
        {"row": row, "reason": reason, "cells": one}
        for (row, reason), one in zip(some, cells, strict=True)
    ]
