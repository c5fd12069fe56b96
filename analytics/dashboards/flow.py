"""The graph, the loops, the variants and the hand-offs of the process view in words."""

from __future__ import annotations

from typing import Any

from analytics.charts.flow import NARROW, draw
from analytics.charts.words import activity, count, lasting, plural, sample, share, span
from analytics.dashboards.waits import counted
from analytics.process.rework import Loop, LoopKind
from analytics.process.whole import Process

Context = dict[str, Any]
LOOPS, WAYS, PAIRS = 5, 10, 10
_KINDS = {
    LoopKind.RETURN: "comes back",
    LoopKind.SELF: "twice in a row",
    LoopKind.PAIR: "there and back",
}


def graph_words(seen: Process) -> Context:
    """Return the drawing with its finding, and the numbers behind it."""
    drawing, narrow, basis = draw(seen.graph), draw(seen.graph, NARROW), seen.basis
    title = "Every request took one step"
    kinds = f"{count(len(drawing.edges))} of {plural(len(seen.graph.edges), 'kind')} of move"
    if drawing.moves:
        title = f"{kinds} carry {share(100 * drawing.kept / drawing.moves)}% of the flow"
    drawn = f"{count(drawing.kept)} of {count(drawing.moves)} times that one step followed another"
    notes = [f"Drawn are {kinds}: {drawn}, whether it changed the state or not."]
    if len(narrow.edges) < len(drawing.edges):
        notes.append(
            f"On a narrow screen only the {count(len(narrow.edges))} most frequent are drawn."
        )
    notes += [f"{count(n)} {why}." for why, n in basis.left_out.items()]
    return {
        "drawings": {"wide": drawing, "narrow": narrow},
        "title": title,
        "under": "Steps from top to bottom by their median time since receipt · on each move how "
        f"often, and its median wait in {counted(basis)} · {sample(plural(basis.requests, 'request'))}",
        "notes": notes,
        "rows": [
            {
                "previous": activity(edge.previous),
                "activity": activity(edge.activity),
                "n": count(edge.n),
                "share": share(edge.share),
                "business": lasting(edge.business),
                "elapsed": lasting(edge.elapsed),
            }
            for edge in drawing.edges
        ],
    }


def rework_words(seen: Process) -> Context:
    """Return the costliest loops of each kind."""
    part = 100 * seen.rework.requests / seen.basis.requests
    chosen = [loop for kind in LoopKind for loop in seen.rework.of(kind)[:LOOPS]]
    return {
        "title": f"Steps come back in {share(part)}% of requests"
        if chosen
        else "No step comes back in any request",
        "under": f"{count(seen.rework.requests)} of {plural(seen.basis.requests, 'request')} · hours "
        f"from one visit to the next, {'elapsed' if seen.basis.why_no_business else 'business'}",
        "rows": [_loop_words(loop) for loop in chosen],
    }


def _loop_words(loop: Loop) -> Context:
    names = [activity(name) for name in loop.activities]
    hours = loop.elapsed_hours if loop.business_hours is None else loop.business_hours
    return {
        "words": " → ".join(names) if loop.kind is LoopKind.PAIR else names[0],
        "kind": _KINDS[loop.kind],
        "n": count(loop.n),
        "requests": count(loop.requests),
        "hours": count(hours),
    }


def variants_words(seen: Process) -> Context:
    """Return the most frequent sequences of steps."""
    found, top = seen.variants, seen.variants.top[:WAYS]
    hidden = found.count - len(top)
    rest = (
        f"{plural(hidden, 'further way')}, {count(found.singles)} of all taken by one request only."
    )
    return {
        "title": f"{share(top[-1].cumulative)}% of requests took "
        + (f"one of {len(top)} ways" if len(top) > 1 else "the same way"),
        "under": f"Sequences of steps · {plural(found.count, 'different one')} in "
        f"{plural(seen.basis.requests, 'request')} · elapsed time",
        "rows": [
            {
                "steps": _folded(way.activities),
                "n": count(way.n),
                "share": share(way.share),
                "cumulative": share(way.cumulative),
                "elapsed": lasting(way.elapsed),
            }
            for way in top
        ],
        "rest": rest if hidden else "These are all.",
    }


def _folded(activities: tuple[str, ...]) -> list[str]:
    """Return the steps in words; the same one several times in a row is said once."""
    runs: list[tuple[str, int]] = []
    for name in map(activity, activities):
        again = runs.pop()[1] if runs and runs[-1][0] == name else 0
        runs.append((name, again + 1))
    return [f"{name} ×{times}" if times > 1 else name for name, times in runs]


def hands_words(seen: Process) -> Context:
    """Return who gives work to whom."""
    found = seen.hand_offs
    if found.why:
        return {
            "title": "Hand-offs cannot be counted",
            "under": "Not zero: unknown",
            "why": found.why,
        }
    spread = " · ".join(f"{times}: {count(n)}" for times, n in found.by_count[:8])
    notes = [f"Requests by their hand-offs: {spread}" + (" …" if len(found.by_count) > 8 else "")]
    others = found.other_pairs + sum(pair.n for pair in found.pairs[PAIRS:])
    notes += [f"{count(others)} between other people."] if others else []
    notes += (
        [f"{count(found.unnamed)} steps name nobody and are left out."] if found.unnamed else []
    )
    return {
        "title": f"Work changes hands {span(found.mean, found.mean, digits=2)} times a request",
        "under": f"{plural(found.handoffs, 'hand-off')} in {plural(found.requests, 'request')}, "
        "delivered or not · people by number"
        if all(pair.giver.isdigit() for pair in found.pairs[:PAIRS])
        else "delivered or not · people as the log names them",
        "rows": [
            {"giver": _person(pair.giver), "taker": _person(pair.taker), "n": count(pair.n)}
            for pair in found.pairs[:PAIRS]
        ],
        "notes": notes,
    }


def _person(code: str) -> str:
    return f"Person {code}" if code.isdigit() else code
