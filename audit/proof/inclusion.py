"""The proof of one entry as a small file: its bytes, its place, its path to a signed root."""

import json
from dataclasses import dataclass
from pathlib import Path

from audit.proof.checkpoint import BadCheckpoint, Checkpoint, VerifierKey
from audit.proof.merkle import leaf_hash, verify_inclusion
from audit.proof.verify import OTHER_KEY, Verdict

FORMAT = "discless-entry-proof-1"
LARGEST = 1024**2  # bytes; a path holds at most 64 hashes
_TEXTS = ("body", "leaf_hash", "checkpoint", "key")
_WORDS = frozenset({*_TEXTS, "format", "leaf_index", "audit_path"})


class BadProof(ValueError):
    """A file that is not a readable proof."""


@dataclass(frozen=True, kw_only=True)
class EntryProof:
    """One entry with its audit path (RFC 6962 section 2.1.1), unchecked."""

    body: bytes
    leaf_index: int
    leaf_hash: bytes
    audit_path: tuple[bytes, ...]
    checkpoint: str
    key: str

    def to_text(self) -> str:
        """Return the proof as the text of a file."""
        said = {
            "format": FORMAT,
            "leaf_index": self.leaf_index,
            "body": self.body.decode(),
            "leaf_hash": self.leaf_hash.hex(),
            "audit_path": [one.hex() for one in self.audit_path],
            "checkpoint": self.checkpoint,
            "key": self.key,
        }
        return json.dumps(said, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "EntryProof":
        """Read a proof; BadProof says what is wrong with it."""
        if len(text) > LARGEST:
            raise BadProof("the file is larger than any proof of one entry")
        try:
            said = json.loads(text, object_pairs_hook=_once)
        except BadProof:
            raise
        except (ValueError, RecursionError) as error:
            raise BadProof("the file is not a proof: it is not JSON") from error
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise BadProof(f"the file is not a proof of the form {FORMAT}")
        index, path = said.get("leaf_index"), said.get("audit_path")
        if not all(isinstance(said.get(name), str) for name in _TEXTS):
            raise BadProof(f"the proof lacks one of: {', '.join(_TEXTS)}")
        if isinstance(index, bool) or not isinstance(index, int):
            raise BadProof("the proof's leaf_index is not a number")
        if not isinstance(path, list) or len(path) > 64:
            raise BadProof("the proof's audit_path is not a list of at most 64 hashes")
        try:
            return cls(
                body=said["body"].encode(),
                leaf_index=index,
                leaf_hash=_hash(said["leaf_hash"]),
                audit_path=tuple(_hash(one) for one in path),
                checkpoint=said["checkpoint"],
                key=said["key"].strip(),
            )
        except UnicodeEncodeError as error:
            raise BadProof("the proof's body is not text") from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object; one that says a thing twice could be read as either."""
    said = dict(pairs)
    if len(said) < len(pairs) or not said.keys() <= _WORDS:
        raise BadProof("the file says something twice, or something that no proof says")
    return said


def _hash(text: object) -> bytes:
    try:
        found = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        found = b""
    if len(found) != 32:
        raise BadProof("the proof holds a hash that is not 32 bytes in hexadecimal")
    return found


def verify_entry_file(path: Path, *, key: str | None = None) -> Verdict:
    """Check the proof in a file, against a pinned key where given."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        proof = EntryProof.from_text(raw.decode())
    except BadProof as error:
        return Verdict(entries=0, findings=(f"{error}.",))
    except (OSError, UnicodeDecodeError) as error:
        return Verdict(entries=0, findings=(f"the proof cannot be read: {error}.",))
    return verify_entry(proof, key=key)


def verify_entry(proof: EntryProof, *, key: str | None = None) -> Verdict:
    """Check the signature, the leaf hash and the audit path of one entry."""
    if key is not None and key.strip() != proof.key:
        return Verdict(entries=1, findings=(OTHER_KEY.format(what="proof"),))
    try:
        signer = VerifierKey.from_text(proof.key)
        signed = Checkpoint.from_note(proof.checkpoint, signer)
    except BadCheckpoint as error:
        return Verdict(entries=1, findings=(f"Not to be trusted: {error}.",))
    finding = _finding(proof, signed)
    return Verdict(
        entries=1,
        size=signed.size,
        root=signed.root.hex(),
        key=signer.text,
        findings=(finding,) if finding else (),
        first_bad=proof.leaf_index if finding else None,
    )


def _finding(proof: EntryProof, signed: Checkpoint) -> str:
    index = proof.leaf_index
    if not 0 <= index < signed.size:
        return f"There is no entry {index} in the signed log of {signed.size} entries."
    found = leaf_hash(proof.body)
    if found != proof.leaf_hash:
        said = proof.leaf_hash.hex()
        return f"Entry {index} was altered: the proof says {said}, its bytes give {found.hex()}."
    if not verify_inclusion(
        leaf=found, index=index, size=signed.size, path=proof.audit_path, root=signed.root
    ):
        return (
            f"The audit path does not lead from entry {index} to the signed root: the entry, "
            "its number, a hash of the path or the checkpoint is not the one that was signed."
        )
    return ""
