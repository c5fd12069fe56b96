"""What arrives and works, and who looks at what leaves: again, request by request."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.analytics.metrics.oracle_answers import (
    HOUR,
    UNSURE,
    Left,
    Measure,
    Row,
    quantile_of,
    share_of,
    waited_out,
)
from tests.analytics.metrics.oracle_friction import is_of_a_patient
from tests.analytics.metrics.oracle_quality import codes, first

TECHNICAL = {"US01", "US02", "US03", "US04", "US05", "US06", "US07", "US10"}
CLINICAL = {"US08", "US09"}
GRADES = ("immediate", "after_rework", "not_usable", "untested")
NOTHING = Left("nothing arrived")


def wrongs(row: Row) -> set[str]:
    """The failures of checks; what came after its day of need is too late without a note of it."""
    found = codes(row) & (TECHNICAL | CLINICAL)
    came = row["available"]
    if came is None:
        came = first(row, "images_received")
    if row["need_by"] is not None and came is not None and came >= row["need_by"]:
        found = found | {"US08"}
    return found


def of_arrivals(row: Row, ask: Any) -> Any:
    """What is asked of outside images that arrived."""
    if row["direction"] != "inbound":
        return None
    return ask(row) if row["usable"] in GRADES else NOTHING


def is_graded(row: Row, grade: str) -> Any:
    """Whether images are of a grade; what nobody tested is of no known one."""
    return UNSURE if row["usable"] == "untested" else row["usable"] == grade


def is_immediate(row: Row) -> Any:
    """Whether all checks were passed at the first attempt; a named failure settles it."""
    return False if wrongs(row) else is_graded(row, "immediate")


def is_free_of(row: Row, wrong: set[str]) -> Any:
    """Whether images are free of some failures."""
    named = wrongs(row)
    if named & wrong:
        return False
    is_unsaid = row["usable"] != "immediate" and not named
    return UNSURE if row["usable"] == "untested" or is_unsaid else True


def usable_since(row: Row) -> int | None:
    """When a request was first found usable, after the first failure if there was one."""
    bad = [one["seq"] for one in row["story"] if one["activity"] == "images_unusable"]
    since = min(bad, default=-1)
    later = [one for one in row["story"] if one["seq"] > since]
    return first({"story": later}, "images_usable")


def until_usable(row: Row) -> Any:
    """Seconds from first arrival to first found usable."""
    if row["direction"] != "inbound":
        return None
    came, works = first(row, "images_received"), usable_since(row)
    if came is None:
        return NOTHING
    if works is None:
        return Left("untested" if row["usable"] in (None, "untested") else "not usable yet")
    return works - came if works >= came else Left("found usable before they arrived")


def seen(row: Row) -> int | None:
    """When somebody first saw that the images work."""
    if row["direction"] == "inbound":
        return usable_since(row)
    told = (row["first_opened"], first(row, "confirmed_usable"))
    return min((at for at in told if at is not None), default=None)


def from_receipt(row: Row) -> Any:
    """Seconds from receipt until then."""
    at = seen(row)
    if at is None and row["available"] is not None:
        return Left("released, and nobody told whether it works")
    if at is None:
        return Left("open" if row["outcome"] is None else "ended without release")
    if row["received"] is None:
        return Left("no moment of receipt")
    took = at - row["received"]
    return took if took >= 0 else Left("usable before it was received")


def opened(row: Row) -> Any:
    """Seconds until a link was opened, or has not been yet."""
    if row["direction"] != "outbound":
        return None
    if row["available"] is None:
        return Left("not released")
    if row["medium"] != "link":
        return Left("not by a link, so that nobody tells")
    if row["first_opened"] is None:
        return row["now"] - row["available"], False
    took = row["first_opened"] - row["available"]
    return (took, True) if took >= 0 else Left("opened before its last delivery")


def opened_by_patients(row: Row) -> Any:
    """The same of patients."""
    return opened(row) if is_of_a_patient(row) else None


def _arrived(ask: Any) -> Measure:
    return Measure(tell=partial(of_arrivals, ask=ask), read=share_of)


MEASURES = {
    "immediately_usable": _arrived(is_immediate),
    "usable_after_rework": _arrived(partial(is_graded, grade="after_rework")),
    "not_usable": _arrived(partial(is_graded, grade="not_usable")),
    "technically_usable": _arrived(partial(is_free_of, wrong=TECHNICAL)),
    "clinically_usable": _arrived(partial(is_free_of, wrong=CLINICAL)),
    **{
        f"time_to_usable_{name}": Measure(
            tell=until_usable, read=partial(quantile_of, q=q, per=HOUR)
        )
        for name, q in (("median", 0.5), ("p90", 0.9))
    },
    **{
        f"{asker}{name}": Measure(tell=tell, read=partial(read, q=q))
        for asker, tell, read in (
            ("time_to_usable_from_receipt_", from_receipt, quantile_of),
            ("first_view_", opened, waited_out),
            ("patient_first_view_", opened_by_patients, waited_out),
        )
        for name, q in (("median", 0.5), ("p90", 0.9))
    },
}
