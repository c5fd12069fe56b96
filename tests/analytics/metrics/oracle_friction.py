"""What patients go through, again: one question after the other, of one request after the other."""

from collections import defaultdict
from typing import Any

from requests_app.failure_codes import FAILURES
from tests.analytics.metrics.oracle_media import share
from tests.analytics.metrics.oracle_usability import codes, own

Row = dict[str, Any]
PAUSING = {code.value for code, what in FAILURES.items() if what.pauses_contract_clock}
OPTIONAL = {"friction_again": "FU02", "friction_complaint": "FU03"}


def _contacts(mine: list[Row]) -> int:
    """Calls, faxes and reminders; the same by the same person within five minutes is one."""
    last: dict[tuple[str | None, str | None], int] = {}
    found = 0
    for event in sorted(mine, key=lambda one: one["occurred"]):
        if event["activity"] != "manual_touch":
            continue
        key = (event["actor"], event["touch"])
        is_new = key not in last or event["occurred"] - last[key] > 300
        found += is_new and event["touch"] in ("call", "fax", "chase")
        last[key] = event["occurred"]
    return found


def troubles(row: Row, events: list[Row]) -> dict[str, bool]:
    """What befell one request."""
    mine, bears = own(events, row), codes(events, row)
    discs = [one for one in mine if one["activity"] == "available" and one["medium"] == "physical"]
    papers = {"IN01", "IN02", "AU01", "AU02", "AU04", "RV04"}
    return {
        "friction_contacts": _contacts(mine) > 0 or bool(bears & PAUSING),
        "friction_in_person": row["intake"] == "walk_in",
        "friction_paper": row["intake"] in ("fax", "mail") or bool(bears & papers),
        "friction_fee": row["is_charged"] is True or "RV03" in bears,
        "friction_equipment": bool(bears & {"US01", "US02"}),
        "friction_opening": bool(bears & {"TR03", "TR04", "TR05"}),
        "friction_abandoned": row["outcome"] == "withdrawn" or "FU04" in bears,
        "friction_again": "FU02" in bears,
        "friction_disc_instead": row["wanted"] in ("link", "push") and bool(discs),
        "friction_complaint": "FU03" in bears,
    }


def of_friction(requests: list[Row], events: list[Row]) -> dict[str, float | None]:
    """The share of each trouble, and of none, among what patients asked for and what ended."""
    ended = [
        row
        for row in requests
        if row["direction"] == "outbound"
        and row["requester_type"] in ("patient", "representative")
        and row["outcome"] not in (None, "duplicate", "not_our_patient")
    ]
    met = [troubles(row, events) for row in ended]
    names = troubles(defaultdict(str), [])
    found = {name: share(sum(one[name] for one in met), len(met)) for name in names}
    for name, code in OPTIONAL.items():
        if not any(code in codes(events, row) for row in requests):
            found[name] = None
    free = [
        not any(one.values()) and row["available"] is not None
        for one, row in zip(met, ended, strict=True)
    ]
    return found | {"frictionless_share": share(sum(free), len(free))}
