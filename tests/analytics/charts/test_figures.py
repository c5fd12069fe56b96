"""Figures are plain data: roles instead of colours, findings with numbers."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
import synthetic

from analytics.charts import curve, media, pareto
from analytics.charts.ask import finished, medians, months, shares, survival, total, weeks
from analytics.charts.marks import interval, spark, standing
from analytics.charts.tables import Cell, Failure
from analytics.charts.words import DASH, one, span
from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.compute import compute
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection

DAYS = (date(2026, 8, 24), date(2026, 11, 22))
SELECTION = Selection(since=DAYS[0], until=DAYS[1], zone="America/Chicago")


@pytest.fixture(scope="module")
def mirror():
    return synthetic.same_snapshot().mirror


def test_weeks_add_up_to_the_measure(mirror) -> None:
    starts = weeks(*DAYS)
    with asking(mirror, SELECTION) as ask:
        cells = total(shares(ask, "sla_compliance", starts, end=DAYS[1]), starts)
    result = compute(mirror, SELECTION, ["sla_compliance"])["sla_compliance"]
    assert len(starts) == 13
    assert sum(cell.n for cell in cells) == result.n
    assert sum(cell.hits for cell in cells) == result.numerator


def test_curve_marks_the_median_and_names_roles(mirror) -> None:
    with asking(mirror, SELECTION) as ask:
        now = survival(ask)
    figure = curve.figure(now, now, before_label="the 91 days before")
    assert f"{now.median:.1f} days" in curve.title(now)
    assert curve.title(now).endswith(f"longer than {now.p90:.1f} days")
    for narrow in (False, True):
        labels = curve.figure(now, None, before_label="", narrow=narrow)["layout"]["annotations"]
        assert all(" days" in one["text"] for one in labels)
    assert now.n == 400
    assert now.still_open == 17
    assert "#" not in json.dumps(figure)
    assert len(figure["data"]) == 5
    assert figure["data"][-1]["y"] == [50, 90]


def test_what_is_surely_out_stays_out_where_the_last_one_alone_says_little(mirror) -> None:
    with asking(mirror, SELECTION) as ask:
        now = survival(ask)
    steps = [step for step in now.steps if step.time < 12.0 and step.waiting]
    alone = steps[-1]._replace(time=12.0, at_risk=1, waiting=0.0, low=0.0, high=0.975)
    known = curve.released_by(replace(now, steps=tuple(steps)), 30)
    last = replace(now, steps=(*steps, alone))
    assert curve.released_by(last, 30) == alone._replace(high=known.high)
    band, *_ = curve.figure(last, None, before_label="")["data"]
    least = band["y"][: len(band["y"]) // 2]
    assert least[-1] == pytest.approx(100 * (1 - known.high), abs=0.01)


def test_nought_has_no_sign() -> None:
    assert [one(-0.04), one(0.04), one(-0.06), one(1234.56)] == ["0.0", "0.0", "-0.1", "1,234.6"]


def test_the_curve_ends_with_the_oldest_open_request_and_goes_on_where_all_are_out(mirror) -> None:
    with asking(mirror, SELECTION) as ask:
        now = survival(ask)
    known = tuple(step for step in now.steps if step.time < 9.0)
    assert known[-1].waiting > 0
    assert curve.reach(replace(now, steps=known)) == known[-1].time
    young = replace(now, steps=known, p90=None)
    for trace in curve.figure(young, None, before_label="")["data"][:2]:
        assert max(trace["x"]) <= known[-1].time
    out = (*known, known[-1]._replace(time=9.0, waiting=0.0))
    *_, line, _, _ = curve.figure(replace(now, steps=out, p90=None), None, before_label="")["data"]
    assert line["x"][-1] > 9.0
    assert line["y"][-1] == 100


def test_an_end_that_is_not_bounded_is_told_in_words_and_in_the_drawing(mirror) -> None:
    assert span(2.9, None) == "from 2.9, not bounded above"
    assert span(None, 5.0) == "up to 5.0, not bounded below"
    assert span(None, None) == DASH
    with asking(mirror, SELECTION) as ask:
        now = survival(ask)
    open_ended = replace(now, p90=12.0, p90_interval=(9.5, None))
    labels = curve.figure(open_ended, None, before_label="")["layout"]["annotations"]
    assert "Nine in ten in 12.0 days (from 9.5)" in [one["text"] for one in labels]
    bare = replace(now, median=10.7, median_interval=(None, None))
    first, *_ = curve.figure(bare, None, before_label="")["layout"]["annotations"]
    assert first["text"] == "Half out in 10.7 days"
    assert first["yshift"] < 0  # beside the mark a flat step of the line would run through it


def test_the_curves_marks_are_those_of_the_measures(mirror) -> None:
    keys = ["turnaround_censored_median", "turnaround_censored_p90"]
    median, p90 = compute(mirror, SELECTION, keys).values()
    with asking(mirror, SELECTION) as ask:
        now = survival(ask)
    assert (now.median, *now.median_interval) == (median.value, median.low, median.high)
    assert (now.p90, *now.p90_interval) == (p90.value, p90.low, p90.high)
    assert (now.n, now.n - now.still_open) == (median.n, median.numerator)


def test_an_empty_curve_is_drawn() -> None:
    empty = synthetic.mirror(facilities=())
    with asking(empty, SELECTION) as ask:
        now = survival(ask)
    assert now.n == 0
    assert curve.figure(now, None, before_label="")["data"]
    assert "Not half" in curve.title(now)


def test_media_keeps_the_unknown_as_a_band() -> None:
    cells = [Cell(start=date(2026, m, 1), n=100, hits=30 - 2 * m, unknown=5) for m in range(1, 11)]
    assert media.title(cells) == "Discs fell from 28–33% to 10–15% of deliveries"
    low, high, line = media.figure(cells)["data"]
    assert low["y"] == line["y"]
    assert high["y"][0] == 33.0


def test_media_tells_a_change_only_where_the_bands_and_chance_leave_one() -> None:
    def told(first: tuple[int, int, int], last: tuple[int, int, int]) -> str:
        cells = [
            Cell(start=date(2026, month, 1), hits=hits, unknown=unknown, n=n)
            for month, (hits, unknown, n) in ((1, first), (2, last))
        ]
        return media.title(cells)

    clear = "Discs rose from 39% to 45% of deliveries"
    assert told((390, 0, 1000), (450, 0, 1000)) == clear
    overlap = "Discs carry 45–47% of deliveries: no clear change from 39–46%"
    assert told((390, 70, 1000), (450, 20, 1000)) == overlap
    assert "no clear change from 39%" in told((39, 0, 100), (45, 0, 100))  # chance alone


def test_media_says_a_range_where_much_is_unknown() -> None:
    cells = [Cell(start=date(2026, m, 1), n=100, hits=0, unknown=60) for m in range(1, 4)]
    assert media.title(cells) == "Discs carry 0–60% of deliveries"
    assert not media.is_unknown(cells)
    assert media.is_unknown([Cell(start=date(2026, 1, 1), n=20, hits=0, unknown=20)])
    assert not media.is_unknown([Cell(start=date(2026, 1, 1), n=0, hits=0)])


def test_labels_of_media_stay_within_the_drawing() -> None:
    cells = [Cell(start=date(2026, 1, 1), n=100, hits=0, unknown=98)]
    drawn = media.figure(cells)
    low, high = drawn["layout"]["annotations"]
    assert low["y"] == 0
    assert low["yshift"] > 0
    assert high["yshift"] <= drawn["layout"]["margin"]["t"]


def test_pareto_outlines_what_is_the_requesters() -> None:
    failures = [
        Failure(
            code="AU02", label="Element missing", hours=80, requests=4, is_theirs=True, mended=4
        ),
        Failure(code="LO01", label="Not found", hours=20, requests=9, is_theirs=False, mended=9),
    ]
    assert pareto.title(failures, 13) == "One failure costs 80% of the hours lost"
    assert pareto.title(failures, 10) == "Too few failures to say which cost the most"
    assert pareto.figure(failures)["data"][0]["meta"]["bars"] == ["edge", "surface"]
    assert pareto.title([], 13) == "No failure cost an hour"
    never = [replace(one, hours=0, mended=0, unmended=9) for one in failures]
    assert pareto.title(never, 9) == "What failures cost cannot be said"


@pytest.mark.parametrize(
    ("low", "high", "word"), [(90, 94, "below"), (96, 99, "met"), (90, 99, "unsure")]
)
def test_a_tint_needs_the_whole_interval(low: float, high: float, word: str) -> None:
    assert standing(low, high, 95) == word
    assert interval(92, low, high, side=word, target=95, least=80).standing == word


def test_a_spark_needs_two_points() -> None:
    assert spark([None, None]) is None
    assert spark([1.0, None]) is None
    assert spark([1.0, None, 3.0]) is None
    assert spark([1.0, 3.0], goal=2.0).curve.count(",") == 2


def test_a_spark_is_broken_where_a_week_says_nothing() -> None:
    bands = [(0.0, 50.0), (0.0, 50.0), None, (10.0, 60.0), None]
    drawn = spark([10.0, 20.0, None, 30.0, None], bands=bands)
    first, alone = drawn.curve.split(" M")
    assert first.count(",") == 2
    assert alone.endswith("h2")
    assert drawn.end.startswith("M" + alone.removesuffix("h2"))
    assert drawn.end.startswith("M150.0,")  # the last week has no point
    assert drawn.band.count("M") == 1
    assert drawn.band.count(",") == 4


def test_a_curve_that_ends_between_two_days_ends_with_its_last_step(mirror) -> None:
    with asking(mirror, SELECTION) as ask:
        now = survival(ask)
    steps = [step for step in now.steps if step.time < 3.8]
    last = steps[-1]._replace(time=3.847, censored=1, waiting=0.64)
    short = replace(now, steps=(*steps, last), median=None, p90=None)
    _, line, ticks, _ = curve.figure(short, None, before_label="")["data"]
    assert (line["x"][-1], line["y"][-1]) == (3.847, 36.0)
    assert (ticks["x"][-1], ticks["y"][-1]) == (3.85, 36.0)


@pytest.mark.parametrize("p90", [2.0, 3.3, 6.0, 9.0, 14.0, 30.0])
def test_days_below_the_curve_are_evenly_apart(mirror, p90: float) -> None:
    with asking(mirror, SELECTION) as ask:
        now = replace(survival(ask), p90=p90)
    for narrow in (False, True):
        axis = curve.figure(now, None, before_label="", narrow=narrow)["layout"]["xaxis"]
        days = axis["tickvals"]
        assert len({b - a for a, b in pairwise(days)}) == 1
        assert 2 < len(days) <= 9


def test_the_median_of_a_week_keeps_those_still_open() -> None:
    starts = weeks(SELECTION.since, SELECTION.until)
    with asking(synthetic.mirror(), SELECTION) as ask:
        found = medians(ask, starts)
        each = [
            survival(ask.over(replace(SELECTION, since=day, until=day + timedelta(days=6))))
            for day in starts
        ]
    assert found == [week.median for week in each]
    assert each[-1].still_open > 0


def test_a_week_that_still_runs_is_no_point_of_a_line() -> None:
    weeks = [date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23)]
    assert finished(weeks, date(2026, 11, 24)) == weeks[:2]
    assert finished(weeks, date(2026, 11, 29)) == weeks
    assert finished(weeks[2:], date(2026, 11, 24)) == weeks[2:]


def test_months_end_with_the_month_of_the_day() -> None:
    assert months(date(2026, 2, 3), most=3) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
    assert BY_KEY["sla_compliance"].target == 95.0
