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
        title = "Changes of state cannot be held against the table"
        return {"title": title, "under": "Not zero: unknown", "why": found.why}
    hidden = found.astray - len(found.strays[:SHOWN])
    notes = [f"{plural(found.silent, 'request')} without a change of state are not judged."]
    more = f"{plural(hidden, 'further request')} are not listed."
    title = f"{count(found.outside)} of {_changes(found.moves)} stand outside the table"
    return {
        "title": title if found.outside else "Every change of state stands in the table",
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
