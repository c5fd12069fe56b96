"""What the page of a draft shows: columns with their states, grades, rejected rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.utils.text import Truncator

from analytics.external_logs.columns import FIELD_WORDS, is_private
from analytics.external_logs.grades import (
    GRADE_WORDS,
    HELPS,
    by_reason,
    missing_fields,
    would_help,
)
from analytics.external_logs.importing import Reading
from analytics.external_logs.mapping import private_headers
from analytics.external_logs.particulars import masked
from analytics.external_logs.questions import ORDER_WORDS
from analytics.external_logs.sniff import is_yes_no
from analytics.external_logs.tables import rejected_rows
from analytics.imports.meanings import other_words_of, words_of
from analytics.metrics.catalogue import label_of
from analytics.models import SavedMapping

MOST_COLUMNS, MOST_REJECTED = 60, 20
STATES = {
    "sure": ("ok", "circle-check", "Sure"),
    "guess": ("none", "circle-dashed", "Guess"),
    "asks": ("risk", "circle-help", "Asks you"),
    "dropped": ("done", "check", "Dropped"),
    "replaced": ("done", "check", "Replaced"),
    "ignored": ("none", "circle-dashed", "Ignored"),
}
GRADES = {
    "good": ("ok", "circle-check"),
    "weak": ("risk", "triangle-alert"),
    "not_computable": ("none", "circle-dashed"),
}


def columns_of(reading: Reading) -> list[dict[str, Any]]:
    """Return the columns of a file with first values, share filled and state."""
    raw, mapping = reading.raw, reading.mapping
    by_header = {header: field for field, header in mapping.columns.items()}
    private = private_headers(raw, mapping.columns)
    asked = {question["column"] for question in reading.questions}
    rows = len(raw.numbers) or 1
    found = []
    spare = MOST_COLUMNS - len(by_header)
    others = [header for header in raw.headers if header not in by_header][: max(0, spare)]
    for header in [one for one in raw.headers if one in by_header or one in set(others)]:
        field = by_header.get(header, "")
        hidden = header in private or field == "record_number"
        words = [] if hidden else raw.words(header)
        state = _state(header, field, hidden, asked, mapping.guessed)
        tone, icon, word = STATES[state]
        found.append(
            {
                "header": header,
                "field": field,
                "hidden": hidden,
                "must_drop": is_private(header),
                "examples": [Truncator(masked(value)).chars(40) for value in words[:2]],
                "hint": "yes or no" if not field and is_yes_no(words[:400]) else "",
                "filled": round(100 * raw.filled(header) / rows),
                "state": state,
                **{"tone": tone, "icon": icon, "word": word},
            }
        )
    return found


def _state(header: str, field: str, hidden: bool, asked: set[str], guessed: frozenset[str]) -> str:
    if hidden:
        return "replaced" if field else "dropped"
    if header in asked:
        return "asks"
    if not field:
        return "ignored"
    return "guess" if field in guessed else "sure"


def how_read(states: Sequence[str]) -> str:
    """Say how many columns are read, by a guess too, how many are not, and how many ask."""
    guessed, asking = states.count("guess"), states.count("asks")
    ignored, dropped = states.count("ignored"), states.count("dropped")
    read = len(states) - asking - ignored - dropped
    words = f"{read} of {len(states)} columns are read"
    if guessed:
        words += f", {guessed} of them by a guess: check {'it' if guessed == 1 else 'them'}"
    for count, what in ((ignored, "ignored"), (dropped, "dropped")):
        if count:
            words += f"; {count} {'is' if count == 1 else 'are'} {what}"
    if asking:
        words += f"; {asking} {'asks' if asking == 1 else 'ask'} you"
    return words


def fields_for(column: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a column may mean; a private one is dropped or becomes a code."""
    if column["must_drop"]:
        names = ["record_number", *(["case_id"] if column["field"] == "case_id" else [])]
    else:
        names = [name for name in FIELD_WORDS if name != "record_number"]
    return [(name, FIELD_WORDS[name]) for name in names]


def grades_of(reading: Reading) -> list[dict[str, Any]]:
    """Return the grades of what can be computed in words, the best first.

    Measures on the same columns share a line.
    """
    order = list(GRADES)
    computable = [pair for pair in reading.grades.items() if pair[1]["computable"]]
    ranked = sorted(computable, key=lambda pair: order.index(pair[1]["grade"]))
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    for key, grade in ranked:
        share, label = round(100 * grade["share"]), label_of(key, is_live=False)
        line = (grade["grade"], share, grade["why"])
        if line in found:
            found[line]["label"] += f"; {_within(label)}"
            continue
        tone, icon = GRADES[grade["grade"]]
        found[line] = {"label": label, "percent": share, "why": grade["why"]}
        found[line] |= {"tone": tone, "icon": icon, "word": GRADE_WORDS[grade["grade"]]}
    return list(found.values())


def not_computable(reading: Reading) -> dict[str, Any] | None:
    """Return what cannot be computed, by its reason, the one that stops most first."""
    reasons = sorted(by_reason(reading.grades).items(), key=lambda pair: -len(pair[1]))
    if not reasons:
        return None
    tone, icon = GRADES["not_computable"]
    lines = []
    for why, keys in reasons:
        first, *others = (label_of(key, is_live=False) for key in keys)
        lines.append({"why": why, "measures": "; ".join([first, *map(_within, others)])})
    return {
        "lines": lines,
        "measures": sum(len(keys) for _, keys in reasons),
        **{"tone": tone, "icon": icon, "word": GRADE_WORDS["not_computable"]},
    }


def _within(label: str) -> str:
    """Return a label as it stands within a sentence."""
    return label if label[:2].isupper() else f"{label[0].lower()}{label[1:]}"


def help_for(reading: Reading) -> dict[str, Any] | None:
    """Return the one column that would help most."""
    if reading.log is None:
        return None
    field, measures = would_help(dict(reading.log.missing))
    if not field:
        return None
    return {
        "sentence": HELPS[field][1],
        "measures": measures,
        "rows": reading.log.requests.num_rows,
    }


def template_headers(reading: Reading) -> list[str]:
    """Return the file's headers without private ones, and the column that would help most."""
    private = private_headers(reading.raw, reading.mapping.columns)
    names = [header for header in reading.raw.headers if header not in private]
    field, _ = would_help(missing_fields(reading.mapping))
    return [*names, HELPS[field][0]] if field else names


def page_of(
    reading: Reading, name: str, file_name: str, saved: SavedMapping | None
) -> dict[str, Any]:
    """Return all that the template shows."""
    answer, mapping = reading.answer(name), reading.mapping
    columns = columns_of(reading)
    for column in columns:
        column["fields"] = fields_for(column)
    rejected = rejected_rows(reading, MOST_REJECTED)
    headers = list(rejected[0]["cells"])[:4] if rejected else []
    for row in rejected:
        row["first"] = [(header, row["cells"][header]) for header in headers]
    question = reading.questions[0] if reading.questions else None
    return {
        "file_name": file_name,
        "name": name,
        "raw": reading.raw,
        "answer": answer,
        "has_loose_times": reading.has_loose_times,
        "will_import": answer["rows_imported"] - answer["rows_recognised"],
        **_question(question),
        "columns": columns,
        "more_columns": len(reading.raw.headers) - len(columns),
        "how_read": how_read([column["state"] for column in columns]),
        "grades": grades_of(reading),
        "lacking": not_computable(reading),
        "words": words_of(reading),
        "other_words": other_words_of(reading),
        "lacks_number": mapping.layout == "requests" and "request_id" not in mapping.columns,
        "helps": help_for(reading),
        "rejected": rejected,
        "rejected_headers": headers,
        "remarks": answer["remarks"],
        "unread": _unread(reading),
        "saved": saved,
        **_links(answer),
        "steps": _steps(question is not None, bool(rejected)),
    }


def _question(question: dict[str, Any] | None) -> dict[str, Any]:
    """Return a question with its choices, and the name by which the form answers it."""
    has_answers = question is not None and "answers" in question
    field = question["field"] if question is not None else None
    return {
        "question": question,
        "choices": _choices(question),
        "asks_by": "answer" if has_answers else field,
    }


def _unread(reading: Reading) -> list[dict[str, Any]]:
    return [{"word": FIELD_WORDS.get(key, "Hold"), **one} for key, one in reading.unread.items()]


def _links(answer: dict[str, Any]) -> dict[str, Any]:
    """Return which requests of two linked tables have no steps."""
    unlinked = answer.get("unlinked", [])
    return {
        "reading_linked": "unlinked" in answer,
        "unlinked": unlinked[:MOST_REJECTED],
        "more_unlinked": max(0, len(unlinked) - MOST_REJECTED),
    }


def _asked(question: dict[str, Any] | None) -> dict[str, Any]:
    """Return a question with its buttons, and by what name they answer."""
    name = question and ("answer" if "answers" in question else question["field"])
    return {"question": question, "choices": _choices(question), "asks_by": name}


def _choices(question: dict[str, Any] | None) -> list[tuple[str, str]]:
    if question is None:
        return []
    labels = question.get("labels", {})
    if answers := question.get("answers"):
        choices = [one for one in question["choices"] if "several" not in question or one in labels]
        return [(json.dumps(answers[one]), labels.get(one, one)) for one in choices]
    return [
        (choice, f"{labels[choice]} ({ORDER_WORDS[choice]})" if choice in labels else choice)
        for choice in question["choices"]
    ]


def _steps(asks: bool, rejects: bool) -> list[dict[str, Any]]:
    at = 1 if asks else 2 if rejects else 3
    words = ("File", "Columns", "Rows", "Confirm")
    return [
        {"word": word, "done": place < at, "now": place == at} for place, word in enumerate(words)
    ]
