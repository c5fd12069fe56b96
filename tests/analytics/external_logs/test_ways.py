"""A cell names each way of sending once, however its words are set apart."""

import pytest

from analytics.external_logs.values import channels_of, speaks_our_channels
from requests_app.vocabulary import Channel, Medium
from requests_app.words import WORDS

CD = ("physical_cd", Medium.PHYSICAL)


@pytest.mark.parametrize("cell", ["CD + zorp", "CD/zorp", "cd;zorp", "CD | zorp", "CD and zorp"])
def test_words_may_be_set_apart_in_any_usual_way(cell: str) -> None:
    assert channels_of(cell, {}) == [CD, ("zorp", Medium.UNKNOWN)]


@pytest.mark.parametrize("cell", ["CD", "CD+CD+CD", "CD; cd", ";CD;"])
def test_a_way_that_is_named_again_is_one_way(cell: str) -> None:
    assert channels_of(cell, {}) == [CD]


LONG = "CD;" + ";".join(f"w{at}" for at in range(60_000))
"""It was split, and each of its parts bore the whole text: 20 GB."""


@pytest.mark.parametrize(
    "cell",
    ["zorp;blib", ";;", "+", "|", LONG, "CD/" * 8 + "b", "CD " * 40],
    ids=lambda cell: cell[:9],
)
def test_what_nobody_knows_keeps_its_spelling(cell: str) -> None:
    assert channels_of(cell, {}) == [(cell, Medium.UNKNOWN)]


def test_one_word_with_a_meaning_is_no_chance() -> None:
    said = {"Desk": 60, "Runner": 30, "Window": 10}
    assert not speaks_our_channels({**said, "CD": 5}, {})
    assert not speaks_our_channels(said, {"Window": "unknown"})
    assert not speaks_our_channels(said, {"Elsewhere": "physical_cd"})
    assert speaks_our_channels(said, {"Window": "physical_cd"})


def test_a_mail_claims_no_encryption_that_nobody_said() -> None:
    ways = [channels_of(word, {}) for word in ("e-mail", "Email", "Encrypted email")]
    assert ways == [[("p2p_email", Medium.LINK)]] * 3
    assert WORDS[Channel][Channel.P2P_EMAIL] == "Email"
