"""What a log can prove: for each measure, whether it can be computed and for which share of rows."""

from __future__ import annotations

from typing import Any

from analytics.external_logs.mapping import Mapping
from analytics.metrics.catalogue import METRICS

_COLUMN_OF = {
    "received": "received_at",
    "available": "completed_at",
    "channel": "channel",
    "contract_due": "need_by",
    "band": "need_by",
    "usable": "usable",
    "reason": "failure_reason",
    "touch": "",
    "legal_due": "",
    "contract_seconds": "complete_at",
}
_WHY = {
    "received": "no column says when a request was received",
    "available": "no column says when a request was completed",
    "channel": "no column says how the images were sent",
    "contract_due": "no column holds a deadline",
    "band": "no column holds a deadline",
    "usable": "no column says whether the images opened where they arrived",
    "reason": "no column names failures",
    "touch": "a log of this kind does not record handling by people",
    "legal_due": "a log of this kind does not say by what right somebody asked",
    "contract_seconds": "no column says when a request was complete, on a business calendar",
}


def missing_fields(mapping: Mapping) -> dict[str, str]:
    """Return the fields that a log cannot give, and why, in words of its columns."""
    have = set(mapping.columns)
    if mapping.layout != "requests":
        have |= {"received_at"} if mapping.received else set()
    have |= {"received_at"} if mapping.received else set()
    have |= {"completed_at"} if mapping.completed else set()
    have -= {"complete_at"}  # business time needs a facility calendar, which a file has not
    return {field: _WHY[field] for field, column in _COLUMN_OF.items() if column not in have}


def grade(missing: dict[str, str], shares: dict[str, float]) -> dict[str, dict[str, Any]]:
    """Return {metric: computable, share of rows, why}."""
    grades: dict[str, dict[str, Any]] = {}
    for metric in METRICS:
        lacks = [missing[name] for name in metric.needs if name in missing]
        share = min((shares.get(name, 1.0) for name in metric.needs), default=1.0)
        why = lacks[0] if lacks else _said(share, metric.needs)
        grades[metric.key] = {
            "computable": not lacks,
            "share": 0.0 if lacks else round(share, 4),
            "why": why,
        }
    return grades


def _said(share: float, needs: tuple[str, ...]) -> str:
    if share == 1.0:
        return "every row says it"
    return f"{share:.1%} of the rows say it ({', '.join(needs)}); the others are counted apart"


def shares_of(requests: list[dict[str, Any]], events: list[dict[str, Any]]) -> dict[str, float]:
    """Return, for each field, the share of requests that fill it."""
    n = len(requests) or 1
    filled = {
        name: sum(row.get(name) is not None for row in requests) / n
        for name in ("received", "available", "contract_due", "usable")
    }
    sent = [event for event in events if event["activity"] == "available"]
    known = sum(event.get("channel") is not None for event in sent)
    return filled | {"channel": known / (len(sent) or 1), "band": filled["contract_due"]}
