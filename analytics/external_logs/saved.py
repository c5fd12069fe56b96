"""How files with the same headers were read last time, an organization for itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.external_logs.columns import FIELD_WORDS, plain
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
    """Return the mapping of the last file with these headers."""
    return SavedMapping.objects.filter(
        organization=organization_id, signature=signature_of(headers)
    ).first()
