"""Results that are published give no small count away, alone or together."""

import json
from dataclasses import asdict
from math import inf

import pytest
import synthetic
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.definition import Group, Result
from analytics.metrics.selection import Selection
from analytics.metrics.slices import GROUPINGS
from analytics.metrics.suppression.published import PublishedResult
from analytics.metrics.suppression.results import suppressed, suppressed_together
from tests.analytics.metrics.oracle_answers import linear_quantile
from tests.analytics.metrics.suppression.attacker import Attacker, added
from tests.analytics.statistics.plain_curve import kaplan_meier, time_when
from tests.depth import examples

HIDDEN = "hidden: fewer than 11, or it would tell a count that is"
COUNTS = st.sampled_from([0, 1, 2, 4, 9, 10, 11, 13, 25, 60])


def result(key: str, n: int, hits: float | None = None, **more: object) -> Result:
    """Return a result of a measure; a share where there are hits."""
    metric = BY_KEY[key]
    value = None if n == 0 else 4.2 if hits is None else 100 * hits / n
    facts = {"key": key, "label": metric.label, "unit": metric.unit, "value": value, "n": n}
    return Result(**{**facts, "numerator": hits, "denominator": n, **more})


def numbers(one: PublishedResult) -> set[float]:
    """Every count that is printed of a result."""
    groups = [count for group in one.by for count in (group.n, group.numerator)]
    found = {one.n, one.numerator, one.denominator, one.unknown, *one.excluded.values(), *groups}
    return {count for count in found if count is not None}


def test_a_result_of_large_counts_is_published_as_it_is() -> None:
    said = result("sla_compliance", 200, 150, low=68.6, high=80.5, excluded={"not due yet": 12})
    assert asdict(suppressed(said)) == asdict(said)


def test_a_share_with_a_small_numerator_hides_all_that_tells_it() -> None:
    found = suppressed(result("sla_compliance", 200, 5, low=1.1, high=5.7))
    assert (found.value, found.numerator, found.low, found.high) == (None, None, None, None)
    assert found.n == 200
    assert found.why == HIDDEN


def test_a_share_that_leaves_a_small_rest_is_hidden() -> None:
    found = suppressed(result("sla_compliance", 200, 195))
    assert found.value is None
    assert found.why == HIDDEN


def test_ten_requests_have_no_median_and_eleven_have_one() -> None:
    few, enough = (suppressed(result("turnaround_median", n)) for n in (10, 11))
    assert (few.value, few.n, few.why) == (None, None, HIDDEN)
    assert (enough.value, enough.n, enough.why) == (4.2, 11, None)


def test_nothing_and_its_reason_stand() -> None:
    nothing = Result(key="sla_compliance", label="x", unit="%", value=None, why="no request")
    found = suppressed(nothing)
    assert (found.n, found.value, found.why) == (0, None, "no request")


def test_a_small_number_of_unknown_hides_the_range_that_they_make() -> None:
    said = result("physical_media_share_out", 200, 50, unknown=4, low=25.0, high=27.0)
    found = suppressed(said)
    assert (found.value, found.n, found.unknown) == (25.0, 200, None)
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize(("again", "shows"), [(0, True), (1, False), (10, False), (11, True)])
def test_a_mean_of_counts_tells_their_total_and_hides_with_it(again: int, *, shows: bool) -> None:
    """0.015 further deliveries a request, of 200, are three."""
    said = result("rework_rate", 200, again, value=again / 200, low=0.0, high=0.2)
    found = suppressed(said)
    assert (found.value, found.numerator) == ((again / 200, again) if shows else (None, None))
    assert (found.n, found.why) == (200, None if shows else HIDDEN)


def test_a_few_touches_of_one_facility_do_not_follow_from_those_of_the_rest() -> None:
    groups = [
        Group(group=f"f{i}", value=n / 50, n=50, numerator=n) for i, n in enumerate((4, 60, 90))
    ]
    said = result("manual_touches_mean", 150, 154, value=154 / 150, by=tuple(groups))
    found = suppressed(said, by="facility")
    assert [group.numerator for group in found.by] == [None, None, 90]
    assert [group.value for group in found.by] == [None, None, 1.8]
    assert (found.numerator, found.value) == (154, 154 / 150)


def test_the_interval_of_a_mean_of_counts_is_not_shown() -> None:
    """It tells the squares: 11 touches whose squares add up to 13 are of ten requests."""
    touches = suppressed(result("manual_touches_mean", 200, 11, low=0.02, high=0.09))
    days = suppressed(result("turnaround_mean", 200, low=4.0, high=4.4))
    assert (touches.value, touches.low, touches.high) == (5.5, None, None)
    assert (days.low, days.high) == (4.0, 4.4)


def test_a_group_that_is_small_hides_a_second_one() -> None:
    groups = [Group(group=name, value=4.0, n=n) for name, n in (("a", 5), ("b", 20), ("c", 300))]
    found = suppressed(result("turnaround_mean", 325, by=tuple(groups)), by="facility")
    assert [group.n for group in found.by] == [None, None, 300]
    assert [group.value for group in found.by] == [None, None, 4.0]
    assert [group.why for group in found.by] == [HIDDEN, HIDDEN, None]
    assert found.n == 325


def test_groups_spelled_alike_are_told_apart() -> None:
    groups = tuple(Group(group="None", value=4.0, n=n) for n in (20, 30))
    found = suppressed(result("turnaround_mean", 50, by=groups), by="facility")
    assert [(group.group, group.n) for group in found.by] == [("None", 20), ("None", 30)]


def test_measures_over_the_same_requests_are_hidden_together() -> None:
    """100 received less 94 released tells of 6 open; each number alone may stand."""
    received = result("requests_received", 100, 100, value=100.0, denominator=None)
    released = result("turnaround_mean", 94, excluded={"open": 6})
    assert suppressed(received).n == 100
    assert suppressed(released).n == 94
    found = suppressed_together([received, released])
    assert found["turnaround_mean"].excluded == {"open": None}
    assert [found[key].n for key in ("requests_received", "turnaround_mean")].count(None) == 1


def test_discs_do_not_follow_from_the_channels() -> None:
    """CD + USB = what leaves on discs: a small USB must not be the difference."""
    words = (("physical_cd", 90), ("physical_usb", 6), ("link_secure", 60), ("network_vendor", 50))
    channels = result(
        "deliveries_by_channel",
        206,
        value=206.0,
        by=tuple(Group(group=word, value=float(n), n=n) for word, n in words),
    )
    alone = suppressed(channels)
    assert [group.n for group in alone.by] == [90, None, 60, None]
    found = suppressed_together([channels, result("physical_media_share_out", 206, 96)])
    assert [group.n for group in found["deliveries_by_channel"].by] == [None, None, 60, 50]
    assert found["physical_media_share_out"].numerator == 96


@pytest.mark.parametrize(
    ("key", "fewest"), [("turnaround_median", 11), ("turnaround_p90", 11), ("turnaround_p95", 21)]
)
def test_a_quantile_between_the_greatest_value_and_the_one_before_is_not_shown(
    key: str, fewest: int
) -> None:
    """Of eleven values twice P95 less P90 is the greatest."""
    for n in range(1, 40):
        found = suppressed(result(key, n))
        assert (found.value is not None) is (n >= fewest), n
        assert found.why == (None if n >= fewest else HIDDEN)
        values = [float(i) for i in range(n - 1)]
        wild = (linear_quantile([*values, end], BY_KEY[key].quantile) for end in (n, 9 * n))
        assert found.value is None or len(set(wild)) == 1, n


def test_an_interval_that_ends_at_the_least_or_greatest_value_is_not_shown() -> None:
    times = [float(i) for i in range(40)]
    for key, shows in (("turnaround_median", True), ("turnaround_p95", False)):
        found = suppressed(result(key, len(times), low=13.0, high=39.0))
        assert (found.low is not None) is shows, key


@settings(max_examples=examples(20), deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=11, max_size=40))
def test_a_censored_quantile_is_never_the_last_release_nor_the_first(
    drawn: list[tuple[int, bool]],
) -> None:
    times = [one + i / 1000 for i, (one, _) in enumerate(drawn)]
    released = [out for _, out in drawn]
    ends = [time for time, out in zip(times, released, strict=True) if out]
    for key, q in (("turnaround_censored_median", 0.5), ("turnaround_censored_p90", 0.9)):
        value = time_when(kaplan_meier(times, released), q)
        said = result(key, len(times), sum(released), value=value)
        found = suppressed(said).value
        assert found in (None, value)
        assert found is None or min(ends) < found < max(ends)


@st.composite
def measures(draw: st.DrawFn) -> list[Result]:
    """Requests received, released and due, by facility, with those left out."""
    received = draw(st.lists(COUNTS, min_size=1, max_size=4))
    names = [f"f{i}" for i in range(len(received))]

    def some(of: list[int]) -> list[int]:
        return [n - min(draw(COUNTS), n) for n in of]

    released, due = some(received), some(received)
    met = some(due)

    def by(counts: list[int], hits: list[int] | None = None) -> tuple[Group, ...]:
        return tuple(
            Group(
                group=name,
                value=float(n) if n else None,
                n=n,
                numerator=None if hits is None else hits[i],
            )
            for i, (name, n) in enumerate(zip(names, counts, strict=True))
        )

    left = {"open": sum(received) - sum(released), "not due yet": sum(received) - sum(due)}
    excluded = {why: {why: n} if n else {} for why, n in left.items()}
    total = sum(received)
    return [
        result("requests_received", total, total, by=by(received, received), denominator=None),
        result("turnaround_mean", sum(released), by=by(released), excluded=excluded["open"]),
        result(
            "sla_compliance", sum(due), sum(met), by=by(due, met), excluded=excluded["not due yet"]
        ),
    ]


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
@given(measures())
def test_no_count_follows_from_several_results(results: list[Result]) -> None:
    found = suppressed_together(results, by="facility")
    assert not {n for one in found.values() for n in numbers(one)} & set(range(1, 11))
    reader, outsider = Attacker([]), Attacker([])
    wanted = [*told(results, found, reader, sees=True)]
    told(results, found, outsider, sees=False)
    for terms, count in wanted:
        if 0 < count < 11:
            (low, high), widest = reader.bounds(terms), outsider.bounds(terms)
            assert low <= max(1, widest[0]), (low, high, widest)
            assert high >= min(10, widest[1]), (low, high, widest)


def told(
    results: list[Result], found: dict[str, PublishedResult], reader: Attacker, *, sees: bool
) -> list[tuple[dict, int]]:
    """Tell a reader all that is printed; return every count, and every difference, to go for.

    Unknown are, of every facility, those counted and the rest of each measure; those received are
    all that a measure looks at and all that it leaves out.
    """
    counts: list[tuple[dict, int]] = []

    def learn(terms: dict, count: float, shown: float | None) -> None:
        is_seen = count == 0 or (sees and shown is not None)
        reader.rows.append((terms, *((count, count) if is_seen else (1, inf))))
        counts.append((terms, int(count)))

    wholes = {}
    for said in results:
        one = found[said.key]
        is_share = said.key == "sla_compliance"
        hit, rest = ({(said.key, part, group.group): 1 for group in said.by} for part in "hr")
        groups = list(zip(said.by, one.by, strict=True))
        for group, shown in groups:
            yes, no = ({(said.key, part, group.group): 1} for part in "hr")
            learn(added(yes, no), group.n, shown.n)
            if is_share:
                learn(yes, group.numerator or 0, shown.numerator)
                learn(no, group.n - (group.numerator or 0), None)
            else:
                reader.rows.append((no, 0, 0))
        learn(added(hit, rest), said.n, one.n)
        if is_share:
            learn(hit, said.numerator or 0, one.numerator)
            learn(rest, said.n - (said.numerator or 0), None)
        wholes[said.key] = added(hit, rest)
        for why, n in said.excluded.items():
            learn({(said.key, why): 1}, n, one.excluded[why])
            wholes[said.key] = added(wholes[said.key], {(said.key, why): 1})
    everything = wholes.pop("requests_received")
    for terms in wholes.values():
        reader.rows.append((added(everything, {name: -n for name, n in terms.items()}), 0, 0))
    return counts


@pytest.mark.parametrize("by", [None, *GROUPINGS])
def test_no_small_count_of_any_measure_is_published(by: str | None) -> None:
    results = compute(synthetic.mirror(), Selection(), by=by)
    found = suppressed_together(results.values(), by=by)
    assert set(found) == set(BY_KEY)
    for key, one in found.items():
        assert not numbers(one) & set(range(1, 11)), key
        assert (one.value is None) <= (one.why is not None), key
        for group in one.by:
            assert (group.n is None) <= (group.why == HIDDEN)
            assert group.n is not None or group.value is None
        for name in ("value", "numerator", "denominator", "n", "unknown", "low", "high"):
            said = getattr(results[key], name)
            assert getattr(one, name) in (None, said if said is None else pytest.approx(said)), key
    assert any(one.why == HIDDEN for one in found.values()), "nothing was small: no test"
    assert any(one.why is None for one in found.values())


@pytest.mark.usefixtures("small_source")
def test_the_command_publishes_nothing_small(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("metrics", "--json")
    whole = {one["key"]: one for one in json.loads(capsys.readouterr().out)["metrics"]}
    call_command("metrics", "--publish", "--json")
    told_of = {one["key"]: one for one in json.loads(capsys.readouterr().out)["metrics"]}
    assert {key: list(one) for key, one in told_of.items()} == {
        key: list(one) for key, one in whole.items()
    }
    assert 0 < whole["late_requests"]["n"] < 11
    late = told_of["late_requests"]
    assert (late["n"], late["value"], late["why"]) == (None, None, HIDDEN)
    assert told_of["requests_received"]["n"] == whole["requests_received"]["n"]


@pytest.mark.usefixtures("small_source")
def test_the_command_says_in_words_what_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("metrics", "--publish", "--key", "late_requests", "--key", "at_risk_requests")
    said = capsys.readouterr().out
    assert f"Late requests: - ({HIDDEN})" in said


def test_grades_tell_each_other() -> None:
    """Usable at once, after rework and not usable are all that came, where all was tested."""
    keys = ("immediately_usable", "usable_after_rework", "not_usable")
    results = [result(key, 100, hits) for key, hits in zip(keys, (60, 35, 5), strict=True)]
    assert suppressed(results[1]).numerator == 35
    found = suppressed_together(results)
    assert found["not_usable"].numerator is None
    assert [found[key].numerator for key in keys[:2]].count(None) == 1


def test_the_untested_are_a_part_of_what_came() -> None:
    """100 that came, less 50, 20, and 24 that nobody tested, are 6 that cannot be used."""
    keys = ("immediately_usable", "usable_after_rework", "not_usable")
    results = [
        result(key, 100, hits, unknown=24) for key, hits in zip(keys, (50, 20, 6), strict=True)
    ]
    found = suppressed_together(results)
    shown = [found[key].numerator for key in keys[:2]]
    assert None in (*shown, found["usable_after_rework"].unknown)


@pytest.mark.parametrize("others", [0, 4, 11])
def test_few_others_without_a_clinical_failure_do_not_follow_from_those_usable_at_once(
    others: int,
) -> None:
    at_once, free = (
        result("immediately_usable", 200, 90),
        result("clinically_usable", 200, 90 + others),
    )
    found = suppressed_together([at_once, free])
    assert (None in [one.numerator for one in found.values()]) is (others == 4)


def test_a_net_flow_hides_with_what_it_is_made_of() -> None:
    """12 received and a net of 7 tell of 5 that ended."""
    received = result("requests_received", 12, 12, value=12.0, denominator=None)
    net = result("net_flow", 17, 5, value=7.0, denominator=None)
    found = suppressed_together([received, net])
    assert (found["net_flow"].value, found["net_flow"].numerator) == (None, None)
    assert found["requests_received"].n is None or found["net_flow"].n is None


def test_few_ways_to_partners_are_hidden_and_many_are_not() -> None:
    few, many = (
        suppressed(result("channel_fanout", 400, n, value=float(n), denominator=None))
        for n in (4, 40)
    )
    assert (few.value, few.numerator, few.n) == (None, None, 400)
    assert (many.value, many.numerator) == (40.0, 40)


def test_electronic_deliveries_do_not_follow_from_discs() -> None:
    """100 deliveries less 60 electronic and 36 on discs tell of 4 by an unknown channel."""
    discs = result("physical_media_share_out", 100, 36, unknown=4)
    ways = {"on physical media": 36, "by an unknown channel": 4}
    found = suppressed_together(
        [discs, result("workaround_share_electronic", 60, 20, excluded=ways)]
    )
    electronic = found["workaround_share_electronic"]
    assert electronic.excluded["by an unknown channel"] is None
    whole = (found["physical_media_share_out"].n, electronic.n)
    assert None in (*whole, electronic.excluded["on physical media"])


def test_who_met_no_trouble_and_who_met_the_only_one_are_all() -> None:
    free, fee = result("frictionless_share", 100, 80), result("friction_fee", 100, 15)
    found = suppressed_together([free, fee])
    assert [found[key].numerator for key in found].count(None) == 1


def test_a_measure_that_was_not_computed_says_nothing_of_its_requests() -> None:
    unsaid = result("friction_complaint", 0, why="nobody notes FU03 here", denominator=None)
    found = suppressed_together([unsaid, result("friction_fee", 100, 40)])
    assert found["friction_complaint"].why == "nobody notes FU03 here"
    assert found["friction_fee"].n == 100


SORTS = ("disclosure_error_rate", "misdirected_share", "over_scoped_share")


def errors(every: list[int], one: list[int], other: list[int]) -> list[Result]:
    """Return the three measures of disclosure errors, by facility where there are several."""
    found = []
    for key, hits in zip(SORTS, (every, one, other), strict=True):
        groups = [Group(group=f"f{i}", value=n / 4, n=400, numerator=n) for i, n in enumerate(hits)]
        by = tuple(groups) if len(groups) > 1 else ()
        found.append(result(key, 400 * len(hits), sum(hits), by=by))
    return found


@pytest.mark.parametrize(
    ("counts", "hides"),
    [
        ((30, 26, 12), True),  # 4 were over-scoped only
        ((52, 26, 30), True),  # 4 were both
        ((70, 50, 40), False),  # 30, 20, and 20 of both
        ((40, 20, 20), False),  # none was both
        ((30, 30, 12), False),  # every one was misdirected
    ],
)
def test_releases_with_both_errors_do_not_follow_from_each_and_all(
    counts: tuple[int, int, int], *, hides: bool
) -> None:
    found = suppressed_together(errors(*([n] for n in counts)))
    assert (None in [found[key].numerator for key in SORTS]) is hides
    if hides:
        assert [found[key].numerator for key in SORTS].count(None) == 1


def test_errors_of_one_facility_do_not_follow_from_each_and_all() -> None:
    found = suppressed_together(errors([70, 30], [50, 26], [40, 12]), by="facility")
    shown = [found[key].by[1].numerator for key in SORTS]
    assert None in shown


def test_one_sort_of_error_is_a_part_of_all() -> None:
    every, one, _ = errors([30], [26], [12])
    found = suppressed_together([every, one])
    assert [found[key].numerator for key in SORTS[:2]].count(None) == 1
    assert suppressed(every).numerator == 30


def counts_of(key: str, n: int) -> Result:
    """Return a measure that only counts."""
    return result(key, n, n, value=float(n), denominator=None)


BANDS = ("late_requests", "held_requests", "at_risk_requests")


@pytest.mark.parametrize("on_track", [0, 2, 10, 11])
def test_few_that_are_on_track_do_not_follow_from_all_that_are_not(on_track: int) -> None:
    bands = [counts_of(key, n) for key, n in zip(BANDS, (50, 30, 18), strict=True)]
    everything = [counts_of("requests_received", 500), counts_of("open_requests", 98 + on_track)]
    found = suppressed_together([*everything, *bands])
    hides = 0 < on_track < 11
    assert (None in [found[key].n for key in ("open_requests", *BANDS)]) is hides


@pytest.mark.parametrize("failed", [0, 4, 10, 11])
def test_a_few_that_failed_do_not_follow_from_those_that_do_not_say_how_often(failed: int) -> None:
    """60 do not say how often they were sent; of 56 nothing is known, so four failed."""
    first = result("first_pass_yield", 200, 100, unknown=60 - failed)
    again = result(
        "rework_rate",
        140,
        40,
        value=40 / 140,
        excluded={"delivered an unknown number of times": 60},
    )
    found = suppressed_together([first, again])
    counts = (
        found["first_pass_yield"].unknown,
        found["rework_rate"].excluded["delivered an unknown number of times"],
    )
    assert (None in counts) is (0 < failed < 11)


def test_ways_that_two_facilities_share_do_not_have_to_add_up() -> None:
    groups = [Group(group=f, value=n, n=300, numerator=n) for f, n in (("a", 40), ("b", 30))]
    few = Group(group="c", value=4, n=300, numerator=4)
    ways = result("channel_fanout", 900, 55, value=55.0, denominator=None, by=(*groups, few))
    found = suppressed(ways, by="facility")
    assert [one.value for one in found.by] == [40, 30, None]
    assert (found.value, found.by[2].n, found.by[2].numerator) == (55, 300, None)


@pytest.mark.parametrize("others", [0, 5, 11])
def test_few_links_of_others_do_not_follow_from_all_and_from_those_of_patients(others: int) -> None:
    every, theirs = (
        result(key, n, n - 20)
        for key, n in (("first_view_median", 60 + others), ("patient_first_view_median", 60))
    )
    found = suppressed_together([every, theirs])
    assert (None in [one.n for one in found.values()]) is (others == 5)


@pytest.mark.parametrize("missed", [0, 4, 11])
def test_few_missed_appointments_do_not_follow_from_those_expected_and_there(missed: int) -> None:
    expected = result("before_appointment_share", 100 + missed, 80, excluded={"not needed yet": 30})
    there = result("appointment_margin_median", 100, excluded={"not there": 30 + missed})
    found = suppressed_together([expected, there])
    shown = [one.n for one in found.values()]
    left_out = [n for one in found.values() for n in one.excluded.values()]
    assert (None in shown) is (None in left_out) is (missed == 4)


@pytest.mark.parametrize("others", [0, 2, 11])
def test_few_that_are_late_once_do_not_follow_from_those_late_twice(others: int) -> None:
    late = [counts_of("late_requests", 40 + others), counts_of("very_late_requests", 40)]
    found = suppressed_together(late)
    assert (None in [one.n for one in found.values()]) is (others == 2)


@pytest.mark.parametrize("late", [0, 3, 11])
def test_few_late_holds_do_not_follow_from_causes_and_from_holds_in_time(late: int) -> None:
    causes = result(
        "holds_by_cause",
        60 + late,
        value=60.0 + late,
        by=tuple(
            Group(group=one, value=float(n), n=n) for one, n in (("AU01", 40 + late), ("LO03", 20))
        ),
    )
    found = suppressed_together([causes, counts_of("held_requests", 40)])
    shown = [found["held_requests"].n, *(group.n for group in found["holds_by_cause"].by)]
    assert (None in shown) is (late == 3)


@pytest.mark.parametrize("again", [0, 6, 10, 11])
def test_a_few_further_deliveries_do_not_follow_from_deliveries_and_requests(again: int) -> None:
    """206 deliveries of 200 requests are six beyond the first."""
    sent = result("physical_media_share_out", 200 + again, 96)
    found = suppressed_together([sent, result("physical_media_requests_any", 200, 90)])
    assert (None in [one.n for one in found.values()]) is (0 < again < 11)
    channels = result(
        "deliveries_by_channel",
        200 + again,
        value=200.0 + again,
        by=(Group(group="link_secure", value=200.0 + again, n=200 + again),),
    )
    delivered = result("rework_rate", 200, again, value=again / 200)
    found = suppressed_together([channels, delivered])
    assert (None in [one.n for one in found.values()]) is (0 < again < 11)
