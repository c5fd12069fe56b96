"""How files with the same headers were read last time, an organization for itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.external_logs.columns import FIELD_WORDS, plain
from analytics.external_logs.mapping import GIVEN_MEANINGS, OURS
from analytics.models import SavedMapping


def signature_of(headers: Sequence[str]) -> str:
    """Return what files with the same headers have in common, in whatever order they stand."""
    names = json.dumps(sorted(plain(header) for header in headers))
    return hashlib.sha256(names.encode()).hexdigest()


def remember(
    headers: Sequence[str], mapping: dict[str, Any], *, organization_id: int | None, at: datetime
) -> None:
    """Keep a confirmed mapping for the next file with these headers."""
    SavedMapping.objects.update_or_create(
        organization_id=organization_id,  # type: ignore[misc]
        signature=signature_of(headers),
        defaults={"mapping": with_blanks(mapping), "used_at": at},
    )


def with_blanks(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping in which a field that no column means is blank: it is not inferred again."""
    return {**mapping, "columns": dict.fromkeys(FIELD_WORDS, "") | mapping["columns"]}


def as_last_time(headers: Sequence[str], organization_id: int | None) -> SavedMapping | None:
    """Return the mapping of the last file with these headers, as it may be given."""
    found = SavedMapping.objects.filter(
        organization=organization_id, signature=signature_of(headers)
    ).first()
    if found is not None:
        found.mapping = as_given(found.mapping)
    return found


def as_given(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a kept mapping without what means nothing: it was not refused at all times."""
    values = mapping.get("values", {})
    known = {
        field: {
            word: means
            for word, means in words.items()
            if field not in OURS or means in OURS[field]
        }
        for field, words in values.items()
        if field in GIVEN_MEANINGS
    }
    return {**mapping, "values": known} if known != values else dict(mapping)
