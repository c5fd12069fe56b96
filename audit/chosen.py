"""What a look at figures was about, in words: its source and what counted of its filters."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

_NAMES = {
    "source": "Source",
    "facility": "Facility",
    "from": "From",
    "to": "To",
    "days": "Days",
    "zone": "Days of the zone",
    "clock": "Clock",
    "compare": "Compared with",
    "asked": "Asked by",
    "slice": "Only",
    "by": "In groups by",
    "key": "Measure",
    "without": "Without the failure",
    "direction": "Direction",
    "limit": "Rows at most",
    "offset": "Rows passed over",
    "staff_group": "Staff group",
}
_ENDS = {
    "_own": "own words, counted and not told",
    "_unheard": "words that no request has, counted and not told",
    "_count": "how many",
    "_sha256": "SHA-256 of all",
}
_WORDS = {
    ("source", "live"): "Live work",
    ("compare", "before"): "As many days before",
    ("compare", "none"): "Nothing",
    ("by", "event"): "Day of the event",
    ("days", "all"): "All",
}


def chosen_in(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what was looked at, each name with its words; nothing where no figures were."""
    if not isinstance(said := detail.get("filters"), str) or "source" not in detail:
        return []
    words: dict[str, list[str]] = {}
    for name, word in (("source", str(detail["source"])), *parse_qsl(said)):
        words.setdefault(_name(name), []).append(_word(name, word))
    return [(name, ", ".join(found)) for name, found in words.items()]


def _name(name: str) -> str:
    for end, words in _ENDS.items():
        if name.endswith(end):
            return f"{_name(name.removesuffix(end))}, {words}"
    return _NAMES.get(name) or name.replace("_", " ").capitalize()


def _word(name: str, word: str) -> str:
    if name in ("asked", "clock", "direction"):
        return word.replace("_", " ").capitalize()
    return _WORDS.get((name, word), word)
