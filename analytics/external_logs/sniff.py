"""What a column may mean by its values, where its header says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from analytics.external_logs.columns import is_event_log, is_private
from analytics.external_logs.dates import DAY, looks_like_date, order_of, read_moment
from analytics.external_logs.raw import RawLog
from analytics.external_logs.values import channels_of, counts_resends, direction_of
from requests_app.vocabulary import Medium

SAMPLE = 400  # different values
YEARS = 20 * 365 * DAY  # seconds before other dates: a birth, not a request
YES_NO = {"y", "n", "yes", "no", "true", "false", "x"}
_PERSON = re.compile(
    r"^(\d{3}-\d{2}-\d{4}|\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4}|[^@\s]+@[^@\s]+\.[a-z]{2,})$",
    re.IGNORECASE,
)
_MODALITY = re.compile(
    r"^(CT|CTA|MRI|MRA|US|XR|CR|DX|MG|MAMMO|NM|PET|PET/CT|FL|RF|XA|DEXA|ECHO)\b|^MR$"
)
_DIRECTIONS = re.compile(
    r"^(in|out|i|o|inbound|outbound|incoming|outgoing|import|export)$", re.IGNORECASE
)
_UTC = ZoneInfo("UTC")


def guesses(raw: RawLog, columns: dict[str, str]) -> dict[str, str]:
    """Return {field: header} for columns that only their values explain."""
    if is_event_log(columns):
        return {}
    free = {header: words for header, words in free_words(raw, columns).items() if words}
    found: dict[str, str] = {}
    for field, fits in _TESTS.items():
        if field in columns:
            continue
        header = next(
            (one for one in free if one not in found.values() and fits(one, free[one])), None
        )
        if header is not None:
            found[field] = header
    dates = date_columns(raw, columns)
    return found | _moments(raw, columns, [one for one in dates if one not in found.values()])


def free_words(raw: RawLog, columns: dict[str, str]) -> dict[str, list[str]]:
    """Return a sample of different values of each column that no field uses and that is not private."""
    used = set(columns.values())
    return {
        header: raw.words(header)[:SAMPLE]
        for header in raw.headers
        if header not in used and not is_private(header)
    }


def private_by_value(raw: RawLog, columns: dict[str, str]) -> set[str]:
    """Return unused columns whose values are phone numbers, addresses, numbers of persons, births."""
    free = free_words(raw, columns)
    found = {header for header, words in free.items() if _share(words, _PERSON.match) >= 0.5}
    return found | _births(free)


def _births(free: dict[str, list[str]]) -> set[str]:
    times = {header: _seconds(words) for header, words in free.items()}
    dated = {header: sorted(seconds) for header, seconds in times.items() if len(seconds) >= 2}
    spread = {
        header
        for header, seconds in dated.items()
        if seconds[len(seconds) * 9 // 10] - seconds[len(seconds) // 10] > YEARS
    }
    return spread if len(free) else set()


def date_columns(raw: RawLog, columns: dict[str, str]) -> list[str]:
    """Return unused columns that hold dates, births excepted."""
    free = free_words(raw, columns)
    births = _births(free)
    return [
        header
        for header, words in free.items()
        if header not in births and _share(words, looks_like_date) >= 0.8
    ]


def _moments(raw: RawLog, columns: dict[str, str], dates: Sequence[str]) -> dict[str, str]:
    """One date is the receipt; of two, the one that is never later. More are asked about."""
    wanted = [name for name in ("received_at", "completed_at") if name not in columns]
    if not wanted or not dates or len(dates) > len(wanted):
        return {}
    if wanted == ["completed_at"]:
        ahead = _ahead(raw, columns["received_at"], dates[0])
        return {} if ahead is not None and ahead < MOSTLY else {"completed_at": dates[0]}
    if len(dates) == 1:
        return {wanted[0]: dates[0]}
    first, second = dates
    ahead = _ahead(raw, first, second)
    if ahead is not None and ahead >= MOSTLY:
        return {"received_at": first, "completed_at": second}
    if ahead is not None and 1 - ahead >= MOSTLY:
        return {"received_at": second, "completed_at": first}
    return {}


MOSTLY = 0.9


def _ahead(raw: RawLog, first: str, second: str) -> float | None:
    """Return the share of rows in which one date is on no later day than another; None of no rows."""
    order = order_of(raw.words(first)) or order_of(raw.words(second)) or "MDY"
    pairs = list(zip(raw.column(first)[:SAMPLE], raw.column(second)[:SAMPLE], strict=True))
    known = [
        pair
        for pair in (tuple(_read(one, order) for one in both) for both in pairs)
        if None not in pair
    ]
    ahead: int = sum(one // DAY <= two // DAY for one, two in known)  # type: ignore[operator]
    return ahead / len(known) if known else None


def _read(text: str, order: str) -> int | None:
    moment = read_moment(text, order=order, zone=_UTC)
    return moment.seconds if moment and not moment.is_placeholder else None


def _seconds(words: list[str]) -> list[int]:
    if _share(words, looks_like_date) < 0.8:
        return []
    order = order_of(words) or "MDY"
    return [at for word in words if (at := _read(word, order)) is not None]


def _share(words: Sequence[str], fits: Callable[[str], object]) -> float:
    return sum(bool(fits(word)) for word in words) / len(words) if words else 0.0


def _is_channel(word: str) -> bool:
    return any(medium is not Medium.UNKNOWN for _, medium in channels_of(word, {}))


def is_yes_no(words: Sequence[str]) -> bool:
    """Say whether a column answers yes or no; what it answers to, its values cannot tell."""
    return bool(words) and {word.lower() for word in words} <= YES_NO


_TESTS: dict[str, Callable[[str, Sequence[str]], bool]] = {
    "channel": lambda _, words: _share(words, _is_channel) >= 0.6 and not is_yes_no(words),
    "direction": lambda _, words: (
        _share(words, _DIRECTIONS.match) >= 0.9
        and {direction_of(word) for word in words} <= {"inbound", "outbound"}
    ),
    "modality": lambda _, words: _share(words, _MODALITY.match) >= 0.7,
    "usable": lambda header, words: (
        is_yes_no(words)
        and bool(re.search(r"open|upload|import|usable|load", header, re.IGNORECASE))
    ),
    "attempts": lambda header, words: is_yes_no(words) and counts_resends(header),
}
