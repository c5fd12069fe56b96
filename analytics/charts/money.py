"""Dollars in words, the same on the page and on paper."""

from __future__ import annotations


def dollars(value: float, *, cents: bool = True) -> str:
    """Return an amount such as $14.95 or −$3,120.00; without cents where they would only pretend."""
    text = f"{abs(value):,.2f}" if cents else f"{abs(value):,.0f}"
    is_nothing = not text.strip("0.,")
    return f"{'−' if value < 0 and not is_nothing else ''}${text}"


def dollar_span(one: float, other: float, *, cents: bool = True) -> str:
    """Return two amounts as a range, the lesser first; one where both read alike."""
    low, high = (dollars(end, cents=cents) for end in sorted((one, other)))
    if low == high:
        return low
    return f"{low} to {high}" if "−" in low else f"{low}–{high}"
