"""What an import says of its file in lines: its columns, cells not read, words without a meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from analytics.external_logs.columns import FIELD_WORDS
from analytics.external_logs.importing import Reading
from analytics.external_logs.mapping import OURS, private_headers
from requests_app.vocabulary import Channel

MOST = 20  # columns named in a line


def columns_read(reading: Reading) -> Iterator[str]:
    """Yield what each column was read as, which ones were dropped, ignored, and the zone of times."""
    mapping, raw = reading.mapping, reading.raw
    fields = {header: field for field, header in mapping.columns.items()}
    private = private_headers(raw, mapping.columns)
    read = [
        f"“{header}” is {_meaning(fields[header], header in private)}"
        + (" (a guess)" if fields[header] in mapping.guessed else "")
        for header in raw.headers
        if header in fields
    ]
    others = [header for header in raw.headers if header not in fields]
    dropped = [f"“{header}”" for header in others if header in private]
    ignored = [f"“{header}”" for header in others if header not in private]
    for what, names in (("read", read), ("dropped", dropped), ("ignored", ignored)):
        if names:
            more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
            yield f"Columns {what}: {', '.join(names[:MOST])}{more}."
    if reading.has_loose_times:
        yield f"Times without a zone are read in {mapping.zone}."


def _meaning(field: str, is_private: bool) -> str:
    """Return what a field is called; the cells of a private one give way to codes."""
    word = FIELD_WORDS.get(field, field)
    return f"{word}, as codes" if is_private and field != "record_number" else word


def unsure(answer: dict[str, Any]) -> list[str]:
    """Return what could not be read, what was taken for what, and words without a meaning."""
    return [
        *answer["remarks"],
        *(
            f"{field}: {cells['rows']} cells could not be read ({cells['example']})"
            for field, cells in answer["unread"].items()
        ),
        *(_meanings_in(field, words) for field, words in answer["unknown_meanings"].items()),
        *_words_in(answer["unknown_words"], answer["own_meanings"]),
    ]


def _meanings_in(field: str, words: list[dict[str, Any]]) -> str:
    """Return which words of a field say nothing that we know, and how to give them a meaning."""
    said = ", ".join(
        f"“{one['word']}” ({one['rows']:,} row{'' if one['rows'] == 1 else 's'})" for one in words
    )
    example = {"values": {field: {words[0]["word"]: sorted(OURS[field])[0]}}}
    return (
        f"{field}: words without a meaning: {said}. Give them one of {', '.join(sorted(OURS[field]))} "
        f"in a file for --mapping: {json.dumps(example, ensure_ascii=False)}"
    )


def _words_in(unknown: list[dict[str, Any]], own: dict[str, str]) -> list[str]:
    """Return which words for channels have no meaning of ours, and how to give them one."""
    ours = f"Channels: {', '.join(one for one in Channel if one is not Channel.UNKNOWN)}"
    kept = [
        f"channel: “{word}” means “{means}” by the mapping, which is no channel of ours: "
        "it stays as written"
        for word, means in own.items()
    ]
    if not unknown:
        return [*kept, ours] if kept else []
    words = ", ".join(
        f"“{one['word']}” ({one['rows']:,} row{'' if one['rows'] == 1 else 's'})" for one in unknown
    )
    example = {"values": {"channel": {unknown[0]["word"]: Channel.PHYSICAL_CD.value}}}
    return [
        *kept,
        f"channel: words without a meaning: {words}",
        f"Give them one in a file for --mapping: {json.dumps(example, ensure_ascii=False)}",
        ours,
    ]
