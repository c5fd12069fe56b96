"""How files with the same headers were read last time, an organization for itself.

What is kept here may outlive the log that it comes from, so it holds no text of a column of
completion that could name somebody: what those mean is kept with their log and goes with it. What
other words of files mean goes with the last log that was read so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.external_logs.columns import FIELD_WORDS, plain
from analytics.external_logs.mapping import GIVEN_MEANINGS, OURS
from analytics.external_logs.undated import is_ours
from analytics.models import SavedMapping, UploadedLog

TEXTS = "completed_at"
"""The field whose texts are answered many at a time, whatever they are."""


def signature_of(headers: Sequence[str]) -> str:
    """Return what files with the same headers have in common, in whatever order they stand."""
    names = json.dumps(sorted(plain(header) for header in headers))
    return hashlib.sha256(names.encode()).hexdigest()


def remember(
    headers: Sequence[str],
    mapping: dict[str, Any],
    *,
    name: str,
    organization_id: int | None,
    at: datetime,
) -> None:
    """Keep a confirmed mapping of a log for the next file with these headers."""
    which: dict[str, Any] = {
        "organization_id": organization_id,
        "signature": signature_of(headers),
    }
    before = SavedMapping.objects.filter(**which).first()
    logs = sorted({name, *(before.logs if before is not None else [])})
    kept: dict[str, Any] = {"mapping": with_blanks(_without_texts(mapping)), "logs": logs}
    SavedMapping.objects.update_or_create(**which, defaults=kept | {"used_at": at})


def forget_words_of(name: str, organization_id: int | None) -> None:
    """Forget what words of files mean where no log is left that was read so but one that goes."""
    which: dict[str, Any] = {"organization_id": organization_id}
    for one in SavedMapping.objects.filter(**which):
        one.logs = [log for log in one.logs if log != name]
        one.mapping = one.mapping if one.logs else _without_words(one.mapping)
        one.save(update_fields=["logs", "mapping"])


def _without_words(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping without a word of any cell: steps are named by words, too."""
    steps = {part: "" for part in ("received", "completed") if isinstance(mapping.get(part), dict)}
    return {**mapping, "values": {}, **steps}


def _without_texts(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping without the texts of a completion that are not made of words of ours."""
    values = dict(mapping.get("values", {}))
    own = {text: means for text, means in values.pop(TEXTS, {}).items() if is_ours(text)}
    return {**mapping, "values": values | ({TEXTS: own} if own else {})}


def with_blanks(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping in which a field that no column means is blank: it is not inferred again."""
    return {**mapping, "columns": dict.fromkeys(FIELD_WORDS, "") | mapping["columns"]}


def as_last_time(
    headers: Sequence[str], organization_id: int | None, name: str = ""
) -> SavedMapping | None:
    """Return the mapping of the last file with these headers, as it may be given.

    With it stands what was said of texts of the log of a name, where there is one.
    """
    found = SavedMapping.objects.filter(
        organization=organization_id, signature=signature_of(headers)
    ).first()
    if found is not None:
        found.mapping = as_given(found.mapping, organization_id, name)
    return found


def as_given(mapping: dict[str, Any], organization_id: int | None, name: str) -> dict[str, Any]:
    """Return a kept mapping without what means nothing: it was not refused at all times.

    What was said of texts of completion is that of the log of a name, and what is kept here.
    """
    log = UploadedLog.objects.filter(organization=organization_id, name=name).first()
    own = log.mapping.get("values", {}).get(TEXTS, {}) if log is not None else {}
    values = dict(mapping.get("values", {}))
    if own:
        values[TEXTS] = own | values.get(TEXTS, {})
    known = {
        field: {
            word: means
            for word, means in words.items()
            if field not in OURS or means in OURS[field]
        }
        for field, words in values.items()
        if field in GIVEN_MEANINGS
    }
    return {**mapping, "values": known} if known != mapping.get("values", {}) else dict(mapping)
