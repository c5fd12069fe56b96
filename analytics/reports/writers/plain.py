"""Text that every format can hold: names of facilities come from logs of any origin."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from analytics.reports.document import Document, Seal

# XML (XLSX, DOCX, SVG) and PDF hold no control characters and no halves of surrogate pairs;
# marks that turn the direction of text would let one name disguise the next.
_UNHEARD = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def plain(document: Document) -> Document:
    """Return the document with each sign that cannot be printed in the open, as U+FFFD."""
    return cast("Document", _plain(document))


def _plain(thing: Any) -> Any:
    found = thing
    if isinstance(thing, str):
        found = _UNHEARD.sub("\ufffd", thing)
    elif isinstance(thing, tuple):
        found = tuple(map(_plain, thing))
    elif isinstance(thing, dict):
        found = {_plain(key): _plain(value) for key, value in thing.items()}
    elif is_dataclass(thing) and not isinstance(thing, Seal | type):  # a seal's note has its lines
        found = replace(
            thing, **{one.name: _plain(getattr(thing, one.name)) for one in fields(thing)}
        )
    return found
