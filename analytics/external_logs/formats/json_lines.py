"""JSON lines: one object a line, or one list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from analytics.external_logs.formats.csv_text import decode
from analytics.external_logs.raw import MOST_COLUMNS, Line, Sheet
from analytics.external_logs.refusals import UnusableLog


def read_json_lines(content: bytes) -> Sheet:
    """Return the keys as headers and the objects as lines; a broken line is one rejected row."""
    text, encoding = decode(content)
    headers: dict[str, None] = {}
    for _, found in _objects(text):
        if isinstance(found, dict):
            headers.update(dict.fromkeys(str(key) for key in found))
        if len(headers) > MOST_COLUMNS:
            raise UnusableLog(f"The objects have over {MOST_COLUMNS} keys; fewer are read.")
    if not headers:
        raise UnusableLog('No line of the file is a JSON object such as {"received": ...}.')
    names = list(headers)
    lines = _lines(text, names)
    return Sheet(headers=names, lines=lines, form="JSON lines", encoding=encoding)


def _lines(text: str, names: list[str]) -> Iterator[Line]:
    for number, found in _objects(text):
        if isinstance(found, dict):
            yield number, [_text(found.get(name)) for name in names]
        else:
            yield number, "not a JSON object"


def _objects(text: str) -> Iterator[tuple[int, Any]]:
    if text.lstrip().startswith("["):
        try:
            yield from enumerate(json.loads(text, parse_int=str, parse_float=str), start=1)
        except (ValueError, RecursionError) as error:
            raise UnusableLog(f"The file is no valid JSON ({error}).") from error
        return
    # Not splitlines: JSON may hold line separators of other alphabets inside a string.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            # Numbers stay as written: 007 is refused by JSON, and 1.10 must not become 1.1.
            yield number, json.loads(line, parse_int=str, parse_float=str)
        except (ValueError, RecursionError):
            yield number, None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
