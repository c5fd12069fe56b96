"""What completes the cases of an event log: plain, or asked."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from analytics.external_logs.check import Findings
from analytics.external_logs.database import Database
from analytics.external_logs.mapping import Mapping

LAST = "last_event"
MOST_CHOICES = 30  # activities that somebody is asked to choose among
_NAMED = 4  # activities that a sentence names
_ENDS = (
    r"\b(sent|delivered|released|mailed|closed|completed?|available|fulfilled|shipped|dispatched"
    r"|picked up|denied|rejected|withdrawn|cancell?ed|done)\b"
)
"""Words by which people say that a request is over."""
_CASES = """
CREATE TEMP TABLE cases AS SELECT case_id, count(*) AS steps,
    arg_min(activity, ("at:timestamp", "row")) AS first,
    arg_max(activity, ("at:timestamp", "row")) AS last
FROM rows GROUP BY case_id
"""
_LASTS = """
SELECT activity, count(last_of) AS n, regexp_matches(lower(activity), ?) AS is_end
FROM (SELECT DISTINCT activity FROM rows) LEFT JOIN
    (SELECT last AS activity, case_id AS last_of FROM cases) USING (activity)
GROUP BY activity HAVING n > 0 OR is_end ORDER BY is_end DESC, n DESC, activity
"""
_ONLY_BEGUN = """
SELECT count(*) AS n FROM cases WHERE steps = 1 AND last IN (SELECT first FROM cases WHERE steps > 1)
"""


def ask_ends(rows: pa.Table, mapping: Mapping, findings: Findings) -> list[dict[str, Any]]:
    """Ask which activities complete a case where cases end in several, and some may still be open.

    That is so where an activity says that a request is over, and where a case has but the step by
    which others began. Elsewhere, in logs of another trade, the last event is taken, and it is said.
    """
    if mapping.layout == "requests" or mapping.completed != LAST or "completed" in mapping.said:
        return []
    with Database() as database:
        database.register("rows", rows)
        database.execute(_CASES)
        told = database.table(_LASTS, [_ENDS]).to_pylist()
        begun = database.table(_ONLY_BEGUN)["n"][0].as_py()
    lasts = {one["activity"]: one["n"] for one in told if one["n"]}
    if len(lasts) < 2:
        return []
    if begun or any(one["is_end"] for one in told):
        return [_question(told, lasts, mapping.columns["activity"])]
    findings.remarks.append(
        f"Each case is taken to be completed by its last event, whatever it is: {_listed(lasts)}. "
        "If some are still open, say in a mapping of the command import_log which activities "
        "complete one."
    )
    return []


def _question(told: list[dict[str, Any]], lasts: dict[str, int], header: str) -> dict[str, Any]:
    choices = [one["activity"] for one in told][:MOST_CHOICES]
    answers: dict[str, Any] = {one: {"completed": {"activity": [one]}} for one in choices}
    return {
        "field": "completed",
        "column": header,
        "question": f"Which activities complete a request? The last are {_listed(lasts)}.",
        "choices": [*choices, LAST] if LAST not in choices else choices,
        "labels": {LAST: "The last event, whatever it is"},
        "answers": answers | {LAST: {"completed": LAST}},
        "several": [[one, lasts.get(one, 0)] for one in choices],
        "rows": sum(lasts.values()),
    }


def _listed(lasts: dict[str, int]) -> str:
    ranked = sorted(lasts.items(), key=lambda pair: -pair[1])
    named = [f"“{word[:40]}” in {n:,} case{'' if n == 1 else 's'}" for word, n in ranked[:_NAMED]]
    rest = len(ranked) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
