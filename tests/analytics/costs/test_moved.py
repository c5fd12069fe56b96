"""What discs cost: every part by hand, and which assumption a saving hangs on."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.costs.assumptions import DECLARED, Assumptions, BadAssumption
from analytics.costs.moved import DISCS, MOVE, sensitivity, what_if
from analytics.costs.per_disc import cost_per_disc, cost_per_link

PLAIN = Assumptions(
    handling_minutes=30,
    loaded_wage=40,
    disc_and_mailer=2,
    postage=8,
    ship_share=0.25,
    amortisation=1,
    failure_share=0.1,
    rework_minutes=60,
    link_minutes=6,
    link_price=0.5,
)
MONEY = st.floats(0, 1000)
SHARES = st.floats(0, 1)
ANY = st.builds(
    Assumptions,
    **{one.name: SHARES if one.name.endswith("_share") else MONEY for one in fields(Assumptions)},
)


def test_a_disc_costs_its_parts() -> None:
    cost = cost_per_disc(PLAIN)
    assert (cost.handling, cost.material, cost.postage, cost.amortisation) == (20, 2, 2, 1)
    assert cost.rework == pytest.approx(0.1 * (40 + 2 + 2))
    assert cost.whole == pytest.approx(29.4)
    assert cost_per_link(PLAIN) == pytest.approx(4.5)


def test_a_saving_names_its_volume() -> None:
    found = what_if(200, 0.5, PLAIN)
    assert (found.discs, found.moved) == (200, 100)
    assert found.saved == pytest.approx(100 * (29.4 - 4.5))


def test_links_that_cost_more_than_discs_are_a_loss() -> None:
    assert what_if(10, 1, replace(PLAIN, link_price=100)).saved < 0


@given(ANY, st.integers(0, 10_000), SHARES, st.integers(0, 500), SHARES)
def test_no_assumption_swings_the_saving_out_of_its_own_range(
    assumed: Assumptions, discs: int, share: float, unknown: int, by: float
) -> None:
    swings = sensitivity(discs, share, assumed, unknown=unknown, by=by)
    assert [one.width for one in swings] == sorted((one.width for one in swings), reverse=True)
    hangs_on = {one.name for one in fields(Assumptions)} | {MOVE, DISCS}
    assert {one.assumption for one in swings} == hangs_on
    assert len(swings) == len(hangs_on)
    now = what_if(discs, share, assumed).saved
    for one in swings:
        low, high = sorted((one.at_least, one.at_greatest))
        assert low <= now + 1e-6 * (1 + abs(now))
        assert now <= high + 1e-6 * (1 + abs(now))
        if one.assumption.endswith("_share") or one.assumption == MOVE:
            assert one.greatest <= 1


def test_the_share_moved_and_the_discs_of_unknown_channel_swing_too() -> None:
    swings = {one.assumption: one for one in sensitivity(200, 0.8, PLAIN, unknown=50)}
    each = 29.4 - 4.5
    move, discs = swings[MOVE], swings[DISCS]
    assert (move.least, move.greatest) == (0.4, 1.0)
    assert (move.at_least, move.at_greatest) == pytest.approx((80 * each, 200 * each))
    assert (discs.least, discs.greatest) == (200, 250)
    assert (discs.at_least, discs.at_greatest) == pytest.approx((160 * each, 200 * each))


def test_every_assumption_is_declared_with_where_it_comes_from() -> None:
    assert list(DECLARED) == [one.name for one in fields(Assumptions)]
    for one in DECLARED.values():
        assert one.basis.endswith(".") and one.label


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_impossible_assumptions_are_refused(bad: float) -> None:
    with pytest.raises(BadAssumption, match="postage"):
        replace(PLAIN, postage=bad)
    with pytest.raises(BadAssumption, match="share from 0 to 1"):
        replace(PLAIN, ship_share=1.5)
    with pytest.raises(BadAssumption):
        what_if(-1, 0.5, PLAIN)
    with pytest.raises(BadAssumption):
        what_if(1, bad, PLAIN)
    with pytest.raises(BadAssumption):
        sensitivity(1, 0.5, PLAIN, by=bad)
    with pytest.raises(BadAssumption, match="1,000,000"):
        replace(PLAIN, postage=1e7)
