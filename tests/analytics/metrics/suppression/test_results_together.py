"""Results that are published give no small count away together."""

import pytest

from analytics.metrics.definition import Group, Result
from tests.analytics.metrics.suppression.printed import (
    counts_of,
    result,
    suppressed,
    suppressed_together,
)


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
    assert [group.n for group in alone.by] == [90, 60, None, None]
    found = suppressed_together([channels, result("physical_media_share_out", 206, 96)])
    assert [group.n for group in found["deliveries_by_channel"].by] == [60, 50, None, None]
    assert found["physical_media_share_out"].numerator == 96


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
