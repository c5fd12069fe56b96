"""What must be asked of the completion: which column holds it, and which of its words are blanks."""

from __future__ import annotations

from itertools import islice

from analytics.external_logs.channel_words import counted
from analytics.external_logs.mapping import BLANK, Mapping
from analytics.external_logs.questions import Question
from analytics.external_logs.raw import RawLog
from analytics.external_logs.sniff import date_columns
from analytics.external_logs.values import CLOSED, outcome_of

OFTEN = 0.02  # of the filled cells of a column: a word, and no slip of the pen
NAMED = 8  # words that a question names; its answer holds for all
LOOKS_AT = 1_000  # different words, the most frequent first: a column of more holds no dates
NONE = "none of them"
SHORT = 3  # words of a text that is asked about though it stands there once
OVER = "ended"
"""The answer that words of a completion say how a request ended, and no date says when."""


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
    """Ask what words of the column of completion mean that are no dates.

    Those by which a request ends, such as Cancelled, are asked for first and wherever they stand;
    others where they stand often.
    """
    header = mapping.sources().get("completed_at", "")
    if mapping.layout != "requests" or not header:
        return []
    said = counted(raw.cells(header))
    filled = sum(rows for word, rows in said.items() if word)
    known = mapping.values.get("completed_at", {})
    ranked = sorted(said.items(), key=lambda pair: -pair[1])
    unknown = ((one, rows) for one, rows in ranked if one and one not in known and _is_word(one))
    words = dict(islice(unknown, LOOKS_AT))
    # A longer text that stands there once may name somebody, and an answer is kept.
    ends = {
        word: rows
        for word, rows in words.items()
        if outcome_of(word, header) and (rows > 1 or len(word.split()) <= SHORT)
    }
    often = {
        word: rows
        for word, rows in words.items()
        if rows >= OFTEN * filled and (rows > 1 or word.lower() in _NO_DATE)
    }
    asked = ends or often
    return [_question(header, asked, are_ends=bool(ends))] if asked else []


def _question(header: str, words: dict[str, int], *, are_ends: bool) -> Question:
    """Return the question of what some words mean; the likeliest answer stands first."""
    named = [
        f"“{word}” ({rows:,} row{'' if rows == 1 else 's'})"
        for word, rows in islice(words.items(), NAMED)
    ]
    rest = len(words) - len(named)
    listed = ", ".join(named) + (f" and {rest:,} more" if rest else "")
    means = {
        OVER: {word: outcome_of(word, header) or CLOSED for word in words},
        **{choice: dict.fromkeys(words, choice) for choice in (BLANK, "unreadable")},
    }
    choices = [OVER, BLANK, "unreadable"] if are_ends else [BLANK, OVER, "unreadable"]
    return {
        "field": "blank",
        "column": header,
        "question": f"“{header}” holds no date but {listed}. Were these requests still open?",
        "choices": choices,
        "labels": {
            BLANK: "Yes, read it as a blank",
            OVER: "No, they ended and nobody wrote when",
            "unreadable": "Reject those rows",
        },
        "answers": {choice: {"values": {"completed_at": means[choice]}} for choice in choices},
        "rows": sum(words.values()),
    }


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


def _is_word(text: str) -> bool:
    """Say whether a text is a word; # begins an error of a sheet, such as #REF!."""
    is_short = text.isprintable() and len(text) <= 30
    return is_short and not any(map(str.isdigit, text)) and not text.startswith("#")
