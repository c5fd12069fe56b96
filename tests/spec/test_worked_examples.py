"""Each measure gives the figure that a person worked out by hand, from tables of a few rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analytics.eventlog import EVENTS, LIVE, REQUESTS, EventLog, table_of
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Result
from analytics.metrics.reading import most_of
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold

YEAR = 2026
MOMENT = re.compile(r"^\d\d-\d\d \d\d:\d\d$")
Row = dict[str, str]


@dataclass(frozen=True)
class Example:
    """One example: its rows, and the figures that come of them."""

    name: str
    as_of: int
    period: tuple[date, date] | None
    is_live: bool
    tables: list[list[Row]] = field(default_factory=list)

    def table(self, word: str) -> list[Row]:
        """Return the rows of the table that has a column of this name."""
        return next((rows for rows in self.tables if word in rows[0]), [])

    def log(self) -> EventLog:
        """Return the rows as a log."""
        facts = {"facility": "north", "direction": "outbound"}
        requests = [facts | _typed(row, REQUESTS) for row in self.tables[0]]
        known = {row["request_id"]: row for row in requests}
        events = [
            {"seq": seq, "by_person": True} | known[row["request"]] | _typed(row, EVENTS)
            for seq, row in enumerate(self.table("activity"))
        ]
        return EventLog(
            name=LIVE if self.is_live else "example",
            as_of=self.as_of,
            requests=table_of(requests, REQUESTS),
            events=table_of(events, EVENTS),
        )


def moment(text: str) -> int:
    """Return the second of a moment such as 03-02 08:00."""
    return int(datetime.strptime(f"{YEAR}-{text}+0000", "%Y-%m-%d %H:%M%z").timestamp())


def _typed(row: Row, schema: pa.Schema) -> dict[str, Any]:
    found: dict[str, Any] = {"request_id": row["request"]}
    for name, text in row.items():
        if name == "request" or not text:
            continue
        kind = schema.field(name).type
        if MOMENT.match(text):
            found[name] = moment(text)
        elif pa.types.is_boolean(kind):
            found[name] = {"yes": True, "no": False}[text]
        else:
            found[name] = int(text) if pa.types.is_integer(kind) else text
    return found


def _tables(text: str) -> Iterator[list[Row]]:
    for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        head, _, *rows = (
            [cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in block.splitlines()
        )
        yield [dict(zip(head, row, strict=True)) for row in rows]


def examples() -> Iterator[Example]:
    """Yield the examples of every theme."""
    for page in sorted(Path(__file__).parent.glob("*.md")):
        for part in page.read_text().split("### ")[1:]:
            as_of = re.search(r"As of (\d\d-\d\d \d\d:\d\d)\.", part)
            assert as_of, part
            period = re.search(r"The period is (\d\d-\d\d) to (\d\d-\d\d)\.", part)
            days = (
                [date.fromisoformat(f"{YEAR}-{day}") for day in period.groups()] if period else []
            )
            yield Example(
                name=f"{page.stem}: {part.splitlines()[0]}",
                as_of=moment(as_of[1]),
                period=(days[0], days[1]) if period else None,
                is_live="In live work." in part,
                tables=list(_tables(part)),
            )


def said(result: Result, column: str) -> str:
    """Return a part of a result as the tables write it."""
    if column == "left out":
        return ", ".join(f"{n} {why}" for why, n in result.excluded.items())
    if column == "groups":
        return ", ".join(f"{one.group} {_number(one.value)}" for one in result.by)
    if column == "most":  # what the unknown may be; chance is not worked out by hand
        return _number(most_of(result)) if result.unknown else ""
    value = getattr(result, column)
    if value is None or (column == "unknown" and not value):
        return ""
    return value if isinstance(value, str) else _number(value)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@pytest.mark.parametrize("example", list(examples()), ids=lambda one: one.name)
def test_an_example_gives_its_figures(example: Example) -> None:
    since, until = example.period or (None, None)
    chosen = Selection(since=since, until=until)
    expected = example.table("measure")
    results = compute(fold(example.log()), chosen, [row["measure"] for row in expected])
    for row in expected:
        result = results[row["measure"]]
        found = {column: said(result, column) for column in row if column != "measure"}
        assert {"measure": row["measure"], **found} == row


def test_every_measure_has_an_example() -> None:
    worked = {row["measure"] for one in examples() for row in one.table("measure")}
    assert worked == set(BY_KEY)
