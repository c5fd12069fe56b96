"""The tree is RFC 6962's, and every proof of every size verifies."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_made import inclusion_proof

from audit.proof.merkle import (
    CompactRange,
    leaf_hash,
    root_of,
    verify_inclusion,
)

# Inputs and roots of the reference test data of RFC 6962 implementations.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_roots_are_those_of_the_reference_vectors(size: int, root: str) -> None:
    assert root_of([leaf_hash(body) for body in INPUTS[:size]]).hex() == root


def test_a_leaf_cannot_pass_for_a_node() -> None:
    assert leaf_hash(b"a") != hashlib.sha256(b"\x01a").digest()


def test_every_inclusion_proof_up_to_33_verifies() -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(33)]
    for size in range(1, 34):
        root = root_of(leaves[:size])
        for index in range(size):
            path = inclusion_proof(leaves[:size], index)
            assert verify_inclusion(
                leaf=leaves[index], index=index, size=size, path=path, root=root
            )
            assert not verify_inclusion(
                leaf=leaf_hash(b"other"), index=index, size=size, path=path, root=root
            )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=8), max_size=60), st.integers(0, 60))
def test_a_log_grown_in_two_sittings_has_the_same_root(bodies: list[bytes], cut: int) -> None:
    leaves = [leaf_hash(body) for body in bodies]
    first = CompactRange()
    first.extend(leaves[:cut])
    second = CompactRange.from_bytes(first.size, first.to_bytes())
    second.extend(leaves[cut:])
    assert second.root() == root_of(leaves)
