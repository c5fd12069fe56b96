"""Signatures are checked as RFC 8032 says."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.proof.ed25519 import ORDER, verify

# RFC 8032 section 7.1, TEST 2.
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_vector_of_the_standard_verifies() -> None:
    assert verify(PUBLIC, b"\x72", SIGNATURE)


def test_a_signature_with_a_scalar_past_the_order_is_refused() -> None:
    scalar = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    assert not verify(PUBLIC, b"\x72", SIGNATURE[:32] + scalar.to_bytes(32, "little"))


def test_a_key_that_is_no_point_is_refused() -> None:
    assert not verify(b"\xff" * 32, b"\x72", SIGNATURE)
    assert not verify(b"", b"\x72", SIGNATURE)


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 63))
def test_our_check_agrees_with_the_library_and_sees_any_flipped_byte(
    message: bytes, place: int
) -> None:
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify(public, message, signature)
    bad = bytearray(signature)
    bad[place] ^= 1
    assert not verify(public, message, bytes(bad))
