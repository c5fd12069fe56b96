"""Logs made in memory for the verifier's tests: signed for real, no database."""

import io
import uuid
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.proof.bundle import Bundle, write_bundle
from audit.proof.checkpoint import Checkpoint, VerifierKey
from audit.proof.entry import Action, Agent, Entry, EventCode
from audit.proof.inclusion import EntryProof
from audit.proof.merkle import leaf_hash, root_of

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
OURS, THEIRS = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))


def verifier(private: Ed25519PrivateKey) -> VerifierKey:
    """Return the public half."""
    return VerifierKey(name="discless.example/log", public=private.public_key().public_bytes_raw())


def body(number: int) -> bytes:
    """Return the bytes of one entry."""
    return Entry(
        verb="request.viewed",
        code=EventCode.PATIENT_RECORD,
        action=Action.READ,
        agent=Agent(id="user:1", role="auditor", name="Auditor A"),
        subject=f"request:R-{number:06d}",
        at=AT,
        id=str(uuid.UUID(int=number)),
    ).body()


def note_for(leaves: list[bytes], private: Ed25519PrivateKey = OURS) -> str:
    """Return the signed checkpoint of a log."""
    checkpoint = Checkpoint(origin="discless.example/log", size=len(leaves), root=root_of(leaves))
    return checkpoint.sign(verifier(private), private.sign)


def bundle_of(bodies: list[bytes], private: Ed25519PrivateKey = OURS, marks: tuple[int, ...] = ()):
    """Return a sound bundle of these entries, with earlier checkpoints at `marks`."""
    leaves = [leaf_hash(one) for one in bodies]
    return Bundle(
        bodies=bodies,
        leaves=leaves,
        note=note_for(leaves, private),
        history=[note_for(leaves[:mark], private) for mark in marks],
        key=verifier(private).text,
    )


def written(bundle: Bundle, path: Path) -> Path:
    """Return the file of a bundle."""
    write_bundle(path, bundle, made_at=AT.isoformat())
    return path


def inclusion_proof(leaves: list[bytes], index: int) -> list[bytes]:
    """Return the audit path of one leaf, straight from its definition (RFC 6962 section 2.1.1)."""
    path: list[bytes] = []
    while len(leaves) > 1:
        middle = 1 << (len(leaves) - 1).bit_length() - 1
        if index < middle:
            path.append(root_of(leaves[middle:]))
            leaves = leaves[:middle]
        else:
            path.append(root_of(leaves[:middle]))
            leaves, index = leaves[middle:], index - middle
    return path[::-1]


def proof_of(index: int, size: int = 11) -> EntryProof:
    """Return the proof of one entry of a log of `size`."""
    bodies = [body(number) for number in range(size)]
    leaves = [leaf_hash(one) for one in bodies]
    return EntryProof(
        body=bodies[index],
        leaf_index=index,
        leaf_hash=leaves[index],
        audit_path=tuple(inclusion_proof(leaves, index)),
        checkpoint=note_for(leaves),
        key=verifier(OURS).text,
    )


def with_part(path: Path, name: str, content: bytes) -> bytes:
    """Return the bytes of a zip in which one part was replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, content if part.filename == name else old.read(part))
    return out.getvalue()
