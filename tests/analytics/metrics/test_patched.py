"""What was made of a mirror follows its changes, and equals what is made from nothing."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from weakref import ref

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.eventlog import EventLog
from analytics.metrics import planner
from analytics.metrics.catalogue import METRICS
from analytics.metrics.compute import answer, compute
from analytics.metrics.definition import Kind, Metric
from analytics.metrics.engines import agenda, cube, prepared, rollup
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.patched import patched
from analytics.metrics.engines.prepared import Counted, Prepared, count_ahead
from analytics.metrics.engines.reach import Reach, span_of
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror import amended, lineage
from analytics.mirror import opened as opening
from analytics.mirror.arranged import replaced, split
from analytics.mirror.fold import Change, Mirror, fold
from analytics.mirror.lineage import Line as Served
from analytics.mirror.lineage import steps_after
from analytics.mirror.opened import opened
from analytics.mirror.published import Facts, Published, Snapshot
from project.bench_world import world
from tests.analytics.metrics.test_engines import differing
from tests.depth import examples

N = 120
LOGS = [
    world(N, facilities=3),
    world(N, facilities=3, first=N),
    world(N, facilities=3, first=2 * N),
]
SELECTIONS = [
    Selection(),
    Selection(facilities=("site-001",), since=date(2025, 3, 1), until=date(2025, 8, 31)),
    Selection(facilities=()),
]


def telling(number: int, ids: Sequence[int]) -> EventLog:
    """Return what one of the worlds tells of some requests, under the same numbers in each."""
    log = LOGS[number]

    def of(table: pa.Table) -> pa.Table:
        named = pc.subtract(table["request_id"].cast(pa.int64()), N * number).cast(pa.string())
        renamed = table.set_column(0, "request_id", named)
        wanted = pa.array([str(one) for one in ids], pa.string())
        return renamed.filter(pc.is_in(renamed["request_id"], value_set=wanted))

    return EventLog(**{**log.__dict__, "requests": of(log.requests), "events": of(log.events)})


@dataclass
class Line:
    """Snapshots of a mirror, each served after the one before."""

    last: Published
    served: Served
    shot: Snapshot

    @classmethod
    def begun(cls) -> "Line":
        mirror = fold(telling(0, range(N)))
        facts = Facts(source="live", as_of=mirror.log.as_of, watermark="", zone="UTC")
        last = Published("0", facts, split(mirror), {})
        served = Served()
        return cls(last, served, served.next(last, mirror.log.as_of))

    def is_beyond(self, reach: Reach) -> bool:
        """Say whether what changed last lies on days that were not spanned."""
        change = self.shot.mirror.changes[0]
        spans = [span_of(one) for one in (change.come, change.gone) if one.cases.num_rows]
        last = reach.first + reach.days
        return any(span is None or span[0] < reach.first or span[1] >= last for span in spans)

    def change(self, number: int | None, ids: Sequence[int], later: int) -> Mirror:
        """Let some requests be as another world tells them, or gone; some time passes."""
        self.change_unseen(number, ids)
        self.shot = self.served.next(self.last, self.shot.mirror.log.as_of + later)
        return self.shot.mirror

    def change_unseen(self, number: int | None, ids: Sequence[int]) -> None:
        """Let some requests change while nobody asks."""
        come = telling(number or 0, ids if number is not None else ())
        pieces = amended.amended(self.last.pieces, ids, fold(come))
        facts = replace(self.last.facts, steps=steps_after(self.last, tuple(ids)))
        self.last = Published(str(int(self.last.name) + 1), facts, pieces, {})


def assert_followed(mirror: Mirror, counted: Counted, metrics: Sequence[Metric] = METRICS) -> None:
    """Answers from what followed are those of a scan of the rows alone, and of a fresh count."""
    alone = Mirror(log=mirror.log, rows=mirror.rows)
    for chosen in SELECTIONS:
        with asking(alone, chosen) as fresh, asking(mirror, chosen) as followed:
            expected = answer(Duck(fresh), alone, metrics)
            assert differing(answer(Duck(followed), mirror, metrics), expected) == []
            window = counted.reach.window(chosen)
            assert window is not None
            assert differing(answer(Prepared(counted, window), mirror, metrics), expected) == []


CHANGES = st.lists(
    st.tuples(
        st.none() | st.integers(0, 2),
        st.lists(st.integers(0, N - 1), max_size=15, unique=True),
        st.none() | st.sampled_from([0, 60, 86400 * 3, 86400 * 40]),
    ),
    min_size=1,
    max_size=4,
)
"""Another world, or none, of some requests; how much later somebody asks, if anybody does."""


@settings(max_examples=examples(4), deadline=None)
@given(
    CHANGES,
    st.booleans(),
    st.sampled_from([0, 1 << 14]),
    st.fixed_dictionaries({"HANDY": st.sampled_from([0, N]), "MOST": st.sampled_from([0, 9, N])}),
)
def test_what_follows_changes_equals_what_is_counted_from_nothing(
    changes: list[Any],
    is_counted_in_at_once: bool,
    rows_in_small_counts: int,
    bounds: dict[str, int],
) -> None:
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(rollup, "FEW_ROWS", rows_in_small_counts)
        patching.setattr(lineage, "HANDY", bounds["HANDY"])
        patching.setattr(amended, "MOST", bounds["MOST"])
        if is_counted_in_at_once:
            for of, name in ((rollup, "MOST_CELLS"), (cube, "FEW"), (agenda, "NEAR")):
                patching.setattr(of, name, 0)
        _follow(changes)


def _follow(changes: list[Any]) -> None:
    line = Line.begun()
    with asking(line.shot.mirror, Selection()) as question:
        counted = count_ahead(question)
    for number, ids, later in [*changes, (0, [], 0)]:
        assert counted is not None
        if later is None:
            line.change_unseen(number, ids)
            continue
        reach = counted.reach
        before, mirror = line.shot, line.change(number, ids, later)
        assert mirror.changes[0].before is before.mirror
        with asking(mirror, Selection()) as question:
            counted = patched(counted, mirror.changes[0], question)
        if counted is None:
            assert line.is_beyond(reach)
            with asking(mirror, Selection()) as question:
                counted = count_ahead(question)
    assert counted is not None
    assert_followed(line.shot.mirror, counted)


@pytest.mark.slow
def test_many_changes_later_everything_is_still_equal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    metrics = [next(one for one in METRICS if one.kind is kind) for kind in Kind]
    monkeypatch.setattr(prepared, "METRICS", metrics)
    line = Line.begun()
    begun, counted = line.shot.mirror, _counted(line.shot.mirror)
    other = line.change(1, range(0, N, 9), 0)
    there, shared = other.changes[0], opening._OPEN._made[begun]
    back = Change(of=ref(other), gone=there.come, come=there.gone)
    sides = [(there, other), (back, begun)]
    with closing(shared.reading(begun, with_steps=True)):
        assert "steps" in shared.tables
    for turn in range(examples(26)):
        change, mirror = sides[turn % 2]
        assert shared.move_to(mirror, change) is shared
        with asking(mirror, Selection()) as question:
            counted = patched(counted, change, question)
        assert counted is not None
    assert_followed(begun, counted, metrics)
    for table in shared.tables:
        (rows,) = shared.database.cursor().execute(f"SELECT count(*) FROM {table}").fetchall()
        assert rows == (begun.rows.count(table),)


def _counted(mirror: Mirror) -> Counted:
    with asking(mirror, Selection()) as question:
        counted = count_ahead(question)
    assert counted is not None
    return counted


def test_a_reader_sees_one_state_to_its_end() -> None:
    line = Line.begun()
    before = line.shot.mirror
    with opened(before) as reading, opened(before) as silent:
        first = reading.execute("SELECT count(*) FROM cases").fetchone()
        after = line.change(None, range(50), 60)
        with opened(after) as now:
            assert now.execute("SELECT count(*) FROM cases").fetchone() == (N - 50,)
        for one in (reading, silent):  # also who has asked nothing yet
            assert one.execute("SELECT count(*) FROM cases").fetchone() == first == (N,)
    with opened(before) as late:
        assert late.execute("SELECT count(*) FROM cases").fetchone() == (N,)


def test_who_asks_after_a_change_is_answered_from_what_followed() -> None:
    line = Line.begun()
    named = [_engine(line.shot.mirror) for _ in range(2)]
    counted = planner._COUNTED._made[line.shot.mirror]
    mirror = line.change(1, [3, 5], 60)
    assert [*named, _engine(mirror)] == ["duckdb", "rollup", "rollup"]
    followed = planner._COUNTED._made[mirror]
    assert followed is not None
    assert counted is not None
    assert followed is not counted


def test_a_mirror_that_others_left_behind_is_not_counted_again() -> None:
    line = Line.begun()
    before = line.shot.mirror
    for _ in range(2):
        _engine(before)
    after = line.change(1, [3, 5], 60)
    assert [_engine(after), _engine(before)] == ["rollup", "duckdb"]
    assert before not in planner._COUNTED._made


def _engine(mirror: Mirror) -> str:
    return compute(mirror, Selection(), ["open_requests"])["open_requests"].engine


def test_words_that_the_database_does_not_know_load_it_anew() -> None:
    line = Line.begun()
    with opened(line.shot.mirror) as database:
        database.execute("SELECT 1")
    shared = opening._OPEN._made[line.shot.mirror]
    shared.database.cursor().execute("CREATE TYPE few AS ENUM ('CT', 'MR', 'XR', 'US', 'MG')")
    shared.database.cursor().execute("ALTER TABLE cases ALTER modality TYPE few")
    strange = telling(1, [4])
    at = strange.requests.schema.get_field_index("modality")
    word = strange.requests.set_column(at, "modality", pa.array(["PT"]))
    pieces = replaced(
        line.last.pieces, [4], fold(EventLog(**{**strange.__dict__, "requests": word}))
    )
    facts = replace(line.last.facts, steps=(("0", (4,)),))
    now = Published("1", facts, pieces, {})
    found = line.served.next(now, line.shot.mirror.log.as_of)
    with opened(found.mirror) as database:
        rows = database.execute("SELECT count(*) FROM cases WHERE modality = 'PT'").fetchone()
        assert rows == (1,)
    assert opening._OPEN._made[found.mirror] is not shared


def test_a_row_that_was_never_counted_is_no_patch() -> None:
    line = Line.begun()
    with asking(line.shot.mirror, Selection()) as question:
        counted = count_ahead(question)
        mirror = line.change(1, range(N), 0)
        assert counted is not None
    twice = replace(mirror.changes[0], gone=mirror.changes[0].come)
    with asking(mirror, Selection()) as question:
        assert patched(counted, twice, question) is None
