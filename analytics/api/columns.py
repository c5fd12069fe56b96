"""The columns of a request as programs get it: what each holds, and in which unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MOMENT, SECONDS, NUMBER, WORD = "seconds since 1970, UTC", "seconds", "a number", "a word"


@dataclass(frozen=True)
class Column:
    """What a column holds, and how it is written."""

    unit: str
    holds: str


CASES: Mapping[str, Column] = MappingProxyType(
    {
        "request_id": Column(WORD, "the key of the request, one of its own in each source"),
        "number": Column(WORD, "its number as people say it; of a log the number of the case"),
        "facility": Column(WORD, "the facility that received it"),
        "direction": Column(WORD, "inbound or outbound; unknown where a log does not say"),
        "requester_type": Column(WORD, "who asked"),
        "legal_basis": Column(WORD, "by what right"),
        "modality": Column(WORD, "the modality asked for"),
        "partner": Column(WORD, "the other facility"),
        "priority": Column(WORD, "how urgent it is"),
        "intake": Column(WORD, "by which door it came"),
        "state": Column(WORD, "its state at the as-of time"),
        "outcome": Column(WORD, "how it ended; null while it is open"),
        "received": Column(MOMENT, "when it first arrived"),
        "complete": Column(MOMENT, "when nothing was missing any more"),
        "available": Column(MOMENT, "when the recipient could open the images first"),
        "first_opened": Column(MOMENT, "when somebody opened them first"),
        "closed": Column(MOMENT, "when it was closed"),
        "ended": Column(MOMENT, "when it was over, released or not"),
        "contract_due": Column(MOMENT, "the end (exclusive) of the contract's due day"),
        "contract_stop": Column(MOMENT, "when the contract's clock stopped"),
        "contract_seconds": Column(
            "business seconds",
            "on the contract's clock from complete to its stop, without pauses; while it runs, to "
            "the as-of time, as if there had been no pause",
        ),
        "legal_due": Column(MOMENT, "the end (exclusive) of the due day of patient access"),
        "due": Column(MOMENT, "the earliest due moment of all clocks"),
        "due_unit": Column(WORD, "the days which that clock counts: business or calendar"),
        "usable": Column(
            WORD,
            "of images that arrived: immediate, after_rework, not_usable or untested",
        ),
        "deliveries": Column(NUMBER, "how often images were sent; null where a log does not say"),
        "failed_deliveries": Column(NUMBER, "deliveries that failed"),
        "failures": Column(NUMBER, "events with a failure code"),
        "touches": Column(
            NUMBER, "handlings by people: calls, faxes, burning, mailing and the like"
        ),
        "channel": Column(WORD, "of its last delivery; not_delivered, or unknown"),
        "medium": Column(WORD, "of its last delivery; not_delivered, or unknown"),
        "lost": Column(
            SECONDS,
            "elapsed from each failure with a code to what mended it, added up; overlapping ones "
            "count more than once, and those that nothing mended not at all",
        ),
        "handoffs": Column(NUMBER, "steps that another person took than the step before"),
        "moves": Column(NUMBER, "changes of state"),
        "moves_outside": Column(NUMBER, "changes of state that the rules do not allow"),
        "staff_group": Column(WORD, "the role of whoever of the house had it in hand last"),
    }
)
"""Each column of a request, in order."""
