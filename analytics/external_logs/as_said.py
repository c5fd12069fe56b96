"""Read a file as its sender said; where nothing was said, as the same headers last time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from analytics.external_logs.earlier import Earlier
from analytics.external_logs.importing import Reading, read_log
from analytics.external_logs.linked import link
from analytics.external_logs.progress import Progress, silent
from analytics.external_logs.read import read_file
from analytics.external_logs.saved import as_last_time
from analytics.models import SavedMapping
from requests_app.refusals import DisclessError


def read_as_said(
    content: bytes,
    *,
    name: str,
    given: dict[str, Any],
    organization_id: int | None,
    earlier: Earlier | None,
    proposed_zone: str,
    progress: Progress = silent,
    steps: bytes | None = None,
    most: int | None = None,
    at: datetime | None = None,
) -> tuple[Reading, SavedMapping | None]:
    """Return the reading, and the mapping of last time where it was read by that one.

    With `steps` the file is a table of requests, and they are the history of its requests: both
    are read whole. Of a single file only the first `most` rows are read where that is given.
    """
    words: dict[str, Any] = {"name": name, "earlier": earlier, "progress": progress, "at": at}
    words["proposed_zone"] = proposed_zone
    if steps is not None:
        return read_linked(content, steps, given=given, **words), None
    words["raw"] = raw = read_file(content, progress, most, quoted=given.get("quoted") or "")
    saved = as_last_time(raw.headers, organization_id, name) if not given else None
    if saved is not None:
        quoted = saved.mapping.get("quoted") or ""
        as_saved = read_file(content, progress, most, quoted=quoted) if raw.asks and quoted else raw
        try:
            return read_log(content, given=saved.mapping, **{**words, "raw": as_saved}), saved
        except DisclessError:
            # What fitted the last file need not fit this one's values: it is read afresh.
            saved = None
    return read_log(content, given=given, **words), saved


def read_linked(
    content: bytes,
    steps: bytes,
    *,
    given: dict[str, Any],
    by: str = "",
    progress: Progress = silent,
    **words: Any,
) -> Reading:
    """Read a table of requests and the history of their steps as one event log."""
    quoted = given.get("quoted") or ""
    files = read_file(content, quoted=quoted), read_file(steps, progress, quoted=quoted)
    linked = link(*files, given, by)
    reading = read_log(steps, given=linked.proposed, raw=linked.raw, progress=progress, **words)
    return replace(reading, linked=linked)
