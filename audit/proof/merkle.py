"""Merkle tree of a log: leaves, root and inclusion (RFC 6962 section 2.1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

# 0x00 opens a leaf, 0x01 a node: neither can pass for the other (RFC 6962 §2.1).
_LEAF, _NODE = b"\x00", b"\x01"
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of one entry's bytes."""
    return sha256(_LEAF + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(_NODE + left + right).digest()


@dataclass
class CompactRange:
    """The roots of the perfect subtrees of a growing log, largest first.

    Appending costs one hash on average; the state is at most 64 hashes, however long the log.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        peaks, carry = self.peaks, self.size
        while carry & 1:
            leaf = sha256(_NODE + peaks.pop() + leaf).digest()
            carry >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add many leaf hashes."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """Return the root of all that was appended."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """Return the state, to be stored beside a checkpoint."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, state: bytes) -> "CompactRange":
        """Return a range from its stored state; ValueError where the two do not fit."""
        if len(state) != 32 * size.bit_count():
            raise ValueError(f"{len(state)} bytes of state do not fit a log of {size} entries")
        return cls(size, [state[i : i + 32] for i in range(0, len(state), 32)])


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over all leaf hashes."""
    compact = CompactRange()
    compact.extend(leaves)
    return compact.root()


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Say whether the path leads from the leaf at `index` to the root of `size` leaves."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root
