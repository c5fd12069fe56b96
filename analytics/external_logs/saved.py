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
    """Keep a confirmed mapping for the next file with these headers.

    A field that no column means is kept as blank, so that it is not inferred the next time.
    """
    whole = {**mapping, "columns": dict.fromkeys(FIELD_WORDS, "") | mapping["columns"]}
    SavedMapping.objects.update_or_create(
        organization_id=organization_id,  # type: ignore[misc]
        signature=signature_of(headers),
        defaults={"mapping": whole, "used_at": at},
    )


def as_last_time(headers: Sequence[str], organization_id: int | None) -> SavedMapping | None:
    """Return the mapping of the last file with these headers."""
    return SavedMapping.objects.filter(
        organization=organization_id, signature=signature_of(headers)
    ).first()
