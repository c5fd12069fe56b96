"""What was in time, again: one request after the other, by each clock and by the appointment."""

from typing import Any

from tests.analytics.metrics.oracle_media import linear_quantile, share

Row = dict[str, Any]
DAY = 86400
ANSWERED, GONE = ("denied", "not_found"), ("withdrawn", "duplicate", "not_our_patient")


def is_gone(row: Row, due: int | None) -> bool:
    """Withdrawn, duplicate or not our patient, before it was due; or nobody knows when."""
    if row["outcome"] not in GONE:
        return False
    return due is None or row["ended"] is None or row["ended"] < due


def sla(requests: list[Row], as_of: int) -> tuple[int, int]:
    """Met and matured under the contract clock."""
    met = matured = 0
    for row in requests:
        due, stop = row["contract_due"], row["contract_stop"]
        if due is None or row["outcome"] in ANSWERED or is_gone(row, due):
            continue
        if due <= as_of or stop is not None:
            matured += 1
            met += stop is not None and stop < due
    return met, matured


def answered(
    requests: list[Row], as_of: int, due_at: str, stopped: str = "available"
) -> tuple[int, int]:
    """Met and matured under a clock of the law: a timely denial meets it."""
    met = matured = 0
    for row in requests:
        due, stop = row[due_at], row[stopped]
        if due is None or is_gone(row, due):
            continue
        if stop is None and row["outcome"] in ANSWERED:
            stop = row["ended"]
        if due <= as_of or (stop is not None and stop <= as_of):
            matured += 1
            met += stop is not None and stop < due
    return met, matured


def there(needed: list[Row], as_of: int) -> tuple[int, int]:
    """Those there by the end of their day of need, and those whose day is over or that are there."""
    met = matured = 0
    for row in needed:
        due, came = row["need_by"], row["available"]
        if row["outcome"] in ANSWERED or is_gone(row, due):
            continue
        if due <= as_of or came is not None:
            matured += 1
            met += came is not None and came < due
    return met, matured


def of_clocks(requests: list[Row], as_of: int) -> dict[str, float | None]:
    """The share in time by each clock, and how outside images stand to the day of need."""
    needed = [
        row for row in requests if row["direction"] == "inbound" and row["need_by"] is not None
    ]
    margins = [
        (row["need_by"] - row["available"]) / DAY for row in needed if row["available"] is not None
    ]
    mammograms = [row for row in requests if row["modality"] == "MG"]
    return {
        "sla_compliance": share(*sla(requests, as_of)),
        "legal_sla_compliance": share(*answered(requests, as_of, "legal_due")),
        "state_sla_compliance": share(*answered(requests, as_of, "state_due", "state_stop")),
        "mammography_sla_compliance": share(
            *answered(mammograms, as_of, "mammography_due", "mammography_stop")
        ),
        "notice_sla_compliance": share(*answered(requests, as_of, "notice_due", "notice_stop")),
        "appointment_margin_median": linear_quantile(margins, 0.5),
        "before_appointment_share": share(*there(needed, as_of)),
    }
