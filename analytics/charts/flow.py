"""The graph of steps as lines and boxes: one column of steps, forward moves right, returns left.

Each move that skips steps has a lane of its own stretch, so that no two numbers lie on another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analytics.charts.words import activity, count, lasting, share
from analytics.process.graph import Edge, Graph, Node

MOST_NODES, MOST_EDGES = 14, 22
WIDTH, HEIGHT, ROW, LANE, PORT, BEND, EDGE = 184, 44, 84, 78, 9, 8, 14
LETTERS = 25  # that a box has room for


@dataclass(frozen=True, kw_only=True)
class Box:
    """A step as drawn."""

    x: int
    y: int
    name: str
    under: str
    title: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def middle(self) -> int:
        """Where its words are centred."""
        return self.x + self.width // 2

    @property
    def first(self) -> int:
        """The base of its first line of words."""
        return self.y + 19

    @property
    def second(self) -> int:
        """The base of its second line of words."""
        return self.y + 35


@dataclass(frozen=True, kw_only=True)
class Line:
    """A move as drawn: its way, how thick, and its two words with where they stand."""

    thick: str
    times: str
    wait: str
    title: str
    way: str = ""
    anchor: str = "start"
    x: int = 0
    y: int = 0
    is_straight: bool = False


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A graph as drawn; `kept` of `moves` moves are in it."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    edges: tuple[Edge, ...]
    kept: int
    moves: int


def draw(graph: Graph) -> Drawing:
    """Lay out the most frequent steps and moves."""
    often = sorted(graph.nodes, key=lambda node: (-node.n, node.activity))[:MOST_NODES]
    nodes = [node for node in graph.nodes if node in often]
    place = {node.activity: row for row, node in enumerate(nodes)}
    known = [edge for edge in graph.edges if edge.previous in place and edge.activity in place]
    edges = known[:MOST_EDGES]
    left, right = _lanes(edges, place, is_back=True), _lanes(edges, place, is_back=False)
    margin = EDGE + LANE * _wide(left)
    pen = _Pen(place=place, x=margin, most=max((edge.n for edge in edges), default=1))
    moves = [edge for edge in edges if edge.previous != edge.activity]
    lines = [pen.line(edge, {**left, **right}.get(_key(edge))) for edge in moves]
    selves = {edge.activity: edge.n for edge in graph.edges if edge.previous == edge.activity}
    return Drawing(
        width=margin + WIDTH + LANE * _wide(right) + EDGE,
        height=max(len(nodes) * ROW - (ROW - HEIGHT), 0) + 2 * EDGE,
        boxes=tuple(pen.box(node, selves.get(node.activity, 0)) for node in nodes),
        lines=tuple(lines),
        edges=tuple(edges),
        kept=sum(edge.n for edge in edges),
        moves=sum(edge.n for edge in graph.edges),
    )


def _key(edge: Edge) -> tuple[str, str]:
    return edge.previous, edge.activity


def _wide(lanes: dict[tuple[str, str], int]) -> int:
    return max(lanes.values(), default=-1) + 1


def _lanes(
    edges: Iterable[Edge], place: dict[str, int], *, is_back: bool
) -> dict[tuple[str, str], int]:
    """Give each move that is no step down a lane; the shortest lie nearest the boxes."""
    stretches = []
    for edge in edges:
        start, end = place[edge.previous], place[edge.activity]
        if (end < start) is is_back and start != end and end - start != 1:
            stretches.append((abs(end - start), min(start, end), max(start, end), _key(edge)))
    taken: list[list[tuple[int, int]]] = []
    found: dict[tuple[str, str], int] = {}
    for _, top, bottom, key in sorted(stretches):
        lane = next((i for i, used in enumerate(taken) if _is_free(used, top, bottom)), len(taken))
        taken[lane : lane + 1] = [[*(taken[lane] if lane < len(taken) else []), (top, bottom)]]
        found[key] = lane
    return found


def _is_free(used: Sequence[tuple[int, int]], top: int, bottom: int) -> bool:
    return all(bottom <= one or other <= top for one, other in used)


@dataclass(frozen=True, kw_only=True)
class _Pen:
    place: dict[str, int]
    x: int
    most: int

    def box(self, node: Node, again: int) -> Box:
        name = activity(node.activity)
        under = f"n = {count(node.n)}" + (f" · {count(again)} in a row" if again else "")
        since = f"median {lasting(node.since_receipt)} after receipt"
        return Box(
            x=self.x,
            y=self._top(node.activity),
            name=name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…",
            under=under,
            title=f"{name}: {count(node.n)} times, {since}",
        )

    def line(self, edge: Edge, lane: int | None) -> Line:
        one, two = self.place[edge.previous], self.place[edge.activity]
        words = Line(
            thick=f"{1.25 + 4.75 * edge.n / self.most:.2f}",
            times=count(edge.n),
            wait=wait_of(edge),
            title=_title(edge),
        )
        if lane is None:
            return self._straight(edge, words)
        is_back = two < one
        side = -1 if is_back else 1
        start = self.x if is_back else self.x + WIDTH
        out = start + side * (LANE * lane + LANE // 3)
        y1, y2 = self._middle(one) + side * PORT, self._middle(two) - side * PORT
        down = 1 if y2 > y1 else -1
        bend, tip = BEND * side, start + 5 * side
        way = (
            f"M{start},{y1}H{out - bend}Q{out},{y1} {out},{y1 + BEND * down}"
            f"V{y2 - BEND * down}Q{out},{y2} {out - bend},{y2}H{tip}"
        )
        between = self._middle((one + two - 1) // 2) + ROW // 2
        anchor = "end" if is_back else "start"
        return replace(words, way=way, anchor=anchor, x=out + 7 * side, y=between - 3)

    def _straight(self, edge: Edge, words: Line) -> Line:
        x, top = self.x + WIDTH // 2, self._top(edge.previous) + HEIGHT
        end = self._top(edge.activity) - 5
        y = (top + end) // 2 + 4
        return replace(words, way=f"M{x},{top}V{end}", x=x + 9, y=y, is_straight=True)

    def _top(self, name: str) -> int:
        return EDGE + self.place[name] * ROW

    def _middle(self, row: int) -> int:
        return EDGE + row * ROW + HEIGHT // 2


def wait_of(edge: Edge) -> str:
    """Return the median wait of a move: business time, elapsed where there is none."""
    return lasting(edge.elapsed if edge.business is None else edge.business)


def _title(edge: Edge) -> str:
    return (
        f"{activity(edge.previous)} → {activity(edge.activity)}: {count(edge.n)} times, "
        f"in {share(edge.share)}% of requests; median wait {lasting(edge.business)} business, "
        f"{lasting(edge.elapsed)} elapsed"
    )
