"""What was in time, again: one request after the other, by each clock and by the appointment."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.analytics.metrics.oracle_answers import Left, Measure, Row, quantile_of, share_of

ANSWERED = ("denied", "not_found")
GONE = ("withdrawn", "duplicate", "not_our_patient", "ended_undated")
LEFT = Left("withdrawn, duplicate or not our patient, before it was due or at an unknown time")
NOT_YET = Left("not due yet")


def is_gone(row: Row, due: int | None) -> bool:
    """Withdrawn, duplicate or not our patient, before it was due; or nobody knows when."""
    if row["outcome"] not in GONE:
        return False
    return due is None or row["ended"] is None or row["ended"] < due


def contract(row: Row) -> Any:
    """Whether a promise was kept; a denial is no matter of the contract."""
    due, stop = row["contract_due"], row["contract_stop"]
    if row["outcome"] in ANSWERED:
        return Left("denied or not found")
    if is_gone(row, due):
        return LEFT
    if due is None:
        return Left("never complete")
    if due > row["now"] and stop is None:
        return NOT_YET
    return stop is not None and stop < due


def _answered(row: Row, due: int, kept: int | None) -> Any:
    """Whether somebody was answered in time: a timely denial is an answer."""
    if kept is None and row["outcome"] in ANSWERED:
        kept = row["ended"]
    if due > row["now"] and (kept is None or kept > row["now"]):
        return NOT_YET
    return kept is not None and kept < due


def legal(row: Row) -> Any:
    """Whether patient access was given in time."""
    due = row["legal_due"]
    if is_gone(row, due):
        return LEFT
    return Left("no legal clock") if due is None else _answered(row, due, row["available"])


def by_rule(row: Row, kind: str) -> Any:
    """Whether a rule of a kind was kept."""
    due = row[f"{kind}_due"]
    if kind == "mammography" and row["modality"] != "MG":
        return Left("of other exams, which the rule does not bind")
    if due is None:
        return Left("no such rule in force where it was received, or its clock has not begun")
    return LEFT if is_gone(row, due) else _answered(row, due, row[f"{kind}_stop"])


def margin(row: Row) -> Any:
    """Seconds from when outside images are there to the end of the day of need."""
    if row["direction"] != "inbound":
        return None
    if row["need_by"] is None:
        return Left("no day named by which they were needed")
    if row["available"] is None:
        return Left("not there")
    return row["need_by"] - row["available"]


def in_time(row: Row) -> Any:
    """Whether outside images are there by the end of their day of need."""
    due, came = row["need_by"], row["available"]
    if row["direction"] != "inbound":
        return None
    if due is None:
        return margin(row)
    if row["outcome"] in ANSWERED:
        return Left("denied or not found")
    if is_gone(row, due):
        return LEFT
    if due > row["now"] and came is None:
        return Left("not needed yet")
    return came is not None and came < due


MEASURES = {
    "sla_compliance": Measure(tell=contract, read=share_of),
    "legal_sla_compliance": Measure(tell=legal, read=share_of),
    **{
        f"{kind}_sla_compliance": Measure(tell=partial(by_rule, kind=kind), read=share_of)
        for kind in ("state", "mammography", "notice")
    },
    "appointment_margin_median": Measure(tell=margin, read=partial(quantile_of, q=0.5)),
    "before_appointment_share": Measure(tell=in_time, read=share_of),
}
