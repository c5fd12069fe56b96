"""Turn words of a log into ours: channels, directions, states, usability."""

from __future__ import annotations

import re
from collections.abc import Mapping

from requests_app.vocabulary import MEDIUM_OF, Channel, Medium

CHANNELS: dict[str, Channel] = {
    "cd": Channel.PHYSICAL_CD,
    "cd-r": Channel.PHYSICAL_CD,
    "disc": Channel.PHYSICAL_CD,
    "disk": Channel.PHYSICAL_CD,
    "mail": Channel.PHYSICAL_CD,
    "fedex": Channel.PHYSICAL_CD,
    "pickup": Channel.PHYSICAL_CD,
    "dvd": Channel.PHYSICAL_DVD,
    "dvd-r": Channel.PHYSICAL_DVD,
    "blu-ray": Channel.PHYSICAL_DVD,
    "usb": Channel.PHYSICAL_USB,
    "thumb drive": Channel.PHYSICAL_USB,
    "film": Channel.PHYSICAL_FILM,
    "paper": Channel.PHYSICAL_PAPER,
    "ps": Channel.NETWORK_VENDOR,
    "powershare": Channel.NETWORK_VENDOR,
    "ambra": Channel.NETWORK_VENDOR,
    "lifeimage": Channel.NETWORK_VENDOR,
    "life image": Channel.NETWORK_VENDOR,
    "pushed": Channel.NETWORK_STANDARD,
    "push": Channel.NETWORK_STANDARD,
    "dicomweb": Channel.NETWORK_STANDARD,
    "vpn": Channel.P2P_VPN_DICOM,
    "sftp": Channel.P2P_SFTP,
    "portal": Channel.PORTAL_PATIENT,
    "mychart": Channel.PORTAL_PATIENT,
    "email": Channel.P2P_EMAIL,
    "e-mail": Channel.P2P_EMAIL,
    "encrypted email": Channel.P2P_EMAIL,
    "secure email": Channel.P2P_EMAIL,
    "e-link": Channel.LINK_SECURE,
    "link": Channel.LINK_SECURE,
    "secure link": Channel.LINK_SECURE,
}
_SEPARATORS = re.compile(r"\s*(?:[+/,;|&]| and )\s*", re.IGNORECASE)
_BY_VALUE = {channel.value: channel for channel in Channel}
LONGEST_WORD = 100  # characters; what is longer is a remark: nobody is asked what it means
MOST_WAYS = 8  # of one cell; a list of more is a remark too


def channels_of(word: str, own: Mapping[str, str]) -> list[tuple[str, Medium]]:
    """Return each channel that a cell names, once, with its medium; "CD + PS" names two.

    `own` are the answers of a mapping (as written: ours). A word nobody knows keeps its
    spelling and has an unknown medium: it is shown, and it widens the bounds.
    """
    if word in own:
        return [_channel(own[word])]
    parts = _parts(word)
    known = [_meaning(part, own) for part in parts]
    if all(one is None for one in known):
        return [(word, Medium.UNKNOWN)]
    named = (
        (part, Medium.UNKNOWN) if one is None else one
        for part, one in zip(parts, known, strict=True)
    )
    return list(dict.fromkeys(named))


def unknown_beside(word: str, own: Mapping[str, str]) -> list[str]:
    """Return the parts of a cell that nobody knows, beside one that is known."""
    return [part for part in asked_beside(word, own) if part not in own]


def asked_beside(word: str, own: Mapping[str, str]) -> list[str]:
    """Return the parts of a cell that nobody knows but by an answer, beside one that is known.

    A part that was given a meaning stays among them: somebody may give it another.
    """
    parts = [] if word in own else _parts(word)
    if len(parts) < 2 or all(_meaning(part, own) is None for part in parts):
        return []
    return [part for part in parts if part in own or _meaning(part, own) is None]


def _parts(word: str) -> list[str]:
    """Return what a cell may name; a remark is kept whole, whatever words stand in it."""
    if len(word) > LONGEST_WORD or word.lower() in CHANNELS:
        return [word]
    parts = [part for part in _SEPARATORS.split(word) if part]
    return parts if len(parts) <= MOST_WAYS else [word]


def _meaning(part: str, own: Mapping[str, str]) -> tuple[str, Medium] | None:
    if part in own:
        return _channel(own[part])
    found = CHANNELS.get(part.lower()) or _BY_VALUE.get(part.lower())
    return None if found is None else (found.value, MEDIUM_OF[found])


def _channel(word: str) -> tuple[str, Medium]:
    channel = _BY_VALUE.get(word)
    return (word, MEDIUM_OF[channel] if channel else Medium.UNKNOWN)


def is_known(word: str, own: Mapping[str, str]) -> bool:
    """Say whether a cell names a channel that we know, by itself or by an answer of a mapping."""
    return any(medium is not Medium.UNKNOWN for _, medium in channels_of(word, own))


def speaks_our_channels(counts: Mapping[str, int], own: Mapping[str, str]) -> bool:
    """Say whether most rows of a column use channel words that we know, or somebody gave one.

    In a log of another trade one word may look like ours by chance; then all keep their spelling.
    A word that was given a meaning is no chance.
    """
    filled = {word: n for word, n in counts.items() if word}
    known = {word: n for word, n in filled.items() if is_known(word, own)}
    return 2 * sum(known.values()) >= sum(filled.values()) or any(word in own for word in known)


_IN = {
    *(
        "in",
        "i",
        "inbound",
        "incoming",
        "import",
        "imported",
        "received",
        "receive",
        "rcvd",
        "rec'd",
    ),
    *("inbound request", "incoming request"),
}
_OUT = {
    *("out", "o", "outbound", "outgoing", "export", "exported", "sent", "send", "released"),
    *("release", "outbound request", "outgoing request"),
}
UNKNOWN_WAY = "unknown"
"""The direction of a request whose column is blank or says another word: in neither measure."""


def direction_of(word: str) -> str | None:
    """Return inbound or outbound, None where a word says neither."""
    plain = re.sub(r"[\s_]+", " ", word).strip(" .:-").lower()
    first, _, rest = plain.partition(" ")
    if plain in _IN or (rest and (first == "from" or (first in _IN and rest.startswith("from ")))):
        return "inbound"
    if plain in _OUT or (rest and (first == "to" or (first in _OUT and rest.startswith("to ")))):
        return "outbound"
    return None


def studies_of(word: str) -> int | None:
    """Return a count of studies; a blank, and what is no count, is unknown and never one."""
    plain = word.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 5 else None


_RESENDS = re.compile(r"again|re-?sen[dt]|2nd|second|redo|repeat|further", re.IGNORECASE)
_NO_MORE = {"n", "no", "false", "none"}
NO_FAILURE = ("none", "no", "n", "n/a", "na", "nil", "nothing", "ok", "-", "no problem", "no issue")
"""Words by which a column of problems says that there was none; a blank says nothing."""


def counts_resends(header: str) -> bool:
    """Say whether a column tells of further times that images were sent, rather than of all."""
    return bool(_RESENDS.search(header))


def attempts_of(word: str, header: str) -> int | None:
    """Return how often images were sent; a blank is unknown, and so is what is no such count.

    Under "Attempts" a number is all the times; under "Resent" or "2nd CD" it is those after the
    first, and yes is one more.
    """
    plain = word.strip().lower()
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 3 else None
    if not counts_resends(header):
        return number or None
    if plain in {"y", "yes", "true", "x"}:
        return 2
    if plain in _NO_MORE:
        return 1
    return None if number is None else 1 + number


_GRADES = {"immediate", "after_rework", "not_usable", "untested"}
_OPENED = {
    *("y", "yes", "ok", "okay", "true", "1", "pass", "passed", "good", "usable", "readable"),
    *("success", "successful", "opened", "works", "worked", "fine"),
}
_FAILED = {
    *("n", "no", "nope", "false", "0", "f", "fail", "fails", "failed", "failure", "bad", "not"),
    *("unreadable", "unusable", "broken", "corrupt", "corrupted", "cracked", "damaged", "cannot"),
    *("can't", "couldn't", "didn't", "won't", "unable", "encrypted", "error"),
}
_NOT_TRIED = {
    *("untested", "not tested", "not tried", "not yet", "not opened yet", "pending", "tbd"),
    *("unknown", "n/a", "na", "none", "?", "-", "--"),
}
_AT_LAST = re.compile(r"after|but|eventually|finally|again|2nd|second|re-?(?:do|burn|sen[dt]|load)")


def usable_of(word: str) -> str | None:
    """Return the grade of an arrival, None where a word says none; a blank is not a no."""
    plain = re.sub(r"[\s_]+", " ", word).strip(" .!").lower()
    if not plain or plain in _NOT_TRIED:
        return "untested"
    if plain.replace(" ", "_") in _GRADES:
        return plain.replace(" ", "_")
    first = re.split(r"[\s,;:/()-]+", plain)[0]
    if first in _FAILED:
        return "not_usable"
    return "immediate" if first in _OPENED and not _AT_LAST.search(plain) else None


CLOSED = "closed"
"""What a status means that says a request is over, and not how."""
_ENDS = (
    ("not_our_patient", re.compile(r"\bnot our\b")),
    ("not_found", re.compile(r"\bnot found\b|\b(?:images?|stud(?:y|ies)|exams?) not found\b")),
    ("withdrawn", re.compile(r"\b(?:withdrawn|withdrew|withdraw|cancel\w*|void(?:ed)?)\b")),
    ("duplicate", re.compile(r"\bduplicate\b|^dup\b")),
    ("denied", re.compile(r"\b(?:denied|rejected|refused|declined)\b|^(?:denial|rejection)\b")),
)
_DENIES = re.compile(r"\b(?:not|no|never|un|isn't|wasn't)(?: longer)?(?: an?)? $")
_OVER = {
    *(
        "closed",
        "close",
        "complete",
        "completed",
        "done",
        "sent",
        "delivered",
        "released",
        "mailed",
    ),
    *("fulfilled", "filled", "finished", "shipped", "picked up"),
}
_ASKS_IF_OVER = re.compile(r"done|complete|closed|finished|fulfilled|sent|released", re.IGNORECASE)


def outcome_of(word: str, header: str = "") -> str | None:
    """Return how a request ended without release, or that it is over, where its status says so.

    Under a header that asks, such as "Done?", a yes says that it is over.
    """
    plain = re.sub(r"[\s_]+", " ", word).strip(" .!").lower()
    for outcome, pattern in _ENDS:
        found = pattern.search(plain)
        if found and not _DENIES.search(plain[: found.start()]):
            return outcome
    if plain in _OVER:
        return CLOSED
    asks = _ASKS_IF_OVER.search(header) and header.strip().endswith("?")
    return CLOSED if asks and plain in {"y", "yes", "x", "true", "1"} else None
