"""What must be asked of the completion: which column holds it, and which of its words are blanks."""

from __future__ import annotations

from analytics.external_logs.channel_words import counted
from analytics.external_logs.mapping import Mapping
from analytics.external_logs.questions import Question
from analytics.external_logs.raw import RawLog
from analytics.external_logs.sniff import date_columns

OFTEN = 0.02  # of the filled cells of a column: a word, and no slip of the pen
MOST_BLANKS = 8  # words of one question
NONE = "none of them"


def ask_completed(raw: RawLog, mapping: Mapping) -> list[Question]:
    """Ask which column holds the completion where one could and no header says so."""
    if mapping.layout != "requests" or mapping.completed or "completed_at" in mapping.said:
        return []
    found = date_columns(raw, dict(mapping.columns))
    if not found:
        return []
    choices = [*found, NONE] if NONE not in found else found
    columns = {choice: choice for choice in found} | {NONE: ""}
    return [
        {
            "field": "completed_at",
            "column": "",
            "question": "Which column says when a request was completed?",
            "choices": choices,
            "labels": {NONE: "None of them: every request counts as open"},
            "answers": {one: {"columns": {"completed_at": columns[one]}} for one in choices},
            "rows": raw.rows_read,
        }
    ]


def ask_blanks(raw: RawLog, mapping: Mapping) -> list[Question]:
    """Ask what words of the column of completion mean that are no dates, and stand there often."""
    header = mapping.sources().get("completed_at", "")
    if mapping.layout != "requests" or not header:
        return []
    said = counted(raw.cells(header))
    filled = sum(rows for word, rows in said.items() if word)
    known = mapping.values.get("completed_at", {})
    words = [
        (word, rows)
        for word, rows in sorted(said.items(), key=lambda pair: -pair[1])
        if word and word not in known and _stands_for_blank(word, rows) and rows >= OFTEN * filled
    ][:MOST_BLANKS]
    if not words:
        return []
    listed = ", ".join(f"“{word}” ({rows:,} row{'' if rows == 1 else 's'})" for word, rows in words)
    means = {
        choice: {"values": {"completed_at": {word: choice for word, _ in words}}}
        for choice in ("blank", "unreadable")
    }
    return [
        {
            "field": "blank",
            "column": header,
            "question": f"“{header}” holds no date but {listed}. Were these requests still open?",
            "choices": list(means),
            "labels": {"blank": "Yes, read it as a blank", "unreadable": "No, reject those rows"},
            "answers": means,
            "rows": sum(rows for _, rows in words),
        }
    ]


_NO_DATE = {
    *(
        "null",
        "nil",
        "none",
        "na",
        "n/a",
        "nan",
        "tbd",
        "tba",
        "pending",
        "open",
        "unknown",
        "waiting",
    ),
    *("-", "--", ".", "?", "not sent", "not yet", "in progress", "on hold", "blank", "empty"),
}
"""Words that people and programs write for a date that is not there; others may be slips."""


def _stands_for_blank(word: str, rows: int) -> bool:
    is_word = word.isprintable() and len(word) <= 30 and not any(map(str.isdigit, word))
    # What begins with # is an error of a sheet, such as #REF!: no date that is not there.
    return is_word and not word.startswith("#") and (rows > 1 or word.lower() in _NO_DATE)
