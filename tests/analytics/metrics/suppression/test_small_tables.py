"""Tables small enough to check by hand."""

import pytest

from analytics.metrics.suppression.cells import Cell, CountTable, Figure, Inconsistent, Sum, cell
from analytics.metrics.suppression.pack import Pack, Published, Why, suppress
from tests.analytics.metrics.suppression.attacker import Attacker
from tests.analytics.metrics.suppression.made import share, table


def seen(pack: Pack, one: CountTable) -> dict[str, int | None]:
    """What a reader sees of a table, margins named as 'all'."""
    return {
        " ".join(word or "all" for word in place): pack.value(one.at(place)) for place in one.cells
    }


def test_a_table_of_large_counts_and_zeros_is_shown_whole() -> None:
    one = table([[11, 0], [250, 12]])
    pack = suppress([one])
    assert pack.hidden == frozenset()
    assert {pack.value(one.at(place)) for place in one.cells} == set(one.cells.values())


def test_beside_one_small_count_the_smallest_other_is_hidden_not_the_total() -> None:
    one = table([5, 15, 40, 0])
    pack = suppress([one])
    assert seen(pack, one) == {"f0": None, "f1": None, "f2": 40, "f3": 0, "all": 60}
    assert pack.cells[one.at(("f0",))] == Published(value=None, why=Why.PRIMARY)
    assert pack.cells[one.at(("f1",))] == Published(value=None, why=Why.COMPLEMENTARY)


def test_a_small_count_alone_under_its_total_hides_the_total() -> None:
    one = table([[7, 0], [30, 40]])
    pack = suppress([one])
    assert seen(pack, one)["f0 m0"] is None
    assert seen(pack, one)["f0 all"] is None


def test_two_small_counts_whose_sum_is_small_hide_a_third() -> None:
    """Their sum would follow from the total, and bound each of them below ten."""
    one = table([3, 4, 50, 60])
    pack = suppress([one])
    assert seen(pack, one) == {"f0": None, "f1": None, "f2": None, "f3": 60, "all": 117}


def test_two_small_counts_whose_sum_is_eleven_hide_nothing_more() -> None:
    one = table([5, 6, 50])
    assert seen(suppress([one]), one) == {"f0": None, "f1": None, "f2": 50, "all": 61}


def test_where_all_is_small_nothing_but_zeros_is_shown() -> None:
    one = table([[1, 2], [0, 3]])
    assert {value for value in seen(suppress([one]), one).values()} == {None, 0}


def test_a_small_margin_is_hidden_with_its_parts() -> None:
    one = table([[2, 3], [40, 50], [60, 70]])
    shown = seen(suppress([one]), one)
    assert shown["f0 all"] is None
    assert shown["f0 m0"] is None and shown["f0 m1"] is None
    assert shown["all all"] == 225


def test_ten_hidden_ones_under_a_hidden_ten_stay_unknown() -> None:
    """They would not if readers were told which counts are hidden for being small."""
    one = table([1] * 10)
    reader = Attacker([suppress([one])])
    assert reader.of(one.at(("f0",)))[1] >= 10
    reader.rows.append((reader.cells[0, one.at((None,))], 1, 10))
    assert reader.of(one.at(("f0",))) == (1, 1)


def test_a_total_that_stands_in_another_table_counts() -> None:
    """Facilities alone are safe; with the months beside them they give a small count away."""
    by_facility = table([30, 40], margins=False)
    by_both = table([[25, 5], [20, 20]], margins=False)
    assert suppress([by_facility]).hidden == frozenset()
    alone = suppress([by_both])
    assert len(alone.hidden) == 1
    both = suppress([by_facility, by_both])
    assert len(both.hidden) >= 2
    small = by_both.at(("f0", "m1"))
    low, high = Attacker([both]).of(small)
    assert low <= 1 and high >= 10


def test_a_percentage_with_a_small_numerator_is_not_shown() -> None:
    n, hits = table([200], margins=False), table([7], margins=False, counted="on disc")
    place = ("f0",)
    pack = suppress([n, hits], figures=[share("disc", hits.at(place), n.at(place), (7, 200))])
    assert pack.figures == {"disc": None}
    assert pack.value(hits.at(place)) is None
    assert pack.value(n.at(place)) == 200


def test_a_percentage_that_leaves_a_small_rest_is_not_shown() -> None:
    """195 of 200 tells of five."""
    n, hits = table([200], margins=False), table([195], margins=False, counted="on disc")
    place = ("f0",)
    pack = suppress([n, hits], figures=[share("disc", hits.at(place), n.at(place), (195, 200))])
    assert pack.figures == {"disc": None}
    assert {pack.value(n.at(place)), pack.value(hits.at(place))} == {200, None}


def test_none_and_all_are_shares_that_may_be_shown() -> None:
    n, hits = table([200, 30], margins=False), table([0, 30], margins=False, counted="on disc")
    places = (("f0",), ("f1",))
    shares = [
        share(place[0], hits.at(place), n.at(place), (hits.cells[place], n.cells[place]))
        for place in places
    ]
    assert suppress([n, hits], figures=shares).figures == {"f0": 0.0, "f1": 100.0}


def test_a_rounded_percentage_gives_a_numerator_away_to_the_attacker() -> None:
    """Had the share been shown beside the hidden numerator, it would have been exact."""
    n, hits = table([200], margins=False), table([7], margins=False, counted="on disc")
    place = ("f0",)
    pack = suppress([n, hits], figures=[share("disc", hits.at(place), n.at(place), (7, 200))])
    leaking = Pack(**{**pack.__dict__, "figures": {"disc": 3.5}})
    assert Attacker([leaking]).of(hits.at(place)) == (7, 7)
    assert Attacker([pack]).of(hits.at(place)) == (1, 199)


@pytest.mark.parametrize(("n", "shown"), [(10, None), (11, 2.5)])
def test_a_quantile_needs_eleven(n: int, shown: float | None) -> None:
    one = table([n], margins=False)
    median = Figure(name="median", value=2.5, n=one.at(("f0",)))
    assert suppress([one], figures=[median]).figures == {"median": shown}


def test_a_pack_that_grew_by_a_few_warns_and_hides_what_the_difference_tells() -> None:
    before = suppress([table([100, 200, 300])])
    now = table([104, 200, 330])
    after = suppress([now], earlier=[before])
    said = {(one.cell.where, one.earlier, one.difference) for one in after.warnings}
    assert said == {((("facility", "f0"),), 0, 4)}
    assert before.hidden == frozenset()
    shown = seen(after, now)
    assert shown["f0"] is None
    assert shown["f1"] == 200
    assert [shown["f2"], shown["all"]].count(None) == 1


def test_a_change_is_hidden_from_readers_who_do_not_know_how_the_total_changed() -> None:
    """Found by the attack: 8 became 17, which would have bounded the eight that was hidden."""
    history = [table([5, 1, 8, 3])] + [
        table(counts, margins=False) for counts in ([0, 1, 8, 3], [0, 0, 17, 3])
    ]
    packs: list[Pack] = []
    for one in history:
        packs.append(suppress([one], earlier=packs))
    assert packs[-1].value(history[-1].at(("f2",))) is None


def test_a_pack_that_shows_what_an_earlier_one_hid_is_not_let_out() -> None:
    """Each alone is safe; together they would give the small count away."""
    small = table([5, 15, 40])
    first = suppress([small])
    other = suppress([table([5, 15, 40], margins=False)])
    assert small.at(("f1",)) not in other.hidden
    after = suppress([table([5, 15, 40], margins=False)], earlier=[first])
    assert after.hidden == first.hidden


def test_packs_that_differ_by_nothing_or_by_much_are_not_warned_of() -> None:
    before = suppress([table([100, 200])])
    assert suppress([table([100, 250])], earlier=[before]).warnings == ()


def test_a_sum_that_is_told_protects_as_a_table_does() -> None:
    """Those looked at and those left out make up all, whichever table they stand in."""
    tables = [
        CountTable(counted=name, cells={(): n})
        for name, n in (("all", 100), ("done", 94), ("open", 6))
    ]
    parts = Sum(cell("all"), (cell("done"), cell("open")))
    assert suppress(tables).hidden == {cell("open")}
    assert len(suppress(tables, sums=[parts]).hidden) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: CountTable(counted="x", dimensions=("a",), cells={("u",): 3, (None,): 4}),
        lambda: CountTable(counted="x", dimensions=("a",), cells={("u",): -1}),
        lambda: CountTable(counted="x", dimensions=("a",), cells={("u", "v"): 1}),
        lambda: CountTable(counted="x", dimensions=("a", "a"), cells={}),
        lambda: suppress([table([20, 30]), table([20, 31])]),
        lambda: suppress([table([20])], sums=[Sum(Cell("nowhere"), ())]),
        lambda: suppress(
            [table([20], margins=False), table([30], margins=False, counted="part")],
            sums=[Sum(cell("requests", facility="f0"), (cell("part", facility="f0"),))],
        ),
        lambda: suppress([table([20])], threshold=2),
    ],
)
def test_counts_that_contradict_each_other_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"\w") as refused:
        wrong()  # type: ignore[operator]
    assert isinstance(refused.value, Inconsistent) or "threshold" in str(refused.value)


@pytest.mark.parametrize("high", [3, 40, 400])
def test_a_table_of_twenty_facilities_and_twelve_months_takes_seconds_of_a_processor(
    high: int,
) -> None:
    import time

    import numpy as np

    counts = np.random.default_rng(7).integers(0, high, (20, 12))
    started = time.process_time()
    pack = suppress([table(counts)])
    assert pack.hidden
    assert time.process_time() - started < 4
