"""The graph of steps as lines and boxes: one column of steps, forward moves right, returns left.

Each move that skips steps has a lane of its own stretch, so that no two numbers lie on another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from analytics.charts.words import activity, count, lasting, share
from analytics.process.graph import Edge, Graph, Node

MOST_NODES, MOST_LINES = 14, 3
LINE, BETWEEN, PORT, BEND, EDGE = 16, 40, 9, 8, 14
"""Pixels of a line of words in a box, between two boxes, and of what runs around them."""
LETTER, WORD, BESIDE = 8, 6, 7
"""Pixels of a letter in a box, of one beside a move, and between a move and its words."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What a drawing has room for, in pixels and in letters of a line in a box.

    Where the most frequent moves need more `room` than there is, fewer are drawn, down to
    `least_edges`. On a phone returns run right of the boxes too, so that the boxes stand at the edge.
    """

    room: int = 1106
    most_edges: int = 22
    least_edges: int = 22
    width: int = 184
    lane: int = 64
    letters: int = 25
    lines: int = 1
    edge: int = 14
    is_narrow: bool = False

    def holding(self, names: Iterable[str], words: Iterable[str]) -> Paper:
        """Return a paper whose boxes hold these names in lines, and whose lanes hold these words."""
        written = [self.written(name) for name in names]
        letters = max((len(line) for lines in written for line in lines), default=0)
        room = WORD * max(map(len, words), default=0) + 2 * BESIDE
        lane = max(self.lane, room)
        return replace(
            self,
            lines=max(map(len, written), default=1),
            width=max(self.width, LETTER * letters + 2 * EDGE),
            lane=lane,
            edge=max(EDGE, room - 2 * lane // 3),  # the words of the outermost lane need it too
        )

    def written(self, name: str) -> list[str]:
        """Return a name in as many lines as it needs; one that is too long ends in dots."""
        lines = wrap(name, self.letters) or [""]
        if len(lines) > MOST_LINES:
            lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][: self.letters - 1]}…"]
        return lines

    @property
    def height(self) -> int:
        """How high a box is: its lines, and one below them."""
        return LINE * (self.lines + 1) + 12

    @property
    def row(self) -> int:
        """How far one box is from the next."""
        return self.height + BETWEEN


WIDE = Paper()
NARROW = Paper(
    room=340, most_edges=14, least_edges=6, width=132, lane=56, letters=18, is_narrow=True
)


@dataclass(frozen=True, kw_only=True)
class Box:
    """A step as drawn: its name in lines, and how often it was taken."""

    x: int
    y: int
    name: tuple[str, ...]
    under: str
    title: str
    width: int
    height: int

    @property
    def middle(self) -> int:
        """Where its words are centred."""
        return self.x + self.width // 2

    @property
    def first(self) -> int:
        """The base of its first line of words."""
        return self.y + (self.height - LINE * (len(self.name) + 1)) // 2 + 13

    @property
    def written(self) -> list[tuple[int, str]]:
        """The lines of its name, each with its base."""
        return [(self.first + LINE * i, words) for i, words in enumerate(self.name)]

    @property
    def last(self) -> int:
        """The base of its last line of words."""
        return self.first + LINE * len(self.name)


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


def draw(graph: Graph, paper: Paper = WIDE, *, told: tuple[str, str] | None = None) -> Drawing:
    """Lay out the most frequent steps and moves, as many as there is room for.

    The move that the page tells of is among them, however seldom it is.
    """
    often = sorted(
        graph.nodes, key=lambda node: (node.activity not in (told or ()), -node.n, node.activity)
    )
    names = {node.activity for node in often[:MOST_NODES]}
    known = [edge for edge in graph.edges if {edge.previous, edge.activity} <= names]
    known.sort(key=lambda edge: _key(edge) != told)  # stable: the others stay by frequency
    kept = min(len(known), paper.most_edges)
    drawing = _drawn(graph, names, _by_times(known[:kept]), paper)
    while drawing.width > paper.room and kept > paper.least_edges:
        kept -= 1
        drawing = _drawn(graph, names, _by_times(known[:kept]), paper)
    return drawing


def _by_times(edges: list[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda edge: -edge.n)


def _drawn(graph: Graph, names: set[str], edges: list[Edge], paper: Paper) -> Drawing:
    """Lay out these moves and the steps between which they lead."""
    met = {name for edge in edges for name in _key(edge)} or names
    nodes = [node for node in graph.nodes if node.activity in met]
    place = {node.activity: row for row, node in enumerate(nodes)}
    skips = [edge for edge in edges if place[edge.activity] - place[edge.previous] not in (0, 1)]
    backs = [edge for edge in skips if place[edge.activity] < place[edge.previous]]
    left = _lanes([] if paper.is_narrow else backs, place)
    right = _lanes([edge for edge in skips if _key(edge) not in left], place)
    moves = [edge for edge in edges if edge.previous != edge.activity]
    words = [one for edge in moves for one in (count(edge.n), wait_of(edge))]
    paper = paper.holding([activity(node.activity) for node in nodes], words)
    margin = (paper.edge + paper.lane * _wide(left)) if left else EDGE
    most = max((edge.n for edge in edges), default=1)
    pen = _Pen(place=place, x=margin, most=most, paper=paper, left=left, right=right)
    selves = {edge.activity: edge.n for edge in graph.edges if edge.previous == edge.activity}
    return Drawing(
        width=margin + paper.width + (paper.lane * _wide(right) + paper.edge if right else EDGE),
        height=max(len(nodes) * paper.row - BETWEEN, 0) + 2 * EDGE,
        boxes=tuple(pen.box(node, selves.get(node.activity, 0)) for node in nodes),
        lines=tuple(pen.line(edge) for edge in moves),
        edges=tuple(edges),
        kept=sum(edge.n for edge in edges),
        moves=sum(edge.n for edge in graph.edges),
    )


def _key(edge: Edge) -> tuple[str, str]:
    return edge.previous, edge.activity


def _wide(lanes: dict[tuple[str, str], int]) -> int:
    return max(lanes.values(), default=-1) + 1


def _lanes(edges: Iterable[Edge], place: dict[str, int]) -> dict[tuple[str, str], int]:
    """Give each move a lane; the shortest lie nearest the boxes."""
    stretches = []
    for edge in edges:
        top, bottom = sorted((place[edge.previous], place[edge.activity]))
        stretches.append((bottom - top, top, bottom, _key(edge)))
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
    paper: Paper
    left: dict[tuple[str, str], int]
    right: dict[tuple[str, str], int]

    def box(self, node: Node, again: int) -> Box:
        name = activity(node.activity)
        under = f"n = {count(node.n)}" + (f" · {count(again)} in a row" if again else "")
        since = f"median {lasting(node.since_receipt)} after receipt"
        return Box(
            x=self.x,
            y=self._top(node.activity),
            width=self.paper.width,
            height=self.paper.height,
            name=tuple(self.paper.written(name)),
            under=under,
            title=f"{name}: {count(node.n)} times, {since}",
        )

    def line(self, edge: Edge) -> Line:
        words = Line(
            thick=f"{1.25 + 4.75 * edge.n / self.most:.2f}",
            times=count(edge.n),
            wait=wait_of(edge),
            title=_title(edge),
        )
        if (lane := self.left.get(_key(edge))) is not None:
            return self._around(edge, words, lane, side=-1)
        if (lane := self.right.get(_key(edge))) is not None:
            return self._around(edge, words, lane, side=1)
        return self._straight(edge, words)

    def _around(self, edge: Edge, words: Line, lane: int, *, side: int) -> Line:
        one, two = self.place[edge.previous], self.place[edge.activity]
        down = 1 if two > one else -1
        start = self.x if side < 0 else self.x + self.paper.width
        out = start + side * (self.paper.lane * lane + self.paper.lane // 3)
        y1, y2 = self._middle(one) + down * PORT, self._middle(two) - down * PORT
        bend, tip = BEND * side, start + 5 * side
        way = (
            f"M{start},{y1}H{out - bend}Q{out},{y1} {out},{y1 + BEND * down}"
            f"V{y2 - BEND * down}Q{out},{y2} {out - bend},{y2}H{tip}"
        )
        between = self._middle((one + two - 1) // 2) + self.paper.row // 2
        anchor = "end" if side < 0 else "start"
        return replace(words, way=way, anchor=anchor, x=out + 7 * side, y=between - 3)

    def _straight(self, edge: Edge, words: Line) -> Line:
        x, top = self.x + self.paper.width // 2, self._top(edge.previous) + self.paper.height
        end = self._top(edge.activity) - 5
        y = (top + end) // 2 + 4
        return replace(words, way=f"M{x},{top}V{end}", x=x + 9, y=y, is_straight=True)

    def _top(self, name: str) -> int:
        return EDGE + self.place[name] * self.paper.row

    def _middle(self, row: int) -> int:
        return EDGE + row * self.paper.row + self.paper.height // 2


def wait_of(edge: Edge) -> str:
    """Return the median wait of a move: business time, elapsed where there is none."""
    return lasting(edge.elapsed if edge.business is None else edge.business)


def _title(edge: Edge) -> str:
    return (
        f"{activity(edge.previous)} → {activity(edge.activity)}: {count(edge.n)} times, "
        f"in {share(edge.share)}% of requests; median wait {lasting(edge.business)} business, "
        f"{lasting(edge.elapsed)} elapsed"
    )
