"""Requests as they come and go: a row when one was received, a row when it ended.

In `turns` the columns `received` and `day` are of the turn itself, so that a period takes what
ended in it, whenever it was received; every other column is that of `cases`.
"""

from __future__ import annotations

from collections.abc import Iterable

_OF_THE_TURN = ("received", "day")


def turns_of(columns: Iterable[str], cases: str = "cases") -> str:
    """Return the statement of `turns` over a table with these columns.

    `turn` is 1 for a receipt and -1 for an end; 0, at its receipt, for an end that has no moment.
    """
    others = ", ".join(name for name in columns if name not in _OF_THE_TURN)
    has_ended = "outcome IS NOT NULL AND ended"
    return (
        f"SELECT {others}, received, day, 1 AS turn FROM {cases} WHERE received IS NOT NULL "
        f"UNION ALL SELECT {others}, ended AS received, ended_day AS day, -1 AS turn FROM {cases} "
        f"WHERE {has_ended} IS NOT NULL "
        f"UNION ALL SELECT {others}, received, day, 0 AS turn FROM {cases} "
        f"WHERE {has_ended} IS NULL AND received IS NOT NULL"
    )
