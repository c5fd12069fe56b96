"""What the form of a draft says, put to what was said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.external_logs.columns import FIELD_WORDS
from analytics.external_logs.importing import Reading
from analytics.external_logs.refusals import BadMapping
from analytics.external_logs.saved import with_blanks
from analytics.imports.meanings import said_by
from analytics.models import SavedMapping


def given_by(form: Mapping[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return the mapping that a form asks for; BadMapping where two columns mean the same."""
    if form.get("afresh"):
        return {"columns": {}}
    given = dict(before)
    for answer in ("date_order", "zone"):
        if said := form.get(answer):
            given[answer] = said
    if any(key.startswith("field:") for key in form):
        given["columns"] = _columns(form)
        for part in ("received", "completed", "layout"):
            given.pop(part, None)
    values = given.get("values", {})
    if meanings := said_by(form, values.get("channel", {})):
        given["values"] = {**values, "channel": meanings}
    elif "channel" in values:
        given["values"] = {field: values[field] for field in values if field != "channel"}
    if header := form.get("received_at"):
        given["columns"] = {**given.get("columns", {}), "received_at": header}
        given.pop("received", None)
    return given


def _columns(form: Mapping[str, Any]) -> dict[str, str]:
    """Return {field: header} of the whole form; a field that no column means is blank."""
    found = dict.fromkeys(FIELD_WORDS, "")
    for key, field in form.items():
        if not key.startswith("field:") or field not in FIELD_WORDS:
            continue
        header = key.removeprefix("field:")
        if found[field]:
            raise BadMapping(
                f"Both {found[field]!r} and {header!r} are to mean {FIELD_WORDS[field]!r}. "
                "Choose one of them."
            )
        found[field] = header
    return found


def as_seen(
    reading: Reading, given: Mapping[str, Any], saved: SavedMapping | None
) -> dict[str, Any]:
    """Return the mapping that a page showed and somebody confirmed, for a file read only in part.

    Which number is the month, and the zone, are left to the whole file unless somebody said them:
    it may hold what the first rows do not, and then it must ask. A remembered blank says nothing.
    """
    said = given or (saved.mapping if saved is not None else {})
    seen = with_blanks(reading.mapping.as_json())
    return {key: seen[key] for key in seen if said.get(key) or key not in ("date_order", "zone")}
