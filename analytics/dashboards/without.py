"""What turnaround would be without failures: each code alone, and the ticked ones together."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from analytics.charts.without import NOT_REACHED, said
from analytics.charts.words import count, listed, one, plural, sample, span, too_few
from analytics.dashboards import links
from analytics.metrics.without import CAVEAT, Told, Without, told, why_untold
from analytics.readers.counted import Own
from analytics.readers.counted import told as spelled
from analytics.readers.view import View
from requests_app.failure_codes import FAILURES, FailureCode

Context = dict[str, Any]
SHOWN = 10
UNSAID = "What failures delay cannot be said"
WORD = "without"
"""The word of the page's address that ticks a code; it may stand there more than once."""


def without_words(view: View, ticked: tuple[str, ...]) -> Context:
    """Return the table of codes with its finding, or why there is none."""
    found = told(view.snapshot.mirror, view.selection)
    if found is None:
        why = why_untold(view.snapshot.mirror.log.missing)
        return {"title": UNSAID, "under": "Not zero: unknown", "why": why, "strange": ()}
    n = sample(plural(len(found.took), "request"))
    strange = strange_codes(ticked, found.waits)
    if found.too_few:
        return {"title": UNSAID, "under": n, "why": too_few("requests"), "strange": strange}
    if found.why_none:
        title = "No failure can be taken away"
        return {"title": title, "under": n, "why": found.why_none, "strange": strange}
    each = found.each()
    chosen = tuple(code for code in dict.fromkeys(ticked) if code in found.waits)
    shown = [*each[:SHOWN], *(one_of for one_of in each[SHOWN:] if one_of.codes[0] in chosen)]
    hidden = len(each) - len(shown)
    none = "it moves" if hidden == 1 else "none of them moves"
    more = plural(hidden, "further failure is", "further failures are")
    return {
        "title": _title(each[0]),
        "under": _under(each[0]),
        "rows": [_row(view, one_of, ticked=chosen) for one_of in shown],
        "strange": strange,
        "together": _together(found, chosen),
        "rest": f"{more} not listed; {none} the time more than these." if hidden else "",
        "caveat": CAVEAT,
    }


def strange_codes(ticked: tuple[str, ...], had: Collection[str] = ()) -> tuple[str, ...]:
    """Return a sentence for each ticked code that is not among those that requests had."""
    return tuple(
        f"{word[:40]!r} is no failure that these requests had: nothing is taken away for it."
        for word in dict.fromkeys(ticked)
        if word not in had
    )


def own_of(view: View, ticked: tuple[str, ...]) -> Own:
    """Return the ticked codes as the access log holds them: ours, and how many of the log's own."""
    codes = {*FailureCode}
    if not codes.issuperset(ticked):
        found = told(view.snapshot.mirror, view.selection)
        codes |= set(found.waits if found is not None else ())
    known = [code for code in dict.fromkeys(ticked) if code in codes]
    return Own(
        said=tuple(spelled(WORD, known, of="reason", is_live=view.query.is_live)),
        ignored=(WORD,) if len(known) < len(set(ticked)) else (),
    )


def _title(first: Without) -> str:
    code = label_of(first.codes[0])
    if first.without.days is None or first.without.days == first.now.days:
        return "No failure alone moves the 90th percentile of turnaround"
    was = f"instead of {one(first.now.days)}" if first.now.days is not None else ""
    return (
        f"Without “{code}” nine in ten would be out in {one(first.without.days)} days {was}".strip()
    )


def _under(first: Without) -> str:
    n = sample(plural(first.n, "request"))
    now = f"now {said(first.now)}" if first.now.days is not None else "now not reached"
    return (
        "90th percentile of turnaround, elapsed days, the open ones censored (Kaplan–Meier), less the "
        f"time from each failure to its recovery · {now} · {n}, {count(first.still_open)} still open"
    )


def _row(view: View, found: Without, *, ticked: tuple[str, ...]) -> Context:
    (code,), days = found.codes, found.without.days
    return {
        "code": code,
        "label": label_of(code),
        "is_ticked": code in ticked,
        "requests": count(found.requests),
        "hours": count(found.hours),
        "days": f"{one(days)} days" if days is not None else "not reached",
        "ends": span(found.without.low, found.without.high),
        "door": links.behind(view.query, "failures_by_code", group=code),
    }


def _together(found: Told, chosen: tuple[str, ...]) -> str:
    """Say what the ticked codes cost together; nothing where fewer than two are ticked."""
    if len(chosen) < 2:
        return ""
    all_of = found.without(chosen)
    names = listed([f"“{label_of(code)}”" for code in all_of.codes])
    then = NOT_REACHED
    if all_of.without.days is not None:
        was = f" instead of {one(all_of.now.days)}" if all_of.now.days is not None else ""
        then = f"nine in ten out in {said(all_of.without)}{was}"
    return (
        f"Without {names} together, {count(all_of.hours)} hours in "
        f"{plural(all_of.requests, 'request')}: {then}."
    )


def label_of(code: str) -> str:
    """Return a code in words; a word of a log's own as it is."""
    return FAILURES[FailureCode(code)].label if code in FailureCode.__members__ else code
