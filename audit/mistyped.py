"""Failures that met no closed door: an address that was not understood."""

from __future__ import annotations

import re

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Regex

_SAID = r'"mistyped":true[,}]|"refused":"(?!([^"]*,)?(source|facility)[,"])'
"""In a canonical body. A source or a facility that was refused may be another's; nothing else may.

No cell of a body can spell it: marks inside of text are escaped.
"""
_IN_BODY = re.compile(_SAID.encode())


def is_mistyped(body: bytes) -> bool:
    """Say whether a refused address was only written wrongly."""
    return _IN_BODY.search(body) is not None


def mistyped(path: str = "") -> Q:
    """Return the condition of such an entry, for a query that reaches it by a path."""
    # Bytes that are no text any more are spelled out: an altered entry must not end the query.
    body = Func(F(f"{path}body"), Value("escape"), function="encode", output_field=TextField())
    return Q(Regex(body, Value(_SAID)))
