"""What a log holds already, and how a file that is put to it is read beside it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from analytics.external_logs.mapping import Mapping
from analytics.external_logs.values import counts_resends

ANCHORS = ("received_anchor", "completed_anchor")
"""Fields of an event log whose column may give way to one of its activities."""


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What a log holds already: its rows, how they were read, and the key of its codes."""

    rows: pa.Table
    layout: str
    sources: dict[str, str]
    headers: tuple[str, ...]
    key: str
    has_times: bool
    mapping: Mapping | None = None
    """How the whole log is read; None of rows of which only the columns are known."""

    def lacking(self, mapping: Mapping, headers: tuple[str, ...]) -> dict[str, str]:
        """Return {field: header} of the log's columns that are not in a file.

        A column that is there and that somebody does not want to be read is none of them.
        """
        ours = mapping.sources()
        return {
            field: header
            for field, header in self.sources.items()
            if field not in ours and header not in headers
        }

    def completed(self, mapping: Mapping, headers: tuple[str, ...]) -> Mapping:
        """Return the mapping of a file completed by the log's, for the columns that it lacks.

        Activities that somebody says complete a case do so in the whole log.
        """
        log, lacks = self.mapping, self.lacking(mapping, headers)
        if log is None:
            return mapping
        is_lacking = {
            part: bool(lacks.keys() & {f"{part}_at", f"{part}_anchor"})
            for part in ("received", "completed")
        }
        names_ends = isinstance(mapping.completed, Map) and "activity" in mapping.completed
        return replace(
            mapping,
            row=mapping.row or log.row,
            layout=log.layout if "lifecycle" in lacks else mapping.layout,
            columns={**mapping.columns, **_of(lacks, log.columns)},
            values={**mapping.values, **_of(lacks, log.values)},
            received=log.received if is_lacking["received"] else mapping.received,
            completed=log.completed
            if is_lacking["completed"] and not names_ends
            else mapping.completed,
        )


def _of(fields: Iterable[str], known: Map[str, Any]) -> dict[str, Any]:
    return {field: known[field] for field in fields if field in known}


def as_before(mapping: Mapping, said: Map[str, object], earlier: Earlier | None) -> Mapping:
    """Return the mapping with the receipt by the first event, where the log has it so.

    A column of receipt that nobody named must not take the place of a whole log.
    """
    if earlier is None or said.get("received") or "requests" in (earlier.layout, mapping.layout):
        return mapping
    is_new = "received_anchor" in mapping.sources() and "received_anchor" not in earlier.sources
    return replace(mapping, received="first_event") if is_new else mapping


def is_read_otherwise(
    earlier: Earlier, layout: str, sources: dict[str, str], headers: tuple[str, ...]
) -> bool:
    """Say whether the file is read in another way than the log was, so that rows cannot be matched.

    That is so where rows are requests there and events here, where a field comes from another
    column although the one that it came from is still there, where only one of the two takes
    receipt or completion from a column that both have, or where one counts all times that images
    were sent and the other those after the first.
    """
    if (earlier.layout == "requests") != (layout == "requests"):
        return True
    both = set(headers) & set(earlier.headers)
    for anchor in ANCHORS:
        there, here = earlier.sources.get(anchor), sources.get(anchor)
        if there != here and both & {there, here}:
            return True
    sent = [one["attempts"] for one in (earlier.sources, sources) if "attempts" in one]
    if len(set(map(counts_resends, sent))) > 1:
        return True
    return any(
        name in sources and sources[name] != header and header in headers
        for name, header in earlier.sources.items()
    )
