"""Random codes instead of record numbers, stable within a log.

The key is random, belongs to one log, lies in the database while the rows lie in files, and
dies with the log: a code says that two rows speak of one patient and nothing else.
"""

from __future__ import annotations

import hmac
import secrets


def new_key() -> str:
    """Return a fresh key for a log."""
    return secrets.token_hex(32)


def code_of(key: str, text: str) -> str:
    """Return the code of a record number under a log's key; a blank stays blank."""
    if not text:
        return ""
    return hmac.digest(bytes.fromhex(key), text.encode(), "sha256").hex()[:16]
