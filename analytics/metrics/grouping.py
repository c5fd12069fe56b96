"""Cut a result into groups: by a word of the request, or by the period of its receipt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from analytics.metrics.slices import PERIODS, SLICES

EPOCH = date(1970, 1, 1)
DAY = "day"
"""The column of the day of receipt, in the zone of the source."""


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """An expression to group by, and how each of its values is named."""

    key: str
    sql: str
    name: Callable[[Any], str]


def grouping_of(key: str, *, day: str = DAY) -> Grouping:
    """Return a slice or a cohort by receipt, on the `day` that SQL says; KeyError for another."""
    if key in PERIODS:
        written = PERIODS[key]
        return Grouping(key=key, sql=day, name=lambda day: _day(day, written))
    return Grouping(key=key, sql=SLICES[key], name=_word)


def words_of(sql: str) -> Grouping:
    """Return the groups that a measure itself counts."""
    return Grouping(key="", sql=sql, name=_word)


def _word(word: Any) -> str:
    return "unknown" if word is None else str(word)


def _day(day: Any, written: str) -> str:
    return "unknown" if day is None else (EPOCH + timedelta(days=int(day))).strftime(written)
