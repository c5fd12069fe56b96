"""JSON lines: one object a line, or one list of objects."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from analytics.external_logs.formats.csv_text import AS_WINDOWS, encoding_of
from analytics.external_logs.raw import MOST_COLUMNS, NUL, Line, Sheet
from analytics.external_logs.refusals import UnusableLog

# Numbers stay as written: 007 is refused by JSON, and 1.10 must not become 1.1.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
_UNSTORABLE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_BLANK = re.compile(r"[ \t\r\n]*")


def read_json_lines(content: bytes) -> Sheet:
    """Return the keys as headers and the objects as lines; a broken line is one rejected row."""
    encoding, errors = encoding_of(content)
    headers: dict[str, None] = {}
    has_nul = False
    for _, found in _objects(content, encoding, errors):
        if isinstance(found, dict):
            headers.update(dict.fromkeys(str(key) for key in found))
        has_nul |= found is NUL
        if len(headers) > MOST_COLUMNS:
            raise UnusableLog(f"The objects have over {MOST_COLUMNS} keys; fewer are read.")
    if not headers and has_nul:
        raise UnusableLog("Each row of the file holds a NUL character. Export it again.")
    if not headers:
        raise UnusableLog('No line of the file is a JSON object such as {"received": ...}.')
    names = list(headers)
    lines = _lines(_objects(content, encoding, errors), names)
    name = "cp1252" if errors != "strict" else encoding.removesuffix("-sig")
    notes = [AS_WINDOWS] if errors != "strict" else []
    return Sheet(headers=names, lines=lines, form="JSON lines", encoding=name, notes=notes)


def _lines(objects: Iterable[tuple[int, Any]], names: list[str]) -> Iterator[Line]:
    for number, found in objects:
        if isinstance(found, dict):
            yield number, [_text(found.get(name)) for name in names]
        else:
            yield number, found if isinstance(found, str) else "not a JSON object"


def _objects(content: bytes, encoding: str, errors: str) -> Iterator[tuple[int, Any]]:
    """Yield what stands in the file one after the other; a whole list would be held many times."""
    if content[:4096].decode(encoding, "replace").lstrip().startswith("["):
        yield from enumerate(_of_a_list(content.decode(encoding, errors)), start=1)
        return
    # Not universal newlines: JSON may hold line separators of other alphabets inside a string.
    stream = io.TextIOWrapper(io.BytesIO(content), encoding, errors, newline="\n")
    for number, line in enumerate(stream, start=1):
        plain = line.strip()
        if not plain:
            continue
        try:
            yield number, _if_text(_DECODER.decode(plain), plain)
        except (ValueError, RecursionError):
            yield number, None


def _of_a_list(text: str) -> Iterator[Any]:
    """Yield the members of a list, each read when it is asked for."""
    place, mark = _behind_blanks(text, text.index("[") + 1), ","
    is_empty = text[place : place + 1] == "]"
    try:
        while mark == "," and not is_empty:
            start = place
            found, place = _DECODER.raw_decode(text, place)
            yield _if_text(found, text, start, place)
            place = _behind_blanks(text, place)
            mark = text[place : place + 1]
            place = _behind_blanks(text, place + 1) if mark == "," else place
    except (ValueError, RecursionError) as error:
        raise UnusableLog(f"The file is no valid JSON ({error}).") from error
    if text[place : place + 1] != "]":
        raise UnusableLog(f"The file is no valid JSON: no comma at character {place + 1}.")
    if text[place + 1 :].strip():
        raise UnusableLog("The file is no valid JSON: something stands behind its list.")


def _if_text(found: Any, said: str, start: int = 0, end: int | None = None) -> Any:
    """Return an object as read; None where it is none, or names half of a letter; why of a NUL."""
    if not isinstance(found, dict):
        return None
    if _UNSTORABLE.search(said, start, len(said) if end is None else end):
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return None
        if any("\x00" in text for text in _texts(found)):
            return NUL
    return found


def _texts(found: Any) -> Iterator[str]:
    """Yield every key and text within what was read."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for key, value in found.items():
            yield key
            yield from _texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from _texts(value)


def _behind_blanks(text: str, place: int) -> int:
    match = _BLANK.match(text, place)
    return match.end() if match else place


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
