"""Costs, what-if and turnaround without codes give what a person worked out by hand."""

from typing import Any

import pytest

from analytics.costs.answer import Costs, costs
from analytics.costs.asked import WORDS, asked_of
from analytics.costs.volume import volume_of
from analytics.metrics.selection import Selection
from analytics.metrics.without import told
from analytics.mirror.fold import fold
from tests.spec.test_worked_examples import Example, examples

ALL = list(examples())
COSTS = [one for one in ALL if one.table("hangs on")]
WITHOUT = [one for one in ALL if one.table("without")]


def computed(example: Example) -> Costs:
    said = {row["assumption"]: row["value"] for row in example.table("assumption")}
    assert set(said) == set(WORDS)
    asked = asked_of(said)
    assert not asked.problems
    return costs(volume_of(fold(example.log()), Selection()), asked)


def numbers(example: Example, names: str, values: str) -> dict[str, Any]:
    return {row[names]: pytest.approx(float(row[values])) for row in example.table(names)}


@pytest.mark.parametrize("example", COSTS, ids=lambda one: one.name)
def test_discs_are_counted_as_the_example_says(example: Example) -> None:
    volume = computed(example).volume
    assert numbers(example, "counted", "n") == {
        "discs": volume.discs,
        "not discs": sum(volume.apart.values()),
        "unknown": volume.unknown,
        "deliveries": volume.deliveries,
        "failed": volume.failures.failed,
        "made": volume.failures.made,
    }


@pytest.mark.parametrize("example", COSTS, ids=lambda one: one.name)
def test_a_disc_costs_its_parts_and_what_moves_sets_free(example: Example) -> None:
    found = computed(example)
    assert numbers(example, "part", "dollars") == {
        **vars(found.per_disc),
        "one disc": found.per_disc.whole,
        "one link": found.per_link,
    }
    figures = {"set free": found.surely.saved, "set free at most": found.at_most.saved}
    assert numbers(example, "figure", "dollars") == figures


@pytest.mark.parametrize("example", COSTS, ids=lambda one: one.name)
def test_the_widest_swing_comes_first(example: Example) -> None:
    found, rows = computed(example), example.table("hangs on")
    swings = {one.assumption: one for one in found.swings}
    assert set(swings) == {row["hangs on"] for row in rows}
    for row in rows:
        one = swings[row["hangs on"]]
        said = [float(text) for text in list(row.values())[1:]]
        assert [one.least, one.greatest, one.at_least, one.at_greatest] == pytest.approx(said)
    widths = [one.width for one in found.swings]
    assert widths == sorted(widths, reverse=True)
    written = [swings[row["hangs on"]].width for row in rows]
    assert written == pytest.approx(widths)


@pytest.mark.parametrize("example", WITHOUT, ids=lambda one: one.name)
def test_nine_in_ten_without_codes_is_as_worked_out(example: Example) -> None:
    found = told(fold(example.log()), Selection())
    assert found is not None
    for row in example.table("without"):
        one = found.without(row["without"].split(", "))
        counted = [one.requests, one.hours, one.n, one.still_open, one.now.days, one.without.days]
        assert counted == pytest.approx([float(text) for text in list(row.values())[1:]]), row


def test_each_has_an_example() -> None:
    assert COSTS and WITHOUT
