"""A cell names each way of sending once, however its words are set apart."""

import pytest

from analytics.external_logs.values import channels_of
from requests_app.vocabulary import Medium

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
