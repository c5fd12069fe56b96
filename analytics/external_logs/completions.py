"""What must be asked of the completion: which column holds it, and which of its words are blanks."""

from __future__ import annotations

from itertools import islice

from analytics.external_logs.channel_words import counted
from analytics.external_logs.mapping import BLANK, UNDATED, Mapping
from analytics.external_logs.questions import Question
from analytics.external_logs.raw import RawLog
from analytics.external_logs.sniff import date_columns
from analytics.external_logs.undated import OVER, TOLD, UNREADABLE, is_text, says_no_value
from analytics.external_logs.values import CLOSED, outcome_of

OFTEN = 0.02  # of the filled cells of a column: a word, and no slip of the pen
NAMED = 8  # words that a question names; its answer holds for all
LOOKS_AT = 1_000  # different words, the most frequent first
MANY = 100  # different texts that are no dates: a column of more has remarks beside its dates
LONGEST = 30  # characters of a word that is asked for
NONE = "none of them"
SHORT = 3  # words of a text that is asked about though it stands there once


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


def ask_texts(raw: RawLog, mapping: Mapping) -> list[Question]:
    """Ask what texts of the column of completion mean that are no dates.

    Those by which a request ends, such as Cancelled, are asked for first and wherever they stand,
    and so are words for no value; others where they stand often. Of a column of many texts those
    that stand often are asked for, and then once what all others mean.
    """
    header = mapping.sources().get("completed_at", "")
    if mapping.layout != "requests" or not header:
        return []
    said = counted(raw.cells(header))
    least = max(2, OFTEN * sum(rows for text, rows in said.items() if text))
    known = mapping.values.get("completed_at", {})
    ranked = sorted(said.items(), key=lambda pair: -pair[1])
    open_to = {text: rows for text, rows in ranked if text not in known and is_text(text)}
    no_value = {text: rows for text, rows in open_to.items() if says_no_value(text)}
    others = {} if mapping.undated else _without(open_to, no_value)
    words = dict(islice(filter(_is_short, others.items()), LOOKS_AT))
    often = {word: rows for word, rows in words.items() if rows >= least}
    is_many = len(others) > MANY
    ends = {word: n for word, n in (often if is_many else words).items() if _ends(word, n, header)}
    if ends:
        return [_question(header, ends, are_ends=True)]
    if asked := {word: rows for word, rows in ranked if word in no_value or word in often}:
        return [_question(header, asked, are_ends=False)]
    return [_question_of_all(header, others)] if is_many else []


def _without(some: dict[str, int], others: dict[str, int]) -> dict[str, int]:
    return {text: rows for text, rows in some.items() if text not in others}


def _is_short(said: tuple[str, int]) -> bool:
    """Say whether a text may be a word, which a question names."""
    return said[0].isprintable() and len(said[0]) <= LONGEST


def _ends(word: str, rows: int, header: str) -> bool:
    """Say whether a word is an end; a longer text of one row may name somebody and is not asked for."""
    return bool(outcome_of(word, header)) and (rows > 1 or len(word.split()) <= SHORT)


def _listed(words: dict[str, int]) -> str:
    named = [
        f"“{word}” ({rows:,} row{'' if rows == 1 else 's'})"
        for word, rows in islice(words.items(), NAMED)
    ]
    rest = len(words) - len(named)
    return ", ".join(named) + (f" and {rest:,} more" if rest else "")


def _question(header: str, words: dict[str, int], *, are_ends: bool) -> Question:
    """Return the question of what some words mean; the likeliest answer stands first."""
    means = {
        OVER: {word: outcome_of(word, header) or CLOSED for word in words},
        **{choice: dict.fromkeys(words, choice) for choice in (BLANK, UNREADABLE)},
    }
    choices = [OVER, BLANK, UNREADABLE] if are_ends else [BLANK, OVER, UNREADABLE]
    return {
        "field": "blank",
        "column": header,
        "question": f"Where a date would stand, “{header}” holds {_listed(words)}. "
        "Were these requests still open?",
        "choices": choices,
        "labels": {
            BLANK: "Yes, read it as a blank",
            OVER: "No, they ended and nobody wrote when",
            UNREADABLE: "Reject those rows",
        },
        "answers": {choice: {"values": {"completed_at": means[choice]}} for choice in choices},
        "rows": sum(words.values()),
    }


def _question_of_all(header: str, texts: dict[str, int]) -> Question:
    """Return the question of what all texts of a column mean that no answer names."""
    rows = sum(texts.values())
    return {
        "field": "undated",
        "column": header,
        "question": f"“{header}” holds {len(texts):,} different texts that are no dates, in "
        f"{rows:,} rows. What do they say of these requests?",
        "choices": list(UNDATED),
        "labels": {
            TOLD: "Ended where the text says so (Cancelled, Denied, Sent), else still open",
            OVER: "All ended, as the text says where it does, and nobody wrote when",
            BLANK: "All were still open",
            UNREADABLE: "Reject those rows",
        },
        "answers": {choice: {"undated": choice} for choice in UNDATED},
        "rows": rows,
    }
