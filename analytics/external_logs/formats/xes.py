"""XES (IEEE 1849): traces become cases, their attributes columns named `case:...`."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from analytics.external_logs.raw import MOST_COLUMNS, Line, Sheet
from analytics.external_logs.refusals import UnusableLog

VALUES = ("string", "date", "int", "float", "boolean", "id")
_STEP = 1024**2

Event = dict[str, str]


class _Traces:
    """Builds events while expat reads; only an event's and a trace's own attributes count."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.trace: Event = {}
        self.event: Event = {}
        self.events: list[Event] = []
        self.ready: list[Event | str] = []
        """Events, and reasons why there is none where one might be looked for."""

    def start(self, name: str, said: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        above = self.path[-1] if self.path else ""
        self.path.append(tag)
        if tag == "trace":
            self.trace, self.events = {}, []
        elif tag == "event":
            self.event = {}
        elif tag in VALUES and above in {"trace", "event"} and "key" in said:
            prefix = "case:" if above == "trace" else ""
            place = self.trace if above == "trace" else self.event
            place[prefix + said["key"]] = said.get("value", "")

    def end(self, _name: str) -> None:
        tag = self.path.pop()
        if tag == "event" and "trace" not in self.path:
            self.ready.append("an event outside of a trace")
        elif tag == "event":
            self.events.append(self.event)
        elif tag == "trace" and not self.events:
            self.ready.append("a trace without events")
        elif tag == "trace":
            # An attribute of the trace may stand below its events: join at the end.
            self.ready += [{**self.trace, **event} for event in self.events]


def _refuse(*_: object) -> None:
    raise UnusableLog(
        "The XES file declares a document type or entities, which a log does not need and which "
        "can be used to do harm. Export it again without them."
    )


def _events(content: bytes) -> Iterator[Event | str]:
    traces, parser = _Traces(), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = traces.start, traces.end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    try:
        for place in range(0, len(content), _STEP):
            parser.Parse(content[place : place + _STEP], False)
            yield from traces.ready
            traces.ready = []
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnusableLog(f"The file is no valid XES ({error}). Export it again.") from error
    yield from traces.ready


def read_xes(content: bytes) -> Sheet:
    """Return one line an event; UnusableLog says why the file cannot be read."""
    headers: dict[str, None] = {}
    for event in _events(content):
        headers.update(dict.fromkeys(event if isinstance(event, dict) else ()))
        if len(headers) > MOST_COLUMNS:
            raise UnusableLog(f"The events have over {MOST_COLUMNS} attributes; fewer are read.")
    if not headers:
        raise UnusableLog("The XES file holds no events.")
    names = list(headers)
    return Sheet(headers=names, lines=_lines(content, names), form="XES")


def _lines(content: bytes, names: list[str]) -> Iterator[Line]:
    for number, event in enumerate(_events(content), start=1):
        if isinstance(event, dict):
            yield number, [event.get(name, "") for name in names]
        else:
            yield number, event
