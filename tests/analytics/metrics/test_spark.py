"""Spark answers what DuckDB answers, cell by cell; what was not compared it refuses."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from analytics.eventlog import EventLog
from analytics.metrics.catalogue import BY_KEY, METRICS
from analytics.metrics.cohorts import grouping_for
from analytics.metrics.compute import answer
from analytics.metrics.definition import Kind
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.spark import Spark, filled
from analytics.metrics.engines.spark_session import spark_over
from analytics.metrics.engines.text import by_table, sums_text, values_text
from analytics.metrics.engines.translation import NotCompared, to_spark
from analytics.metrics.grouping import grouping_of
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.metrics.statements import population, sums_of
from analytics.mirror import amended
from analytics.mirror.arranged import split
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.partition import Partitions
from analytics.mirror.published import Facts, publish
from project.bench_world import world
from tests.analytics.metrics.test_commands import Printed, said
from tests.analytics.metrics.test_engines import differing

SPRING = {"since": date(2025, 3, 1), "until": date(2025, 5, 31)}
CT_OR_BLANK = ("modality", ("CT", "unknown"))
SELECTIONS = [
    Selection(facilities=("site-001",), **SPRING),
    Selection(
        facilities=("it's", "_hidden", ".hidden"), slices=(CT_OR_BLANK,), direction="outbound"
    ),
    Selection(facilities=()),
]
PLANTED = [
    "SELECT avg(1.5) FROM cases",
    "SELECT sum(touches) / count(*) FROM cases",
    "SELECT sum(touches) / 0 FROM cases",
    "SELECT CAST(touches / 2 AS BIGINT) FROM cases",
    "SELECT quantile_cont(touches, 0.5) FROM cases",
    "SELECT approx_quantile(touches, 0.5) FROM cases",
    "SELECT list(touches ORDER BY touches) FROM cases",
    "SELECT date_diff('hour', received, available) FROM cases",
    "SELECT ln(touches) FROM cases",
    "SELECT received AS at2 FROM cases WHERE at2 > 1",
    "SELECT epoch_us(received) FROM cases",
    "SELECT * FROM cases ASOF JOIN steps USING (received)",
    "SELECT touches * 1.5 FROM cases",
    "SELECT row_number() OVER (ORDER BY received) FROM cases",
    "SELECT strftime(received, '%Y') FROM cases",
    "SELECT floor(touches) FROM cases",
]


@pytest.fixture(scope="module", autouse=True)
def _java() -> Iterator[None]:
    """A Java that lives for a minute loses by compiling thoroughly; whoever starts it, all share it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        yield


@pytest.fixture(scope="module")
def log() -> EventLog:
    return _renamed(world(400, facilities=4))


@pytest.fixture(scope="module")
def mirror(log: EventLog) -> Mirror:
    return fold(log)


def amended_to(log: EventLog) -> Partitions:
    """Return pieces that became those of a log: what they told before is left out of them.

    Of every ninth request the first amendment tells too little, too.
    """
    ids = [int(one) for one in log.requests["request_id"].to_pylist()]
    pieces: Partitions = split(fold(_told(log, ids, ids[::3])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(amended, "ALIKE", 0)
        for some, cut in ((ids[::3], ids[::9]), (ids[::9], [])):
            pieces = amended.amended(pieces, some, fold(_told(log, some, cut)))
    assert sum(len(piece.left_out) for piece in pieces.values()) > len(ids[::3])
    return pieces


def _told(log: EventLog, ids: list[int], cut: list[int]) -> EventLog:
    """Return what a log tells of some requests, of others of them only that they came."""

    def of(table: pa.Table, ids: list[int]) -> pa.Table:
        wanted = pa.array([str(one) for one in ids], pa.string())
        return table.filter(pc.is_in(table["request_id"], value_set=wanted))

    told = of(log.events, [one for one in ids if one not in cut])
    return EventLog(**{**log.__dict__, "requests": of(log.requests, ids), "events": told})


def _renamed(log: EventLog) -> EventLog:
    """Facilities as somebody may name them: Spark passes over files that begin with these signs."""
    names = {"site-000": "_hidden", "site-002": ".hidden", "site-003": "a/b %_"}

    def renamed(table: pa.Table) -> pa.Table:
        words = [names.get(word, word) for word in table["facility"].to_pylist()]
        at = table.schema.get_field_index("facility")
        return table.set_column(at, "facility", pa.array(words))

    sent = pa.array([(None, 1, 0, 2)[at % 4] for at in range(log.requests.num_rows)], pa.int32())
    place = log.requests.schema.get_field_index("attempts")
    requests = log.requests.set_column(place, "attempts", sent)  # a log may say it itself, or not
    tables = {"requests": renamed(requests), "events": renamed(log.events)}
    return EventLog(**{**log.__dict__, **tables})


@pytest.fixture(scope="module")
def session(log: EventLog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("spark")
    facts = Facts(source="live", as_of=log.as_of, watermark="1", zone="UTC")
    made = publish(folder, facts, amended_to(log), last=None)
    found = spark_over(str(folder / made.name), scratch=folder)
    yield found
    found.stop()


@pytest.mark.slow
def test_spark_equals_duckdb_on_every_kind_and_selection(session: Any, mirror: Mirror) -> None:
    of_kinds = [next(one for one in METRICS if one.kind is kind) for kind in Kind]
    for chosen in SELECTIONS:
        with asking(mirror, chosen) as question:
            slow = answer(Duck(question), mirror, of_kinds)
        fast = answer(Spark(session, chosen, mirror.log.as_of), mirror, of_kinds)
        assert differing(fast, slow) == [], chosen
        assert {one.engine for one in fast.values() if one.value is not None} <= {"spark"}


@pytest.mark.slow
def test_spark_equals_duckdb_on_every_measure_whole_and_in_groups(
    session: Any, mirror: Mirror
) -> None:
    of_kinds = [next(one for one in METRICS if one.kind is kind) for kind in Kind]
    auckland = grouping_for(mirror, Selection(zone="Pacific/Auckland"), "week")
    for by, metrics in (
        (grouping_of("modality"), METRICS),
        (grouping_of("month"), of_kinds),
        (auckland, [BY_KEY["net_flow"]]),
    ):
        with asking(mirror, Selection()) as question:
            slow = answer(Duck(question), mirror, metrics, by=by)
        spark = Spark(session, Selection(), mirror.log.as_of)
        assert differing(answer(spark, mirror, metrics, by=by), slow) == [], by.key


def test_every_statement_of_the_catalogue_passes_the_linter() -> None:
    for metric in METRICS:
        for table, sums in by_table(sums_of(metric)):
            assert "FILTER" in to_spark(_plain(sums_text(table, sums, grouping_of("modality"))))
        if metric.value:
            assert to_spark(_plain(values_text(population(metric), None)))


def _plain(sql: str) -> str:
    return sql.replace("$selection", "TRUE").replace("$as_of", "1700000000")


@pytest.mark.parametrize("sql", PLANTED)
def test_what_was_not_compared_is_refused(sql: str) -> None:
    with pytest.raises(NotCompared):
        to_spark(sql)


def test_words_are_written_as_literals_and_never_as_sql() -> None:
    condition, values = Selection(facilities=("it's", "'; DROP TABLE cases; --")).sql()
    assert filled(condition, values).count("''") == 2
    assert to_spark(f"SELECT count(*) AS n FROM cases WHERE {filled(condition, values)}")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("small_source")
def test_spark_answers_over_the_parquet_of_the_source(capsys: Printed) -> None:
    words = ["metrics", "--by", "facility", "--direction", "inbound"]
    words += ["--key", "requests_received", "--key", "physical_media_share_in"]
    usual = said(capsys, *words)["metrics"]
    asked = said(capsys, *words, "--engine", "spark")["metrics"]
    assert {one["engine"] for one in asked if one["value"] is not None} == {"spark"}
    for one, other in zip(asked, usual, strict=True):
        assert one["value"] == pytest.approx(other["value"])
        assert [group["n"] for group in one["by"]] == [group["n"] for group in other["by"]]
