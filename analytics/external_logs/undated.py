"""What a text means that stands in place of a date of completion."""

from __future__ import annotations

import re
from collections.abc import Callable

from analytics.external_logs.mapping import BLANK, ENDED, Mapping
from analytics.external_logs.values import CLOSED, outcome_of

TOLD, OVER, UNREADABLE = "told", "ended", "unreadable"
"""What texts may be said to mean: ended where they say so and else open; ended; no date at all."""
_NO_VALUE = frozenset(
    {
        *("null", "nil", "none", "na", "n/a", "n.a", "nan", "not available", "no date"),
        *("tbd", "tba", "tbc", "pending", "open", "unknown", "unk", "waiting", "not applicable"),
        *("", "-", "--", "---", "\u2013", "\u2014", "?", "??", "???", "/", "not sent", "not yet"),
        *("in progress", "in process", "on hold", "blank", "empty", "missing", "not done"),
    }
)
"""Words that people and programs write for a date that is not there; others may be slips."""


_OURS = frozenset(
    {
        *("cancel", "cancels", "cancelled", "canceled", "cancellation", "void", "voided"),
        *("withdraw", "withdrawn", "withdrew", "withdrawal", "declined", "denied", "denial"),
        *("refused", "refusal", "rejected", "rejection", "duplicate", "dup", "found", "closed"),
        *("close", "complete", "completed", "done", "sent", "delivered", "released", "mailed"),
        *("fulfilled", "filled", "finished", "shipped", "picked", "up", "not", "no", "never"),
        *("longer", "needed", "our", "by", "per", "the", "of", "at", "for", "to"),
        *("patient", "patients", "pt", "requester", "requestor", "request", "requests", "md"),
        *("physician", "provider", "attorney", "facility", "radiology", "image", "images"),
        *("study", "studies", "exam", "exams", "record", "records", "see", "duplicates"),
    }
)
"""Words of which texts are made by which requests end, as we know them: they name nobody."""


def is_ours(text: str) -> bool:
    """Say whether a text is made of nothing but words that we know, so that it can name nobody."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    has_digit = any(map(str.isdigit, text))
    return says_no_value(text) or (bool(words) and not has_digit and _OURS.issuperset(words))


def says_no_value(text: str) -> bool:
    """Say whether a text is a known word for a date that is not there."""
    return " ".join(text.lower().split()).strip(" .!:*()[]") in _NO_VALUE


def is_text(text: str) -> bool:
    """Say whether a cell is no slip of a date; # begins an error of a sheet, such as #REF!."""
    return bool(text) and not text.startswith("#") and not any(map(str.isdigit, text))


def is_spoken_of(mapping: Mapping) -> bool:
    """Say whether anything was said of texts in a column of completion."""
    return bool(mapping.undated or mapping.values.get("completed_at"))


def reader_of(mapping: Mapping) -> Callable[[str], str | None]:
    """Return what says of a cell of completion how its request ended, or that it is a blank.

    None stands for what is a date or nothing. A text that no answer names means what was said of
    all such texts; a word for no value is not among them.
    """
    own = mapping.values.get("completed_at", {})
    header = mapping.sources().get("completed_at", "")
    others = mapping.undated if mapping.layout == "requests" else ""

    def meaning(text: str) -> str | None:
        if text in own:
            return own[text] if own[text] in ENDED or own[text] == BLANK else None
        if not others or not is_text(text) or says_no_value(text) or others == UNREADABLE:
            return None
        if others == BLANK:
            return BLANK
        return outcome_of(text, header) or (CLOSED if others == OVER else BLANK)

    return meaning
