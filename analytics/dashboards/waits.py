"""The waits of the process view in words, and its one sentence."""

from __future__ import annotations

from typing import Any

from analytics.charts.words import activity, count, lasting, plural, share
from analytics.process.basis import Basis
from analytics.process.waiting import Wait
from analytics.process.whole import Process

Context = dict[str, Any]
SHOWN = 12


def story(seen: Process) -> Context:
    """Return the finding in bold, and what it is out of."""
    waits, basis = seen.waits, seen.basis
    if headline(seen) is None:
        strong = f"{plural(basis.requests, 'request')} took {plural(basis.steps, 'step')}"
        return {"strong": strong, "rest": ", and nothing waited before its delivery."}
    first = waits.waits[0]
    return {
        "strong": f"The wait for “{activity(first.activity)}” after “{activity(first.previous)}” "
        f"holds {share(first.share)}% of the waiting before a delivery",
        "rest": f", {count(_hours(first, basis))} of {count(waits.hours)} {waits.ranked_by} hours "
        f"in {plural(basis.requests, 'request')}.",
    }


def headline(seen: Process) -> tuple[str, str] | None:
    """Return the move whose wait is the finding; None where nothing waited."""
    waits = seen.waits
    if not waits.waits or not waits.hours:
        return None
    return waits.waits[0].previous, waits.waits[0].activity


def counted(basis: Basis) -> str:
    """Return by which time waits are counted."""
    if basis.why_no_business:
        return f"elapsed time: {basis.why_no_business}"
    return f"business time: {basis.calendar}"


def waits_words(seen: Process) -> Context:
    """Return the table of waits, the longest total first."""
    waits, basis = seen.waits, seen.basis
    rows = [
        {
            "previous": activity(one.previous),
            "activity": activity(one.activity),
            "share": share(one.share),
            "hours": count(_hours(one, basis)),
            "median": lasting(one.elapsed if one.business is None else one.business),
            "n": count(one.n),
        }
        for one in waits.waits[:SHOWN]
    ]
    first = waits.waits[:3]
    title = "Nothing waited before a delivery"
    if waits.hours:
        held = share(sum(one.share or 0 for one in first))
        title = f"{held}% of the time before a delivery lies in {plural(len(first), 'wait')}"
    left, notes = waits.waits[SHOWN:], []
    if left:
        held_by_rest = count(sum(_hours(one, basis) for one in left))
        notes = [f"{plural(len(left), 'further wait')} hold {held_by_rest} hours."]
    if after := round(waits.after):
        held = plural(after, "hour lies", "hours lie")
        notes += [f"{held} after a first delivery: not counted here, since the images are there."]
    return {
        "title": title,
        "under": f"From one step to the next, up to the first delivery, in {counted(basis)}",
        "rows": rows,
        "notes": notes,
    }


def _hours(wait: Wait, basis: Basis) -> float:
    return wait.elapsed_hours if basis.why_no_business else wait.business_hours or 0.0
