"""The graph, the loops, the variants and the hand-offs of the process view in words."""

from __future__ import annotations

from typing import Any

from analytics.charts.flow import NARROW, Drawing, draw
from analytics.charts.words import activity, count, lasting, plural, sample, share, span
from analytics.dashboards.waits import counted, headline
from analytics.process.graph import Graph
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
    """Return the drawing for each width with its finding, and the numbers behind it."""
    graph, basis = seen.graph, seen.basis
    told = headline(seen)
    wide, narrow = draw(graph, told=told), draw(graph, NARROW, told=told)
    return {
        "drawings": {
            "wide": {"drawing": wide, "title": _carried(graph, wide), "notes": _drawn(graph, wide)},
            "narrow": {
                "drawing": narrow,
                "title": _carried(graph, narrow),
                "notes": _drawn(graph, narrow) + _more(wide, narrow),
            },
        },
        "under": "Steps from top to bottom by their median time since receipt · on each move how "
        f"often, and its median wait in {counted(basis)} · {sample(plural(basis.requests, 'request'))}",
        "notes": [f"{count(n)} {why}." for why, n in basis.left_out.items()],
        "rows": [
            {
                "previous": activity(edge.previous),
                "activity": activity(edge.activity),
                "n": count(edge.n),
                "share": share(edge.share),
                "business": lasting(edge.business),
                "elapsed": lasting(edge.elapsed),
            }
            for edge in wide.edges
        ],
    }


def _carried(graph: Graph, drawing: Drawing) -> str:
    """Return the finding of a drawing: how much of the flow is in it."""
    if not drawing.moves:
        return "Every request took one step"
    kinds, n = plural(len(graph.edges), "kind"), len(drawing.edges)
    verb = "carries" if n == 1 else "carry"
    if n == len(graph.edges):
        return f"{kinds} of move {verb} the whole flow"
    part = share(100 * drawing.kept / drawing.moves)
    return f"{count(n)} of {kinds} of move {verb} {part}% of the flow"


def _drawn(graph: Graph, drawing: Drawing) -> list[str]:
    """Return how much is drawn and how many steps are not."""
    kinds = f"{count(len(drawing.edges))} of {plural(len(graph.edges), 'kind')} of move"
    times = f"{count(drawing.kept)} of {count(drawing.moves)} times that one step followed another"
    notes = [f"Drawn are {kinds}: {times}, whether it changed the state or not."]
    hidden = len(graph.nodes) - len(drawing.boxes)
    verb = "is" if hidden == 1 else "are"
    return notes + (
        [f"{count(hidden)} of {plural(len(graph.nodes), 'step')} {verb} in none of these moves."]
        if hidden
        else []
    )


def _more(wide: Drawing, narrow: Drawing) -> list[str]:
    more = len(wide.edges) > len(narrow.edges)
    return [f"A wider screen draws {count(len(wide.edges))}."] if more else []


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
        "title": f"{f'{share(top[-1].cumulative)}% of' if hidden else 'All'} requests took "
        + (f"one of {len(top)} ways" if len(top) > 1 else "the same way"),
        "under": f"{plural(found.count, 'sequence')} of steps in "
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
    spread = ", ".join(f"{count(n)} with {times or 'none'}" for times, n in found.by_count[:8])
    notes = [f"Hand-offs of requests: {spread}{' …' if len(found.by_count) > 8 else '.'}"]
    others = found.other_pairs + sum(pair.n for pair in found.pairs[PAIRS:])
    notes += [f"{count(others)} between other people."] if others else []
    notes += (
        [f"{count(found.unnamed)} steps name nobody and are left out."] if found.unnamed else []
    )
    pairs = found.pairs[:PAIRS]
    named = "by number" if all(pair.giver.isdigit() for pair in pairs) else "as the log names them"
    return {
        "title": f"Work changes hands {span(found.mean, found.mean, digits=2)} times a request",
        "under": f"{plural(found.handoffs, 'hand-off')} in {plural(found.requests, 'request')}, "
        f"delivered or not · people {named}",
        "rows": [
            {"giver": _person(pair.giver), "taker": _person(pair.taker), "n": count(pair.n)}
            for pair in pairs
        ],
        "notes": notes,
    }


def _person(code: str) -> str:
    return f"Person {code}" if code.isdigit() else code
