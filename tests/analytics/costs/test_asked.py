"""What a reader writes is read as meant, or refused with a sentence; nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.costs.asked import WORDS, Asked, asked_of, in_three_figures, written
from analytics.costs.assumptions import MOST, USUAL


def test_what_is_left_out_or_blank_is_as_usual() -> None:
    assert asked_of({}) == asked_of({"postage": " ", "move": ""}) == Asked()
    assert asked_of({"something": "else"}).assumed == USUAL


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("postage", "8", 8.0),
        ("postage", "$8.25", 8.25),
        ("link_price", ".5", 0.5),
        ("failure_share", "5%", 0.05),
        ("failure_share", "0.05", 0.05),
        ("ship_share", "100%", 1.0),
        ("handling_minutes", " 12.5 ", 12.5),
    ],
)
def test_a_number_is_read_in_its_unit(name: str, text: str, value: float) -> None:
    asked = asked_of({name: text})
    assert not asked.problems
    assert getattr(asked.assumed, name) == pytest.approx(value)


@pytest.mark.parametrize("text", ["40", "40%", "40 %", "40.0"])
def test_what_moves_is_percent_with_or_without_the_sign(text: str) -> None:
    assert asked_of({"move": text, "swing": text}).move == pytest.approx(0.4)
    assert asked_of({"move": text, "swing": text}).swing == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("postage", "x", "“x” is not a number of dollars"),
        ("postage", "-1", "is not a number"),
        ("postage", "nan", "is not a number"),
        ("postage", "inf", "is not a number"),
        ("postage", "1e3", "is not a number"),
        ("postage", "1,500", "is not a number"),
        ("postage", "٣", "is not a number"),
        ("postage", "9999999", "the most is 1,000,000"),
        ("failure_share", "5", "Write “5%” if you mean percent"),
        ("failure_share", "1", "Write “1%” if you mean percent"),
        ("failure_share", "$0.05", "is not a share"),
        ("failure_share", "140%", "is not a percentage from 0 to 100"),
        ("move", "140", "is not a percentage from 0 to 100"),
        ("move", "half", "is not a percentage"),
        ("swing", "101%", "is not a percentage"),
        ("postage", "9" * 5000, "is not a number"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_changes_nothing(
    name: str, text: str, says: str
) -> None:
    asked = asked_of({name: text, "loaded_wage": "40"})
    assert set(asked.problems) == {name}
    assert says in asked.problems[name]
    assert len(asked.problems[name]) < 200
    assert asked.assumed.loaded_wage == 40


@given(st.sampled_from(WORDS), st.floats(0, 0.99))
def test_what_the_form_writes_is_read_back(name: str, value: float) -> None:
    asked = asked_of({name: written(name, value)})
    assert not asked.problems
    found = getattr(asked, name) if name in ("move", "swing") else getattr(asked.assumed, name)
    assert found == pytest.approx(value, abs=1e-6)


@given(st.sampled_from(WORDS), st.text(max_size=30))
def test_a_text_is_a_number_that_may_be_or_a_problem_of_its_field(name: str, text: str) -> None:
    asked = asked_of({name: text})
    assert set(asked.problems) <= {name}
    found = getattr(asked, name) if name in ("move", "swing") else getattr(asked.assumed, name)
    assert 0 <= found <= MOST


@pytest.mark.parametrize(
    ("failed", "made", "says"),
    [
        (1, 5000, "0.02%"),
        (17, 432, "3.94%"),
        (1, 4, "25%"),
        (4999, 5000, "99.98%"),
        (9, 9, "100%"),
    ],
)
def test_a_share_of_few_among_many_is_not_written_as_none(
    failed: int, made: int, says: str
) -> None:
    assert in_three_figures("failure_share", failed / made) == says
    read = asked_of({"failure_share": says}).assumed.failure_share
    assert read == pytest.approx(failed / made, rel=0.005)
