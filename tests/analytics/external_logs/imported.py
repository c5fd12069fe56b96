"""Files imported one after the other into one log, without a store."""

from typing import Any

from analytics.external_logs.earlier import Earlier
from analytics.external_logs.importing import Reading, read_log


def kept(reading: Reading) -> Earlier:
    """What a store would hand to the next import."""
    merged = reading.merged
    assert merged is not None
    return Earlier(
        rows=merged.rows,
        layout=merged.mapping.layout,
        sources=merged.mapping.sources(),
        headers=merged.headers,
        key=reading.key,
        has_times=reading.has_times,
        mapping=merged.mapping,
    )


def after(*files: str, **given: Any) -> Reading:
    """Import files one after the other into one log."""
    earlier = None
    for text in files:
        reading = read_log(text.encode(), name="log", given=given, earlier=earlier)
        assert not reading.questions
        earlier = kept(reading)
    return reading


def counts(reading: Reading) -> tuple[int, ...]:
    """How many rows were added, recognised and corrected, and how many the log holds."""
    answer = reading.answer("log")
    assert answer["rows_read"] == answer["rows_imported"] + answer["rows_rejected"]
    parts = ("rows_added", "rows_recognised", "rows_corrected")
    assert answer["rows_imported"] == sum(answer[part] for part in parts)
    return tuple(answer[part] for part in (*parts, "rows_in_log"))


def requests_of(reading: Reading) -> list[tuple[Any, ...]]:
    """Return what the log says of its requests, in whatever order."""
    assert reading.log is not None
    names = ("number", "received", "ended", "outcome", "available", "state")
    columns = [reading.log.requests[name].to_pylist() for name in names]
    return sorted(zip(*columns, strict=True), key=repr)
