"""Numbers in words, the same on the page and on paper."""

from __future__ import annotations

from datetime import date, datetime

from analytics.eventlog import OWN_WORD
from analytics.statistics.intervals import FEW
from requests_app.words import plain

DASH = "—"
WIDER = "choose a longer period, more facilities or fewer filters"


def count(n: float) -> str:
    """Return a whole number with thousands marked."""
    return f"{n:,.0f}"


def sample(said: str) -> str:
    """Return how many were counted, as said, on one line: "n = 577"."""
    return f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{said}"


def one(value: float | None) -> str:
    """Return a number with one decimal, or a dash."""
    # A nought less than nothing, -0.04, is 0.0 in words.
    return DASH if value is None else f"{round(value, 1) + 0.0:,.1f}"


def percent(value: float | None) -> str:
    """Return a percentage with one decimal, or a dash."""
    return DASH if value is None else f"{one(value)}%"


def whole(value: float | None) -> str:
    """Return a number without decimals, or a dash."""
    return DASH if value is None else f"{value:,.0f}"


def share(value: float | None) -> str:
    """Return a percentage without decimals; with one where rounding would make it none or all."""
    if value is None:
        return DASH
    hides = (0 < value < 0.5) or (99.5 <= value < 100)
    return one(value) if hides else whole(value)


def span(low: float | None, high: float | None, digits: int = 1) -> str:
    """Return an interval with an en dash; one number where both ends read alike.

    An end that is not bounded is told; where neither is, there is no interval.
    """
    if low is None and high is None:
        return DASH
    left, right = ("" if end is None else f"{end:,.{digits}f}" for end in (low, high))
    return ends(left, right)


def ends(left: str, right: str, *, dash: str = "–") -> str:
    """Return an interval of two written ends; one that is empty is not bounded, which is told."""
    if not right:
        return f"from {left}, not bounded above"
    if not left:
        return f"up to {right}, not bounded below"
    return left if left == right else f"{left}{dash}{right}"


def too_few(things: str = "") -> str:
    """Return that there are too few of some things for a figure, and what to do about it."""
    return f"{fewer(things)}: {WIDER}"


def fewer(things: str = "") -> str:
    """Return that there are too few of some things for a figure: fewer than 11 discs."""
    return f"fewer than {FEW} {things}".strip()


def day(when: date, *, year: bool = False) -> str:
    """Return a day such as Aug 24, or Aug 24, 2026."""
    text = f"{when:%b} {when.day}"
    return f"{text}, {when.year}" if year else text


def period(since: date, until: date) -> str:
    """Return two days as a period; the year once where it is the same."""
    return f"{day(since, year=since.year != until.year)} – {day(until, year=True)}"


def moment(when: datetime) -> str:
    """Return a moment to the second with its zone, such as Aug 24, 2026, 17:05:09 UTC."""
    return f"{day(when.date(), year=True)}, {when:%H:%M:%S %Z}"


def plural(n: int, one_thing: str, things: str = "") -> str:
    """Return a count with its noun."""
    return f"{count(n)} {one_thing if n == 1 else things or one_thing + 's'}"


NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def spelled(n: int) -> str:
    """Return a count at the head of a sentence: Seven, or 12."""
    return NUMBERS[n] if n < len(NUMBERS) else count(n)


def listed(names: list[str]) -> str:
    """Return names as a phrase: A, B and C."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def lasting(seconds: float | None) -> str:
    """Return a length of time in the unit that it is felt in: 12 min, 5.2 h, 3.1 days."""
    if seconds is None:
        return DASH
    if abs(seconds) < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if abs(seconds) < 48 * 3600 else f"{seconds / 86400:,.1f} days"


def activity(word: str) -> str:
    """Return a step of ours in words; a step of somebody's log stays as it is written there."""
    own = word.removeprefix(OWN_WORD)
    return own if own != word else plain(word)
