"""What was counted ahead follows a change: what went is taken off, what came is put on.

What a passing minute changes (`$as_of`) is counted anew: of sums, and of what has not ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from analytics.metrics.engines.cube import Cube, Rows, built, read_rows
from analytics.metrics.engines.prepared import Counted
from analytics.metrics.engines.reach import Reach, span_of
from analytics.metrics.engines.rollup import Rollup, build
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection
from analytics.metrics.statements import Population, Sum
from analytics.mirror.fold import Change, Mirror
from analytics.mirror.rows import Whole

AS_OF = "$as_of"


def patched(counted: Counted, change: Change, now: Question) -> Counted | None:
    """Return what was counted, as it would be counted of the mirror now.

    None where it spans other facilities or days, or a row that went was never counted.
    """
    if not (_is_within(change.come, counted.reach) and _is_within(change.gone, counted.reach)):
        return None
    with asking(_both(change), Selection()) as both:
        step = _Step(counted, both, now)
        try:
            cubes = {of: step.cube(of, cube) for of, cube in counted.cubes.items()}
        except LookupError:
            return None
        words = {word: step.rollups(many, word) for word, many in counted.words.items()}
        rollups = step.rollups(counted.rollups, "''")
    return replace(counted, rollups=rollups, words=words, cubes=cubes)


def _both(change: Change) -> Mirror:
    """Return what went and what came as one mirror: one statement counts both, by `came`."""

    def table(name: str) -> pa.Table:
        sides = [(getattr(change.gone, name), False), (getattr(change.come, name), True)]
        return pa.concat_tables(
            one.append_column("came", pa.array(np.full(one.num_rows, came))) for one, came in sides
        ).unify_dictionaries()

    return Mirror(log=change.come.log, rows=Whole(table("cases"), table("steps")))


def _is_within(mirror: Mirror, reach: Reach) -> bool:
    if not mirror.cases.num_rows:
        return True
    span = span_of(mirror)
    return (
        span is not None
        and reach.first <= span[0]
        and span[1] < reach.first + reach.days
        and set(mirror.facilities) <= set(reach.facilities)
    )


@dataclass(frozen=True)
class _Step:
    counted: Counted
    both: Question
    now: Question

    def rollups(self, before: Sequence[Rollup], word: str) -> tuple[Rollup, ...]:
        """Return the sums of the mirror now: one statement a table for all of them."""
        wanted = [one for rollup in before for one in rollup.wanted]
        lasting = [one for one in wanted if not _passes(one)]
        passing = [one for one in wanted if _passes(one)]
        delta = self._delta(lasting, word) if lasting and self._is_other else None
        anew = build(self.now, passing, self._reach, word) if passing else None
        return tuple(one.followed(delta, anew) for one in before)

    def _delta(self, wanted: Sequence[Sum], word: str) -> Rollup:
        """Return what came less what went."""
        signed = f"CASE WHEN came THEN '+' ELSE '-' END || coalesce('=' || {word}, '')"
        found = build(self.both, wanted, self._reach, signed)
        words = tuple(dict.fromkeys(_word(one) for one in found.words))
        upto = np.zeros((len(found.wanted), len(words), *found.upto.shape[2:]), np.longdouble)
        for place, one in enumerate(found.words):
            upto[:, words.index(_word(one))] += found.upto[:, place] * (-1 if one[:1] == "-" else 1)
        return Rollup(found.wanted, words, upto)

    @property
    def _reach(self) -> Reach:
        return self.counted.reach

    @property
    def _is_other(self) -> bool:
        return bool(self.both.mirror.cases.num_rows)

    def cube(self, of: Population, before: Cube) -> Cube:
        """Return the ordered values of the mirror now."""
        if AS_OF in of.where or AS_OF in of.done or self._ages(of):
            return built(self.now, of, self._reach, len(before.starts) - 1)
        running = before.running
        if AS_OF in of.value:
            running = read_rows(self.now, of, self._reach, ended=False)
        elif self._is_other:
            running = running.followed(*self._read(of, ended=False))
        if not self._is_other:
            return replace(before, running=running)
        return replace(before.followed(*self._read(of, ended=True)), running=running)

    def _read(self, of: Population, *, ended: bool) -> tuple[Rows, Rows]:
        gone, come = (
            read_rows(
                self.both, replace(of, where=f"({of.where}) AND {side}"), self._reach, ended=ended
            )
            for side in ("NOT came", "came")
        )
        return gone, come

    def _ages(self, of: Population) -> bool:
        """Say whether the value of something that has ended changes with the moment."""
        if AS_OF not in of.value:
            return False
        later = of.value.replace(AS_OF, f"({AS_OF} + 1)")
        [(found,)] = self.now.rows(
            f"SELECT count(*) FROM {of.table} WHERE $selection AND ({of.where}) AND ({of.done}) "
            f"AND ({of.value}) IS DISTINCT FROM ({later})"
        )
        return bool(found)


def _word(signed: str) -> str | None:
    """Return the word behind a sign; none is not the empty one."""
    return signed[2:] if len(signed) > 1 else None


def _passes(one: Sum) -> bool:
    return AS_OF in one.predicate or AS_OF in one.weight
