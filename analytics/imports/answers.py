"""What the form of a draft says, put to what was said before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from analytics.external_logs.columns import FIELD_WORDS
from analytics.external_logs.importing import Reading
from analytics.external_logs.mapping import check_form
from analytics.external_logs.refusals import BadMapping
from analytics.external_logs.saved import with_blanks
from analytics.imports.meanings import meant_by, said_by
from analytics.models import SavedMapping

LEFT_OPEN = ("date_order", "zone", "layout", "row", "completed")
"""Parts of a mapping that a file's other rows may put in question."""


def given_by(form: QueryDict, before: dict[str, Any]) -> dict[str, Any]:
    """Return the mapping that a form asks for; BadMapping where two columns mean the same."""
    if form.get("afresh"):
        return {"columns": {}}
    given = _answered(form, before)
    if any(key.startswith("field:") for key in form):
        given["columns"] = _columns(form)
        for part in ("received", "layout"):
            given.pop(part, None)
        if not _ends_cases(given):
            given.pop("completed", None)
    values = meant_by(form, given.get("values", {}))
    given |= {"values": values} if values else {}
    if meanings := said_by(form, values.get("channel", {})):
        given["values"] = {**values, "channel": meanings}
    elif "channel" in values:
        given["values"] = {field: values[field] for field in values if field != "channel"}
    if header := form.get("received_at"):
        given["columns"] = {**given.get("columns", {}), "received_at": header}
        given.pop("received", None)
    return given


def _answered(form: QueryDict, before: dict[str, Any]) -> dict[str, Any]:
    """Return what was said before, with the answer to a question put to it."""
    given = dict(before)
    if answer := form.get("answer"):
        given = _with_answer(given, answer)
    if form.get("ended"):
        given["completed"] = {"activity": _chosen(form)}
    for part in ("date_order", "zone"):
        if said := form.get(part):
            given[part] = said
    return given


def _with_answer(given: dict[str, Any], answer: str) -> dict[str, Any]:
    """Return a mapping with the part that a button of a question says put to it."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise BadMapping("That is no answer to the question. Choose one of its buttons.") from error
    check_form(said)
    columns = {**given.get("columns", {}), **said.get("columns", {})}
    values = dict(given.get("values", {}))
    for field, words in said.get("values", {}).items():
        values[field] = {**values.get(field, {}), **words}
    both = {"columns": columns, "values": values}
    return {**given, **said, **{part: what for part, what in both.items() if what}}


def _ends_cases(given: dict[str, Any]) -> bool:
    """Say whether an answer of what completes the cases of an event log still fits its columns."""
    is_column = isinstance(given.get("completed"), Mapping) and "column" in given["completed"]
    return bool(given["columns"].get("case_id")) and not is_column


def _chosen(form: QueryDict) -> list[str]:
    chosen = [str(one) for one in form.getlist("ends")]
    if not chosen:
        raise BadMapping("Choose at least one activity that completes a request.")
    return chosen


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

    What would be asked is left to the whole file unless somebody said it: it may hold what the
    first rows do not, and then it must ask. A remembered blank says nothing.
    """
    said = given or (saved.mapping if saved is not None else {})
    seen = with_blanks(reading.mapping.as_json())
    return {key: seen[key] for key in seen if said.get(key) or key not in LEFT_OPEN}
