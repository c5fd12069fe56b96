"""What the rows of a list are, where a request number stands in several: requests, studies, steps."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from analytics.external_logs.check import Findings
from analytics.external_logs.mapping import ROWS, Mapping
from analytics.external_logs.raw import RawLog
from analytics.external_logs.steps import stands_again


def ask_layout(raw: RawLog, mapping: Mapping) -> list[dict[str, Any]]:
    """Ask whether rows are requests or steps: a number stands again with another date and a status."""
    number, status = (mapping.columns.get(name, "") for name in ("request_id", "status"))
    date = mapping.sources().get("received_at", "")
    is_plain = mapping.layout != "requests" or mapping.completed or "layout" in mapping.said
    if is_plain or not (number and status and date) or not stands_again(raw, number):
        return []
    if _different(raw, [number, date]) == _different(raw, [number]):
        return []
    steps = {"case_id": number, "activity": status, "timestamp": date}
    answers: dict[str, Any] = {
        "requests": {"layout": "requests"},
        "events": {"layout": "events", "columns": steps},
    }
    return [
        {
            "field": "layout",
            "column": number,
            "question": f"Numbers of “{number}” stand in several rows, with other dates. "
            "Is a row a request, or a step of one?",
            "choices": list(answers),
            "labels": {"requests": "A request", "events": f"A step, named in “{status}”"},
            "answers": answers,
            "rows": raw.rows_read,
        }
    ]


def _different(raw: RawLog, headers: list[str]) -> int:
    """Return how many different rows some columns have, those with a blank in the first left out."""
    table = pa.table([raw.cells(one) for one in headers], names=headers)
    filled = table.filter(pc.not_equal(table[headers[0]], ""))
    return int(filled.group_by(headers).aggregate([]).num_rows)


def ask_row(cells: pa.Table, mapping: Mapping, findings: Findings) -> list[dict[str, Any]]:
    """Ask whether rows of one number and receipt are studies of a request, or requests each.

    Rows of one number that were received at different times are requests each, and it is said.
    """
    if mapping.layout != "requests" or "request_id" not in cells.column_names:
        return []
    keys = ["request_id", "at:received_at"]
    numbered = cells.select(keys).filter(pc.not_equal(cells["request_id"], ""))
    numbers = pc.count_distinct(numbered["request_id"]).as_py()
    if numbers == numbered.num_rows:
        return []
    by_receipt = numbered.group_by(keys).aggregate([([], "count_all")])
    again = by_receipt.filter(pc.greater(by_receipt["count_all"], 1))
    if again.num_rows and not mapping.row:
        return [_row_question(again, mapping.columns["request_id"])]
    others = by_receipt.num_rows - numbers
    if others:
        each = "each receipt" if mapping.row == "study" else "each row"
        findings.remarks.append(
            f"Some request numbers stand in rows received at different times: {each} is counted as "
            f"a request ({numbers:,} numbers in {numbered.num_rows:,} rows)."
        )
    return []


def _row_question(again: pa.Table, header: str) -> dict[str, Any]:
    numbers, rows = again.num_rows, int(pc.sum(again["count_all"]).as_py())
    stand = "number of “{}” stands" if numbers == 1 else "numbers of “{}” stand"
    return {
        "field": "row",
        "column": header,
        "question": f"{numbers:,} {stand.format(header)} in several rows, received at the same time "
        f"({rows:,} rows). Is each of these rows a study of one request, or a request of its own?",
        "choices": list(ROWS[::-1]),
        "labels": {"study": "A study of one request", "request": "A request of its own"},
        "answers": {one: {"row": one} for one in ROWS[::-1]},
        "rows": rows,
    }
