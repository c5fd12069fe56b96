"""Fold a log into `cases` (a row a request) and `steps` (a row an event)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import ReferenceType

import pyarrow as pa
import pyarrow.compute as pc

from analytics.eventlog import EventLog, Source
from analytics.mirror.business import with_business
from analytics.mirror.cases import cases_of
from analytics.mirror.days import days_of
from analytics.mirror.rows import Rows, Whole
from analytics.mirror.steps import Story, steps_of
from analytics.mirror.words import in_lists, joined, settled

AT_ONCE = 1 << 16  # requests
_BY = ["facility", "received", "request_id"]


@dataclass(frozen=True, eq=False)
class Change:
    """How a mirror differs from one before: rows of requests that went, and those that came.

    A request whose rows changed is in both. `of` is the mirror before, while anybody has it.
    """

    of: ReferenceType[Mirror]
    gone: Mirror
    come: Mirror

    @property
    def before(self) -> Mirror | None:
        """The mirror before; None once it was let go."""
        return self.of()


@dataclass(frozen=True, kw_only=True, eq=False)
class Mirror:
    """A folded log, ready to be measured; known by itself, never compared table by table.

    Words are numbers of a list, the same list for all rows of a column; keys are text.
    """

    log: Source
    rows: Rows
    changes: tuple[Change, ...] = ()
    """How it differs from those before, the last first: what was made of any of them can follow."""

    @property
    def cases(self) -> pa.Table:
        """All cases; of a published mirror they are unpacked each time."""
        return self.rows.cases

    @cached_property
    def facilities(self) -> tuple[str, ...]:
        """The facilities that received any of the requests, in order."""
        return self.rows.facilities

    @property
    def steps(self) -> pa.Table:
        """All steps; of a published mirror they are unpacked each time."""
        return self.rows.steps


def _ordered(log: EventLog) -> pa.Table:
    """Return requests with their days of receipt and end, by facility, receipt and number."""
    requests = in_lists(log.requests)
    for name, moment in (("day", "received"), ("ended_day", "ended")):
        requests = requests.append_column(name, days_of(requests[moment], log.zone))
    facility = joined(settled(requests.select(["facility"]))["facility"])
    keys = requests.select(_BY).set_column(0, "facility", facility.indices)
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in _BY])
    return requests.take(order).combine_chunks()


def fold(log: EventLog) -> Mirror:
    """Return the two flat tables of a log; so many requests at once, that memory stays bounded."""
    requests = _ordered(log)
    story = Story.of(requests, log.events)
    parts = [
        _part(log, requests.slice(first, AT_ONCE), story.part(first, first + AT_ONCE))
        for first in range(0, max(requests.num_rows, 1), AT_ONCE)
    ]
    cases, steps = (pa.concat_tables(tables) for tables in zip(*parts, strict=True))
    rows = Whole(cases.unify_dictionaries(), steps.unify_dictionaries())
    return Mirror(log=log.source, rows=rows)


def _part(log: EventLog, requests: pa.Table, story: Story) -> tuple[pa.Table, pa.Table]:
    steps = with_business(steps_of(requests, story, is_live=log.is_live), log)
    return cases_of(requests, steps, story), steps
