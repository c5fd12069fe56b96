"""Measures by the engine that somebody names, rather than the one that suits best."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from shutil import copytree

from django.conf import settings

from analytics.metrics.cohorts import grouping_for
from analytics.metrics.compute import answer
from analytics.metrics.definition import Metric, Result
from analytics.metrics.engines.duck import Duck
from analytics.metrics.engines.spark import Spark
from analytics.metrics.engines.spark_session import spark_over
from analytics.metrics.grouping import Grouping
from analytics.metrics.planner import not_counted, prepared_for
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.mirror.arranged import sorted_rows, split
from analytics.mirror.files import LEFT_OUT
from analytics.mirror.fold import Mirror
from analytics.mirror.kept import with_content
from analytics.mirror.published import Facts, Snapshot, publish, root_of
from requests_app.refusals import DisclessError


class EngineName(StrEnum):
    """What can be named."""

    DUCKDB = "duckdb"
    COUNTED = "counted"
    SPARK = "spark"


WHAT_THEY_ARE = {
    EngineName.DUCKDB: "DuckDB over the rows",
    EngineName.COUNTED: "sums made beforehand, which answers call rollup",
    EngineName.SPARK: "Apache Spark over the published files",
}
"""What each name means, as the option tells it."""
NAMED = 3
"""Measures that a refusal names."""


class NotCounted(DisclessError):
    """The selection is not one of those that are counted ahead."""

    code = "not_counted"
    status = 422


def compute_by(
    name: EngineName,
    snapshot: Snapshot,
    selection: Selection,
    chosen: Sequence[Metric],
    by: str | None,
) -> dict[str, Result]:
    """Return the results of measures by one engine; NotCounted or NoSpark where it cannot."""
    mirror = snapshot.mirror
    group = grouping_for(mirror, selection, by) if by is not None else None
    if name is EngineName.SPARK:
        with _published(snapshot) as folder:
            return _by_spark(folder, mirror, selection, chosen, group)
    with asking(mirror, selection) as question:
        if name is EngineName.DUCKDB:
            return answer(Duck(question), mirror, chosen, by=group, of=selection)
        prepared = prepared_for(question, chosen, group)
        if prepared is None:
            raise NotCounted(why_not_counted(not_counted(question, chosen, group), chosen))
        return answer(prepared, mirror, chosen, by=group, of=selection)


def why_not_counted(stops: Sequence[Metric], chosen: Sequence[Metric]) -> str:
    """Say what is counted ahead, and which measures, the first few, are not where others are."""
    why = (
        "Counted ahead are facilities and days in the source's own zone, without other filters, "
        "and in groups only what adds up. Ask another engine"
    )
    if not len(stops) < len(chosen):
        return f"{why}."
    named = ", ".join(one.key for one in stops[:NAMED])
    more = f" and {len(stops) - NAMED:,} more" if len(stops) > NAMED else ""
    of = f"of {len(chosen):,} measures"
    return f"Not counted ahead, {of}: {named}{more}. {why}, or name other measures with --key."


def _by_spark(
    folder: Path,
    mirror: Mirror,
    selection: Selection,
    chosen: Sequence[Metric],
    by: Grouping | None,
) -> dict[str, Result]:
    session = spark_over(str(folder), scratch=_scratch())
    try:
        spark = Spark(session, selection, mirror.log.as_of)
        return answer(spark, mirror, chosen, by=by, of=selection)
    finally:
        session.stop()


def _scratch() -> Path:
    found = Path(settings.MIRROR_ROOT) / "spark"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


@contextmanager
def _published(snapshot: Snapshot) -> Iterator[Path]:
    """Yield the folder of a snapshot's Parquet, written for this once where it was not published."""
    with tempfile.TemporaryDirectory(dir=_scratch()) as scratch:
        folder = _linked(snapshot, Path(scratch) / "kept")
        if folder is None:
            log = snapshot.mirror.log
            facts = Facts(
                source=log.name, as_of=log.as_of, watermark=snapshot.watermark, zone=log.zone
            )
            pieces = split(sorted_rows(snapshot.mirror))
            folder = Path(scratch) / publish(Path(scratch), facts, pieces, last=None).name
        yield folder


def _linked(snapshot: Snapshot, folder: Path) -> Path | None:
    """Link the files of a published snapshot, since it may be removed meanwhile; None where it is."""
    source = snapshot.mirror.log.name
    kept = with_content(source, snapshot.content)
    if kept is None:
        return None
    try:
        for name in ("cases", "steps", LEFT_OUT):  # older ones lack the last: written anew
            copytree(root_of(source) / kept.name / name, folder / name, copy_function=os.link)
    except OSError:
        return None
    return folder
