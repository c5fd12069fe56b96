"""What words of ways, directions and arrivals mean: the section of a draft's page, and its answers."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Any

from analytics.external_logs.channel_words import (
    ChannelWord,
    can_be_asked,
    channel_words,
    counted,
    rows_unread,
)
from analytics.external_logs.importing import MOST_WORDS, Reading
from analytics.external_logs.mapping import OURS
from analytics.external_logs.meant import ASKED
from analytics.external_logs.refusals import BadMapping
from requests_app.vocabulary import Channel
from requests_app.words import WORDS

AS_WRITTEN = "Leave as written"
MEANINGS = (
    *(Channel.PHYSICAL_CD, Channel.PHYSICAL_DVD, Channel.PHYSICAL_USB, Channel.PHYSICAL_FILM),
    *(Channel.PHYSICAL_PAPER, Channel.LINK_SECURE, Channel.PORTAL_PATIENT),
    *(Channel.NETWORK_STANDARD, Channel.NETWORK_VENDOR, Channel.P2P_VPN_DICOM, Channel.P2P_SFTP),
    *(Channel.P2P_EMAIL, Channel.P2P_PORTAL_ONEOFF),
)
"""What a word can be said to mean, in the order of the page."""
OPEN = 5  # words that are shown unfolded
MOST_KNOWN = 12  # words that are shown as known
UNKNOWN = {"direction": "Unknown: in neither measure", "usable": "Unknown: not tested"}
MEANT_AS = {
    "direction": ("inbound", "outbound"),
    "usable": ("immediate", "after_rework", "not_usable"),
}
"""What the words of directions and arrivals can be said to mean, in the order of the page."""
_CHOICES = [(str(one), WORDS[Channel][one]) for one in MEANINGS]
_LABELS = {str(one): word for one, word in WORDS[Channel].items()}
_PREFIX = "word:"


def said_by(form: Map[str, Any], before: Map[str, str]) -> dict[str, str]:
    """Return the meanings of words that a form gives beside those given before.

    BadMapping where a meaning is none of ours; no word is repeated in it: people type them.
    """
    found = dict(before)
    for key, meaning in form.items():
        if not key.startswith(_PREFIX):
            continue
        word = key.removeprefix(_PREFIX)
        if not meaning:
            found.pop(word, None)
        elif meaning in dict(_CHOICES) or meaning == before.get(word):
            found[word] = meaning
        else:
            raise BadMapping(
                "A word was given a meaning that is no way of sending. Choose one from its list."
            )
    return found


def meant_by(form: Map[str, Any], before: Map[str, Any]) -> dict[str, Any]:
    """Return the meanings, by field, with those of directions and arrivals that a form gives."""
    found = dict(before)
    for key, meaning in form.items():
        prefix, _, rest = key.partition(":")
        field, _, word = rest.partition(":")
        if prefix != "means" or field not in ASKED or not word:
            continue
        own = {one: means for one, means in found.get(field, {}).items() if one != word}
        if meaning and meaning not in OURS[field]:
            raise BadMapping(
                "A word was given a meaning that it cannot have. Choose one of its list."
            )
        found[field] = own | ({word: meaning} if meaning else {})
    return {field: words for field, words in found.items() if words}


def other_words_of(reading: Reading) -> list[dict[str, Any]]:
    """Return the columns of directions and arrivals some words of which say nothing that we know.

    A word that was given a meaning stays among them: somebody may give it another.
    """
    found = []
    for field in ASKED if reading.log is not None else ():
        own, header = reading.mapping.values.get(field, {}), reading.mapping.columns.get(field, "")
        said = counted(reading.raw.cells(header)) if header else {}
        words = [(word, said[word]) for word in own if word in said]
        words += [(one["word"], one["rows"]) for one in reading.unknown_meanings().get(field, [])]
        choices = [("", UNKNOWN[field]), *((one, one.replace("_", " ")) for one in MEANT_AS[field])]
        rows = [
            {"text": word, "rows": n, "meaning": own.get(word, ""), "choices": choices}
            for word, n in words
        ]
        if rows:
            found.append(
                {"field": field, "prefix": f"means:{field}", "header": header, "rows": rows}
            )
    return found


def words_in(form: Map[str, Any]) -> set[str]:
    """Return the words that a form gives a meaning."""
    return {
        key.removeprefix(_PREFIX)
        for key, meaning in form.items()
        if key.startswith(_PREFIX) and meaning
    }


def check_words(reading: Reading, form: Map[str, Any]) -> None:
    """Raise BadMapping where a form gives a meaning to a word that the column does not hold."""
    asked = words_in(form)
    if asked and not asked <= {one.text for one in channel_words(reading.raw, reading.mapping)}:
        raise BadMapping(
            "A word was given a meaning, and the column of channels does not hold it. "
            "Look at the words below and choose again."
        )


def words_of(reading: Reading) -> dict[str, Any] | None:
    """Return the words that ask what they mean; None where none does, or a question comes first."""
    if reading.log is None:
        return None
    words = list(channel_words(reading.raw, reading.mapping))
    asking = [one for one in words if one.is_given or not one.means]
    shown = [one for one in asking if can_be_asked(one.text)][:MOST_WORDS]
    if not shown:
        return None
    own = reading.mapping.values.get("channel", {})
    rows = [_row(one, own.get(one.text, "")) for one in shown]
    known = [one for one in words if one.means and not one.is_given]
    return {
        "ignored": reading.ignored,
        "header": reading.mapping.columns["channel"],
        "open": rows[:OPEN],
        "folded": rows[OPEN:],
        "known": [_known(one) for one in known[:MOST_KNOWN]],
        "more_known": max(0, len(known) - MOST_KNOWN),
        "more": len(asking) - len(shown),
        "all_said": all(one.is_given for one in asking),
        "unread": rows_unread(reading.raw, reading.mapping),
        "filled": sum(one.alone for one in words),
    }


def _row(word: ChannelWord, meaning: str) -> dict[str, Any]:
    """Return a word with what it can mean; what a mapping said otherwise can stay."""
    other = [(meaning, meaning)] if meaning not in ("", *dict(_CHOICES)) else []
    choices = [("", AS_WRITTEN), *_CHOICES, *other]
    return {"text": word.text, "rows": word.rows, "meaning": meaning, "choices": choices}


def _known(word: ChannelWord) -> dict[str, Any]:
    means = " and ".join(_LABELS.get(way, f"“{way}”") for way in word.means)
    return {"text": word.text[:40], "rows": word.rows, "means": means}
