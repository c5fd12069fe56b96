"""A report before it is a file: words, tables and figures, free of any format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from analytics.charts.words import day

Value = str | int | float | None
Cell = Value | date


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its heading, whether it holds numbers, and how many decimals are printed."""

    heading: str
    is_number: bool = False
    digits: int = 0
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with a caption; cells keep their numbers, writers print them."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One line of the interval chart."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Intervals:
    """A chart of shares with their intervals beside a target."""

    caption: str
    bars: tuple[Bar, ...]
    target: float


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with what stands under it."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    chart: Intervals | None = None


@dataclass(frozen=True, kw_only=True)
class Seal:
    """The state of the audit log under which a report was computed."""

    size: int
    root: str
    note: str
    signed_at: datetime
    key: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole report."""

    name: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, str], ...]
    reproduce: str
    seal: Seal | None = None
    is_demonstration: bool = False
    figures: dict[str, Value] = field(default_factory=dict)
    stamp: str = ""

    def reproduced_as(self, kind: str) -> str:
        """Return the command that makes this report again, in the format of the file in hand."""
        return f"{self.reproduce} --format {kind} --out {self.name}.{kind}"

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of all sections, in order."""
        return tuple(section.table for section in self.sections if section.table)


def printed(value: Cell, column: Column) -> str:
    """Return a cell as people read it; a dash where there is nothing, and no 0.0 for what is more."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return day(value, year=True)
    digits = 0 if isinstance(value, int) else column.digits
    least = 10.0**-digits
    if 0 < value < least / 2:
        return f"under {least:.{digits}f}{column.unit}"
    return f"{value:,.{digits}f}{column.unit}"
