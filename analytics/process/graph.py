"""The directly-follows graph: which step comes after which, how often, and after what wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from analytics.metrics.question import Question
from analytics.process.basis import IN_ORDER


@dataclass(frozen=True, kw_only=True)
class Node:
    """An activity. Times are medians in seconds: since receipt, and since the step before.

    `starts` and `ends` count the requests whose first or last step it is.
    """

    activity: str
    n: int
    starts: int
    ends: int
    since_receipt: float | None
    elapsed: float | None
    business: float | None


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One step right after another; `share` is the percentage of all requests where it happens.

    `elapsed` and `business` are medians in seconds.
    """

    previous: str
    activity: str
    n: int
    requests: int
    share: float
    elapsed: float | None
    business: float | None


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Nodes in the order in which they usually come, edges from the most frequent."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


_NODES = f"""
SELECT activity, count(*), count(*) FILTER (WHERE follows IS NULL),
    median(occurred - received),
    median(waited) FILTER (WHERE {IN_ORDER}), median(business) FILTER (WHERE {IN_ORDER})
FROM steps WHERE $selection AND flows GROUP BY activity
"""
_EDGES = f"""
SELECT follows, activity, count(*) AS n, count(DISTINCT request_id),
    median(waited) FILTER (WHERE {IN_ORDER}), median(business) FILTER (WHERE {IN_ORDER})
FROM steps WHERE $selection AND follows IS NOT NULL
GROUP BY follows, activity ORDER BY n DESC, follows, activity
"""


def graph(ask: Question, requests: int) -> Graph:
    """Return the graph of a selection that holds so many requests."""
    edges = tuple(
        Edge(
            previous=previous,
            activity=activity,
            n=n,
            requests=of,
            share=100 * of / requests,
            elapsed=elapsed,
            business=business,
        )
        for previous, activity, n, of, elapsed, business in ask.rows(_EDGES)
    )
    left: Counter[str] = Counter()
    for edge in edges:
        left[edge.previous] += edge.n
    nodes = [
        Node(
            activity=activity,
            n=n,
            starts=starts,
            ends=n - left[activity],
            since_receipt=since,
            elapsed=elapsed,
            business=business,
        )
        for activity, n, starts, since, elapsed, business in ask.rows(_NODES)
    ]
    return Graph(nodes=tuple(sorted(nodes, key=_place)), edges=edges)


def _place(node: Node) -> tuple[bool, float, int, str]:
    since = node.since_receipt
    return since is None, since or 0.0, -node.starts, node.activity
