"""Keys of the log, kept in private files outside the database."""

import contextlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.proof.checkpoint import VerifierKey


def kept_key(path: Path) -> bytes:
    """Return 32 random bytes kept in a file, made at first use; safe against two starts at once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()


def signing_key(path: Path) -> Ed25519PrivateKey:
    """Return the key that signs checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(kept_key(path))


def verifier_key(path: Path, origin: str) -> VerifierKey:
    """Return the public half, under the name of the log."""
    public = signing_key(path).public_key().public_bytes_raw()
    return VerifierKey(name=origin, public=public)
