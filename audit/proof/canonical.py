"""Canonical JSON: one value, one text. A subset of RFC 8785 without floats."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Plain: TypeAlias = str | int | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]

LARGEST = 2**53 - 1


class NotCanonical(ValueError):
    """A value that has no canonical form here."""


def canonical(value: Plain) -> bytes:
    """Return the UTF-8 bytes of a value: keys sorted, no spaces, no floats.

    Raises NotCanonical for floats, for integers beyond 2**53 - 1, for keys that are not
    ASCII and for lone surrogates.
    """
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text with a lone surrogate has no canonical form") from error


def _check(value: Plain) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise NotCanonical(f"{value} is beyond 2**53 - 1")
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise NotCanonical(f"key {key!r} is not ASCII text")
            _check(inner)
        return
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for inner in value:
            _check(inner)
        return
    raise NotCanonical(f"{type(value).__name__} has no canonical form")
