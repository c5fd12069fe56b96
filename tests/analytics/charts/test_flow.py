"""The drawn graph: nothing lies on another, and what is left out is said."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.charts.flow import MOST_NODES, NARROW, WIDE, Drawing, Paper, draw
from analytics.charts.words import activity
from analytics.process.graph import Edge, Graph, Node

NAMES = [f"step_{number:02}" for number in range(20)]
PAIRS = st.dictionaries(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), st.integers(1, 900), max_size=40
)


def graph_of(pairs: dict[tuple[str, str], int], elapsed: float = 60.0) -> Graph:
    names = sorted({name for pair in pairs for name in pair})
    nodes = [
        Node(
            activity=name,
            n=sum(n for pair, n in pairs.items() if name in pair),
            starts=0,
            ends=0,
            since_receipt=float(place),
            elapsed=60.0,
            business=60.0,
        )
        for place, name in enumerate(names)
    ]
    edges = [
        Edge(previous=a, activity=b, n=n, requests=1, share=1.0, elapsed=elapsed, business=None)
        for (a, b), n in sorted(pairs.items(), key=lambda one: -one[1])
    ]
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def words_of(drawing: Drawing, paper: Paper) -> list[tuple[int, int, int, int]]:
    """The rectangles of the words beside lines: left, top, right, bottom."""
    room = 2 * paper.lane // 3 - 1
    found = []
    for line in drawing.lines:
        if line.is_straight:
            found.append((line.x, line.y - 10, line.x + paper.width // 2 - 10, line.y + 3))
        else:
            left = line.x - room if line.anchor == "end" else line.x
            found.append((left, line.y - 10, left + room, line.y + 18))
    return found


@settings(max_examples=100, deadline=None)
@given(PAIRS, st.sampled_from([WIDE, NARROW]))
def test_no_two_numbers_lie_on_another(pairs: dict[tuple[str, str], int], paper: Paper) -> None:
    words = words_of(draw(graph_of(pairs), paper), paper)
    for one, two in combinations(words, 2):
        apart = one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
        assert apart, (one, two)


@settings(max_examples=100, deadline=None)
@given(PAIRS, st.sampled_from([WIDE, NARROW]))
def test_what_is_drawn_is_counted_and_lies_on_the_paper(
    pairs: dict[tuple[str, str], int], paper: Paper
) -> None:
    drawing = draw(graph_of(pairs, elapsed=9e6), paper)
    for line in drawing.lines:
        room = 6 * max(len(line.times), len(line.wait))
        assert line.wait == "104.2 days"
        assert line.x - room > 0 if line.anchor == "end" else line.x + room < drawing.width
    assert len(drawing.boxes) <= MOST_NODES
    assert len(drawing.edges) <= paper.most_edges
    assert drawing.moves == sum(pairs.values())
    assert drawing.kept == sum(edge.n for edge in drawing.edges)
    assert all(0 < line.x < drawing.width for line in drawing.lines)
    assert all(box.x > 0 and box.x + box.width < drawing.width for box in drawing.boxes)
    tops = [box.y for box in drawing.boxes]
    assert tops == sorted(tops)


def test_a_step_twice_in_a_row_is_said_in_its_box() -> None:
    drawing = draw(graph_of({("a", "a"): 3, ("a", "b"): 2}))
    assert drawing.boxes[0].under == "n = 5 · 3 in a row"
    assert [line.times for line in drawing.lines] == ["2"]


def test_a_long_step_is_written_out_in_lines_and_a_very_long_one_in_its_title() -> None:
    long = "T06 Determine document X request unlicensed"
    for paper, most in ((WIDE, 25), (NARROW, 18)):
        first, second = draw(graph_of({(long, "z" * 80): 2}), paper).boxes
        assert " ".join(first.name) == activity(long)
        assert [len(line) for line in second.name] == 3 * [most]
        assert second.name[-1][-1] == "…"
        assert second.title.startswith("Z" + "z" * 79)
        assert first.width >= 8 * max(map(len, first.name))
        bases = [y for y, _ in second.written] + [second.last]
        assert second.y + 12 < bases[0] < bases[-1] < second.y + second.height


@settings(max_examples=100, deadline=None)
@given(PAIRS, st.sampled_from([WIDE, NARROW]))
def test_the_most_frequent_moves_are_drawn_as_far_as_they_fit(
    pairs: dict[tuple[str, str], int], paper: Paper
) -> None:
    graph = graph_of(pairs)
    drawing = draw(graph, paper)
    assert drawing.width <= paper.room or len(drawing.edges) <= paper.least_edges
    steps = {edge.activity for edge in graph.edges} | {edge.previous for edge in graph.edges}
    if len(steps) <= MOST_NODES:
        assert drawing.edges == graph.edges[: len(drawing.edges)]


@settings(max_examples=100, deadline=None)
@given(PAIRS.filter(bool), st.sampled_from([WIDE, NARROW]), st.data())
def test_the_move_that_the_page_tells_of_is_drawn_however_seldom_it_is(
    pairs: dict[tuple[str, str], int], paper: Paper, data: st.DataObject
) -> None:
    told = data.draw(st.sampled_from(sorted(pairs)))
    drawing = draw(graph_of(pairs), paper, told=told)
    assert told in [(edge.previous, edge.activity) for edge in drawing.edges]
    times = [edge.n for edge in drawing.edges]
    assert times == sorted(times, reverse=True)
    assert len(drawing.boxes) <= MOST_NODES


@settings(max_examples=100, deadline=None)
@given(PAIRS.filter(bool), st.sampled_from([WIDE, NARROW]))
def test_no_box_stands_without_a_move(pairs: dict[tuple[str, str], int], paper: Paper) -> None:
    drawing = draw(graph_of(pairs), paper)
    if drawing.edges:
        met = {name for edge in drawing.edges for name in (edge.previous, edge.activity)}
        assert len(drawing.boxes) == len(met)


def test_many_lanes_of_long_names_fit_a_page_of_1440_pixels() -> None:
    names = [f"T{n:02} Determine the necessity of a stop" for n in range(12)]
    skips = [(0, 4), (0, 8), (1, 4), (1, 10), (2, 5), (3, 5), (4, 11), (6, 8)]
    backs = [(5, 1), (5, 2), (5, 3), (4, 1), (4, 2), (9, 1), (11, 4)]
    pairs = {(names[a], names[b]): 40 for a, b in [*skips, *backs]}
    drawing = draw(graph_of(pairs | {(names[i], names[i + 1]): 90 for i in range(7)}))
    assert len(drawing.edges) == 22
    assert drawing.width <= 1106


def test_without_business_time_the_elapsed_wait_stands_at_the_line() -> None:
    (line,) = draw(graph_of({("a", "b"): 2})).lines
    assert line.wait == "1 min"
    assert "median wait — business, 1 min elapsed" in line.title
