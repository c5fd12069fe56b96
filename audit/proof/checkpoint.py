"""Signed checkpoints: the size and root of the log in the C2SP tlog-checkpoint form."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from audit.proof import ed25519

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_NAME = re.compile(r"[!-*,-~]{1,255}", re.ASCII)  # no space, no plus: they part a note's line
_ALGORITHM = b"\x01"  # Ed25519 in C2SP signed-note


class BadCheckpoint(ValueError):
    """A checkpoint or key that cannot be read, or whose signature is wrong."""


@dataclass(frozen=True, kw_only=True)
class VerifierKey:
    """A public key with the name it signs under."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that mark this key's signatures."""
        return sha256(self.name.encode() + b"\n" + _ALGORITHM + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key as text: name, id and key joined by plus signs."""
        packed = base64.b64encode(_ALGORITHM + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{packed}"

    @classmethod
    def from_text(cls, text: str) -> "VerifierKey":
        """Read a key; BadCheckpoint says what is wrong with it."""
        try:
            name, key_id, packed = text.strip().split("+", 2)
            raw = base64.b64decode(packed, validate=True)
        except (ValueError, binascii.Error) as error:
            raise BadCheckpoint("the verifier key is not of the form name+id+key") from error
        if len(raw) != 33 or raw[:1] != _ALGORITHM:
            raise BadCheckpoint("the verifier key is not an Ed25519 key")
        if not _NAME.fullmatch(name):
            raise BadCheckpoint("the verifier key's name is not a plain word")
        key = cls(name=name, public=raw[1:])
        if key.key_id.hex() != key_id:
            raise BadCheckpoint("the verifier key's id does not fit the key")
        return key


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of the log that a signature vouches for."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The signed text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def sign(self, key: VerifierKey, sign: Callable[[bytes], bytes]) -> str:
        """Return the signed note; `sign` makes an Ed25519 signature of bytes."""
        packed = base64.b64encode(key.key_id + sign(self.text.encode())).decode()
        return f"{self.text}\n— {key.name} {packed}\n"

    @classmethod
    def from_note(cls, note: str, key: VerifierKey) -> "Checkpoint":
        """Read a note and check the signature of `key`; BadCheckpoint says what is wrong."""
        text, blank, signatures = note.partition("\n\n")
        if not blank:
            raise BadCheckpoint("the checkpoint carries no signature")
        checkpoint = cls._parse(text + "\n")
        # The text as it stands is what was signed, not what can be written anew from its words.
        for line in signatures.split("\n"):
            if _is_signed(text + "\n", line, key):
                return checkpoint
        raise BadCheckpoint(f"the checkpoint is not signed by {key.name} ({key.key_id.hex()})")

    @classmethod
    def _parse(cls, text: str) -> "Checkpoint":
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise BadCheckpoint("the checkpoint is not text")
        lines = text.split("\n")
        if len(lines) < 4 or not lines[0]:
            raise BadCheckpoint("the checkpoint does not hold origin, size and root")
        if not _SIZE.fullmatch(lines[1]):
            raise BadCheckpoint("the checkpoint's size is not a number")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except ValueError as error:
            raise BadCheckpoint("the checkpoint's root is not base64") from error
        if len(root) != 32:
            raise BadCheckpoint("the checkpoint's root is not 32 bytes long")
        return cls(origin=lines[0], size=int(lines[1]), root=root)


def _is_signed(text: str, line: str, key: VerifierKey) -> bool:
    try:
        dash, name, packed = line.split(" ")
        raw = base64.b64decode(packed, validate=True)
    except (ValueError, binascii.Error):
        return False
    if dash != "—" or name != key.name or raw[:4] != key.key_id:
        return False
    return ed25519.verify(key.public, text.encode(), raw[4:])
