"""Check a bundle: derive everything again from the entries and compare with what was signed."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from audit.proof.bundle import BadBundle, Bundle, read_bundle
from audit.proof.checkpoint import BadCheckpoint, Checkpoint, VerifierKey
from audit.proof.merkle import CompactRange, leaf_hash, root_of

_PLAIN = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
OTHER_KEY = "The {what} is signed with another key than the one you pinned."


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check found; `findings` is empty when nothing was altered."""

    entries: int
    size: int = 0
    root: str = ""
    key: str = ""
    findings: tuple[str, ...] = field(default=())
    first_bad: int | None = None

    @property
    def is_sound(self) -> bool:
        """True when no alteration was found."""
        return not self.findings


def verify_file(path: Path, *, key: str | None = None, previous: Path | None = None) -> Verdict:
    """Check one bundle, against a pinned key and an earlier bundle where given."""
    try:
        bundle = read_bundle(path)
        earlier = read_bundle(previous) if previous else None
    except BadBundle as error:
        return Verdict(entries=0, findings=(f"{error}.",))
    return verify_bundle(bundle, key=key, previous=earlier)


def verify_bundle(
    bundle: Bundle, *, key: str | None = None, previous: Bundle | None = None
) -> Verdict:
    """Check the signature, every entry, every earlier checkpoint and the earlier bundle."""
    count = len(bundle.bodies)
    if key is not None and key.strip() != bundle.key:
        return Verdict(
            entries=count,
            findings=(OTHER_KEY.format(what="bundle"),),
        )
    try:
        signer = VerifierKey.from_text(bundle.key)
        signed = Checkpoint.from_note(bundle.note, signer)
        marks = [Checkpoint.from_note(note, signer) for note in bundle.history]
        if previous is not None:
            marks.append(Checkpoint.from_note(previous.note, signer))
    except BadCheckpoint as error:
        return Verdict(entries=count, findings=(f"Not to be trusted: {error}.",))
    if previous is not None and marks[-1].size > signed.size:
        sentence = f"The earlier bundle held {marks[-1].size} entries, this one {signed.size}."
        return Verdict(entries=count, findings=(f"Entries were cut off: {sentence}",))
    findings, first_bad = _examine(bundle, signed, marks)
    return Verdict(
        entries=count,
        size=signed.size,
        root=signed.root.hex(),
        key=signer.text,
        findings=findings or bundle.doubts,
        first_bad=first_bad,
    )


def _examine(
    bundle: Bundle, signed: Checkpoint, marks: list[Checkpoint]
) -> tuple[tuple[str, ...], int | None]:
    """Grow the tree entry by entry, comparing it with each signed state on the way."""
    found = [leaf_hash(body) for body in bundle.bodies]
    tree, last_good = CompactRange(), 0
    for mark in sorted([*marks, signed], key=lambda mark: mark.size):
        tree.extend(found[tree.size : mark.size])
        if tree.size != mark.size or tree.root() != mark.root:
            return _locate(bundle, found, signed, last_good, mark.size)
        last_good = mark.size
    if len(found) > signed.size:
        sentence = f"Entry {signed.size} and what follows were added after signing."
        return (sentence,), signed.size
    return _leaves_agree(bundle, found)


def _leaves_agree(bundle: Bundle, found: list[bytes]) -> tuple[tuple[str, ...], int | None]:
    if bundle.leaves == found:
        return (), None
    sentence = "The list of leaf hashes was altered; the entries themselves are as signed."
    return (sentence,), None


def _locate(
    bundle: Bundle, found: list[bytes], signed: Checkpoint, last_good: int, bad_mark: int
) -> tuple[tuple[str, ...], int | None]:
    """Name the first bad entry: exactly where the leaf hashes are as signed, else a range."""
    leaves = bundle.leaves
    if len(leaves) != signed.size or root_of(leaves) != signed.root:
        sentence = (
            f"The first bad entry lies from {last_good} to {bad_mark - 1}; "
            "the leaf hashes were altered too, so it cannot be named more closely."
        )
        return (sentence,), last_good
    for index, leaf in enumerate(leaves):
        if index >= len(found):
            return (f"Entry {index} and what follows are missing.",), index
        if found[index] != leaf:
            return (_describe(bundle, found, index),), index
    return ("The entries fit the signed root, but not an earlier checkpoint.",), None


def _describe(bundle: Bundle, found: list[bytes], index: int) -> str:
    leaves, here = bundle.leaves, found[index]
    if here in leaves[index + 1 :]:
        other = leaves.index(here, index + 1)
        if found[other : other + 1] == [leaves[index]]:
            return f"Entry {index} and entry {other} were swapped."
        if other == index + 1:
            return f"Entry {index} is missing."
    if len(found) > len(leaves) and found[index + 1 : index + 2] == [leaves[index]]:
        return f"Entry {index}{_id_of(bundle.bodies[index])} was added after signing."
    return (
        f"Entry {index}{_id_of(bundle.bodies[index])} was altered: "
        f"signed as {leaves[index].hex()}, found {here.hex()}."
    )


def _id_of(body: bytes) -> str:
    try:
        said = json.loads(body)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    # What an altered entry says of itself may hold anything; only a plain word is repeated.
    return f" ({said})" if isinstance(said, str) and _PLAIN.fullmatch(said) else ""
