"""Every measure again, slow and obvious, in plain Python over the rows of a log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from analytics.eventlog import EventLog
from analytics.metrics.selection import Selection
from tests.analytics.metrics import (
    oracle_clocks,
    oracle_friction,
    oracle_media,
    oracle_quality,
    oracle_turnaround,
    oracle_usability,
)
from tests.analytics.metrics.oracle_answers import Answer, Measure, Row
from tests.analytics.metrics.oracle_quality import codes
from tests.analytics.metrics.oracle_rows import group_of, is_chosen, rows_of

MEASURES: Mapping[str, Measure] = {
    **oracle_turnaround.MEASURES,
    **oracle_clocks.MEASURES,
    **oracle_media.MEASURES,
    **oracle_quality.MEASURES,
    **oracle_usability.MEASURES,
    **oracle_friction.MEASURES,
}
EVERYTHING = Selection()


class Oracle:
    """What every measure should answer of a log."""

    def __init__(self, log: EventLog) -> None:
        self.tables = rows_of(log)

    @cached_property
    def _noted(self) -> set[str]:
        return {code for row in self.tables["requests"] for code in codes(row)}

    def answers(self, chosen: Selection = EVERYTHING) -> dict[str, Answer]:
        """Return the answer of each measure about what is chosen."""
        tables = self._chosen(chosen)
        return {key: self._said(one, tables[one.of]) for key, one in MEASURES.items()}

    def groups(self, chosen: Selection, by: str) -> dict[str, dict[str, Answer]]:
        """Return the answer of each measure about each group of what is chosen, where it has any."""
        cut = {name: _cut(rows, by, chosen.zone) for name, rows in self._chosen(chosen).items()}
        found = {
            key: {group: self._said(one, rows) for group, rows in cut[one.of].items()}
            for key, one in MEASURES.items()
        }
        return {
            key: {group: one for group, one in groups.items() if one.n}
            for key, groups in found.items()
        }

    def _chosen(self, chosen: Selection) -> dict[str, list[Row]]:
        return {
            name: [row for row in rows if is_chosen(row, chosen)]
            for name, rows in self.tables.items()
        }

    def _said(self, measure: Measure, rows: Sequence[Row]) -> Answer:
        """Ask, where anybody notes at all what the measure counts."""
        if measure.noted and measure.noted not in self._noted:
            return Answer(value=None)
        return measure.answer(rows)


def _cut(rows: Sequence[Row], by: str, zone: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(group_of(row, by, zone), []).append(row)
    return found
