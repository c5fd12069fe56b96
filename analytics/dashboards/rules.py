"""Conformance in words: moves outside the table of states, and whose they are."""

from __future__ import annotations

from typing import Any

from analytics.charts.words import count, plural, share
from analytics.dashboards import links
from analytics.process.whole import Process
from analytics.readers.view import View
from requests_app.words import plain

Context = dict[str, Any]
SHOWN = 25


def rules_words(view: View, seen: Process) -> Context:
    """Return the moves outside the table, with the requests that made them."""
    found = seen.conformance
    if found.why:
        title = "Whether the rules were kept is not known"
        return {"title": title, "under": "Not zero: unknown", "why": found.why}
    hidden = found.astray - len(found.strays[:SHOWN])
    notes = [f"{plural(found.silent, 'request')} without a change of state are not judged."]
    more = f"{plural(hidden, 'further request')} are not listed."
    verb = "is" if found.outside == 1 else "are"
    title = f"{count(found.outside)} of {_changes(found.moves)} {verb} not allowed by the rules"
    return {
        "title": title if found.outside else "The rules allow every change of state",
        "under": f"{share(found.fitness)}% of {_changes(found.moves)} are allowed; steps that change "
        "none are not counted here · "
        f"{count(found.requests - found.astray)} of {plural(found.requests, 'request')} kept to them",
        "rows": [
            {
                "words": _move(breach.origin, breach.target),
                "n": count(breach.n),
                "requests": count(breach.requests),
            }
            for breach in found.breaches
        ],
        "strays": [
            {
                "number": stray.number,
                "href": links.request(view.query, stray.number),
                "where": view.name(stray.facility),
                "moves": ", ".join(_move(*move) for move in stray.moves),
            }
            for stray in found.strays[:SHOWN]
        ],
        "notes": (notes if found.silent else []) + ([more] if hidden else []),
    }


def _changes(n: int) -> str:
    return plural(n, "change of state", "changes of state")


def _move(origin: str, target: str) -> str:
    return f"{plain(origin)} → {plain(target)}"
