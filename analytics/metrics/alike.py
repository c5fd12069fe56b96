"""How often each sum counts each request: one row for all requests that no sum tells apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from analytics.metrics.engines.answers import coded
from analytics.metrics.engines.text import by_table, key_text
from analytics.metrics.grouping import Grouping
from analytics.metrics.marks import place_of
from analytics.metrics.question import Question
from analytics.metrics.statements import Sum

Rows = NDArray[np.float32]
SOME = 1 << 16  # requests that are looked at, of many: a few hundred numbers each fit into memory
MOST = 32767  # a request that is counted more often counts as so often


def alike(question: Question, sums: Sequence[Sum], by: Grouping | None = None) -> Rows:
    """Return how often each sum (a column) counts requests of the selection, each sort once.

    With a grouping a request that is counted in two groups is two rows. Of more than 65,536
    requests these are some.
    """
    if not sums:  # where nothing has a count, nothing can tell another
        return np.zeros((0, 0), np.float32)
    tables = [(mine, _asked(question, table, mine, by)) for table, mine in by_table(sums)]
    keys = [_keys(found, by) for _, found in tables]
    names = pc.dictionary_encode(pa.concat_arrays(keys))
    rows = np.zeros((len(names.dictionary), len(sums)), np.float32)
    place, seen = {one: i for i, one in enumerate(sums)}, 0
    for mine, found in tables:
        here = names.indices[seen : seen + found.num_rows].to_numpy()
        seen += found.num_rows
        for i, one in enumerate(mine):
            np.add.at(rows[:, place[one]], here, found[f"s{i}"].to_numpy())
    return _each_once(rows)


def _keys(found: pa.Table, by: Grouping | None) -> pa.Array:
    """Return of each row its request, and its group by name: a month's days are one."""
    requests = found["request_id"].cast(pa.string()).combine_chunks()
    if by is None:
        return requests
    words, place = coded(found["word"])
    named = pa.array([by.name(word) for word in words], pa.string()).take(pa.array(place))
    return pc.binary_join_element_wise(requests, named, "\x1f")


def _asked(question: Question, table: str, sums: Sequence[Sum], by: Grouping | None) -> pa.Table:
    """Return the requests of a table, their groups, and how often each sum counts each."""
    place = place_of(table, sums)
    # A request is one row of `cases`; to add up a single row each would take many times as long.
    is_one = table == "cases"
    asked = (_of_one(one) if is_one else one.sql() for one in sums)
    columns = ", ".join(f"least({text}, {MOST})::SMALLINT AS s{i}" for i, text in enumerate(asked))
    parts = -(-question.mirror.rows.count("cases") // SOME)
    some = f"hash(request_id) % {parts} = 0" if parts > 1 else "TRUE"
    text = f"SELECT request_id, {key_text(by)} AS word, {columns} FROM {place}"
    return question.table(f"{text} WHERE $selection AND {some}{'' if is_one else ' GROUP BY ALL'}")


def _of_one(one: Sum) -> str:
    return f"CASE WHEN {one.predicate} THEN {one.weight or 1} ELSE 0 END"


def _each_once(rows: Rows) -> Rows:
    """Return unequal rows; of two that are alike but for chance, one: that only refutes less."""
    weights = np.random.default_rng(0).random(rows.shape[1])
    _, first = np.unique(rows @ weights, return_index=True)
    return rows[first]
