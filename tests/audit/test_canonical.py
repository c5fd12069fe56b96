"""One value has one text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.proof.canonical import NotCanonical, canonical

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=5), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(PLAIN)
def test_reading_and_writing_again_gives_the_same_bytes(value: object) -> None:
    text = canonical(value)  # type: ignore[arg-type]
    assert canonical(json.loads(text)) == text
    assert b"\n" not in text


@pytest.mark.parametrize("value", [1.5, 2**53, {"é": 1}, "\ud800", b"x"])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)  # type: ignore[arg-type]
