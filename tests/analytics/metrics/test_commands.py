"""The commands about measures: slices, groups, codes, and what discs cost."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics.charts.results import in_words, number, signed
from analytics.charts.without import without_in_words
from analytics.costs.volume import Failures, volume_of
from analytics.metrics.definition import Result
from analytics.metrics.suppression.published import IN_THE_HOUSE
from analytics.metrics.without import When, Without
from analytics.mirror.fold import fold
from analytics.mirror.refresh import Snapshot
from requests_app.models import Facility, Organization
from tests.analytics import synthetic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
Printed = pytest.CaptureFixture[str]


def said(capsys: Printed, *words: str) -> dict[str, Any]:
    call_command(*words, "--json")
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_a_slice_narrows_and_is_named_in_the_answer(capsys: Printed) -> None:
    whole = said(capsys, "metrics", "--key", "requests_received")
    part = said(capsys, "metrics", "--key", "requests_received", "--slice", "modality=CT chest")
    assert 0 < part["metrics"][0]["n"] < whole["metrics"][0]["n"]
    assert part["filters"]["slice"] == ["modality=CT chest"]


def test_an_organization_is_its_own_facilities(place: Organization, capsys: Printed) -> None:
    other = Organization.objects.create(name="Lakeside Health", slug="lakeside-health")
    Facility.objects.filter(slug="riverside").update(organization=other, zone="America/Denver")
    asked = ("metrics", "--key", "requests_received")
    whole, one, two = (
        said(capsys, *asked, *own)
        for own in ((), (f"--organization={place.slug}",), (f"--organization={other.slug}",))
    )
    counts = [answer["metrics"][0]["n"] for answer in (whole, one, two)]
    assert counts[0] == counts[1] + counts[2] > counts[1] > 0
    assert two["period"]["zone"] == "America/Denver"
    with pytest.raises(CommandError, match="no facility 'northfield'"):
        call_command(*asked, f"--organization={other.slug}", "--facility=northfield")


def test_the_command_counts_all_of_the_source_where_no_days_are_named(capsys: Printed) -> None:
    days = ("--from", "2026-09-01", "--to", "2026-10-31")
    asked = ("metrics", "--key", "requests_received")
    periods = [said(capsys, *asked, *also)["period"] for also in ((), days[:2], days[2:], days)]
    assert [one["why"] for one in periods] == [
        "No days were named: all of the source is counted.",
        "No last day was named: all from the first on is counted.",
        "No first day was named: all up to the last is counted.",
        None,
    ]


def test_a_log_has_its_own_deadline_in_every_line(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = Snapshot(
        mirror=fold(replace(synthetic.log(), name="old")), watermark="1", content="c" * 64
    )
    monkeypatch.setattr("analytics.readers.arguments.open_source", lambda *_, **__: shot)
    asked = ("metrics", "--source", "old", "--key", "sla_compliance")
    call_command(*asked, "--compare", "--from", "2026-06-01", "--to", "2026-06-30")
    of, *lines = capsys.readouterr().out.splitlines()
    assert of == "Imported log old, received 2026-06-01 to 2026-06-30, as of 2026-11-24 08:00 CST"
    assert [line.partition(":")[0] for line in lines if not line.startswith(" ")] == [
        "The log's own deadline met",
        "The log's own deadline met, change",
    ]


@pytest.mark.parametrize("word", ["modality", "colour=red", "=", ""])
def test_a_slice_that_is_none_is_misuse(word: str) -> None:
    with pytest.raises(CommandError, match="is no slice such as") as refused:
        call_command("metrics", "--slice", word)
    assert refused.value.returncode == 2


@pytest.mark.parametrize("command", ["metrics", "what_if", "forecast", "process"])
def test_a_word_that_no_request_has_is_misuse_and_says_how_to_ask(command: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command(command, "--slice", "modality=ct Chest")
    assert refused.value.returncode == 2
    assert str(refused.value).startswith(
        "No request here has 'ct Chest' under modality. Did you mean modality=CT chest? Known: "
    )
    with pytest.raises(CommandError, match="has 'Zebulon' under partner. Known: "):
        call_command(command, "--slice", "partner=Zebulon")


def test_a_word_of_ours_that_no_request_has_yet_gives_an_honest_nothing(capsys: Printed) -> None:
    for word in ("channel=physical_film", "modality=MG", "channel=not_delivered"):
        found = said(capsys, "metrics", "--key", "requests_received", "--slice", word)
        assert found["metrics"][0]["value"] is not None
    with pytest.raises(CommandError, match="has 'unheard_of' under channel"):
        call_command("metrics", "--slice", "channel=unheard_of")


@pytest.mark.parametrize(("name", "said_by"), [("duckdb", "duckdb"), ("counted", "rollup")])
def test_the_engine_that_is_named_answers_and_says_so(
    name: str, said_by: str, capsys: Printed
) -> None:
    usual = said(capsys, "metrics")["metrics"]
    asked = said(capsys, "metrics", "--engine", name)["metrics"]
    assert {one["engine"] for one in asked if one["value"] is not None} == {said_by}
    for one, other in zip(asked, usual, strict=True):
        assert one["value"] == pytest.approx(other["value"])
    call_command("metrics", "--engine", name, "--key", "open_requests")
    assert capsys.readouterr().out.endswith(f"; by {said_by}\n")


def test_what_was_not_counted_ahead_is_refused_by_that_engine() -> None:
    for words in (("--slice", "modality=CT chest"), ("--by", "modality")):
        with pytest.raises(CommandError, match="Ask another engine") as refused:
            call_command("metrics", "--engine", "counted", *words)
        assert refused.value.returncode == 2


def test_numbers_have_the_minus_of_the_pages() -> None:
    assert (number(-1234.5), number(-0.25), signed(-3), signed(3)) == (
        "−1,234",
        "−0.25",
        "−3",
        "+3",
    )
    assert (number(-0.0), number(None)) == ("0", "-")


def test_the_measures_that_stop_that_engine_are_named() -> None:
    some = ("--key", "requests_received", "--key", "turnaround_median", "--by", "facility")
    with pytest.raises(CommandError, match="ahead, of 2 measures: turnaround_median. Counted"):
        call_command("metrics", "--engine", "counted", *some)
    with pytest.raises(CommandError, match=r"turnaround_p90, \w+ and \d+ more. .* with --key"):
        call_command("metrics", "--engine", "counted", "--by", "facility")
    with pytest.raises(CommandError, match="^Counted ahead are"):
        call_command("metrics", "--engine", "counted", "--slice", "modality=CT chest")


def test_words_list_the_groups_of_a_measure_and_those_that_were_asked_for(capsys: Printed) -> None:
    call_command("metrics", "--key", "sla_compliance", "--by", "facility")
    _, head, *groups = capsys.readouterr().out.splitlines()
    assert head.startswith("Contract SLA met: ")
    assert [line.split(":")[0] for line in groups] == ["  northfield", "  riverside"]
    assert all(re.fullmatch(r"  \w+: [\d.]+ % \([\d.-]+\), n = \d+", line) for line in groups)
    call_command("metrics", "--key", "failures_by_code", "--by", "facility")
    _, head, *groups = capsys.readouterr().out.splitlines()
    codes = ["AU02", "LO01", "RV01", "TR06"]
    named = [
        *codes,
        *(f"{place}, {code}" for place in ("northfield", "riverside") for code in codes),
    ]
    assert head == "Failures by code: 200 failures, n = 200"
    assert [line.strip().split(":")[0] for line in groups] == named
    assert groups[0] == "  AU02: 50 failures, n = 50"


def test_words_say_why_there_are_no_groups(capsys: Printed) -> None:
    words = ("metrics", "--key", "deliveries_by_channel", "--by")
    call_command(*words, "channel")
    assert capsys.readouterr().out.endswith("\n  its own groups are those by channel\n")
    call_command(*words, "facility", "--publish")
    assert capsys.readouterr().out.endswith(f"\n  {IN_THE_HOUSE}\n")
    [answer] = said(capsys, *words, "facility", "--publish")["metrics"]
    assert (answer["within"], answer["why_not_by"]) == ([], IN_THE_HOUSE)


def test_weeks_are_cohorts_by_receipt(capsys: Printed) -> None:
    found = said(capsys, "metrics", "--key", "sla_compliance", "--by", "week")["metrics"][0]
    assert found["by"][0]["group"].startswith("2026-W")
    assert sum(one["n"] for one in found["by"]) == found["n"]


def test_the_codes_say_what_turnaround_would_be_without_them(capsys: Printed) -> None:
    found = said(capsys, "metrics", "--key", "turnaround_censored_p90", "--without-codes")
    codes = [code for one in found["without_codes"] for code in one["codes"]]
    assert sorted(codes) == ["AU02", "LO01", "RV01", "TR06"]
    now = found["without_codes"][0]["now"]["days"]
    assert now == pytest.approx(found["metrics"][0]["value"])
    call_command("metrics", "--without-codes")
    _, first, *codes_told = capsys.readouterr().out.splitlines()
    assert first.startswith("Nine in ten are out within ")
    assert [line.split()[0] for line in codes_told] == ["Without"] * 4


def test_codes_can_be_taken_away_together(capsys: Printed) -> None:
    asked = (
        "metrics",
        "--key",
        "turnaround_censored_p90",
        "--without",
        "AU02",
        "--without",
        "LO01",
    )
    (one,) = said(capsys, *asked)["without_codes"]
    assert one["codes"] == ["AU02", "LO01"]
    call_command(*asked)
    told = capsys.readouterr().out
    assert told.splitlines()[-1].startswith("90th percentile of turnaround: ")
    assert "open requests censored; n = 800" in told
    assert "Without AU02 “Authorization element missing” and LO01 “Study not found” (" in told
    with pytest.raises(CommandError, match="'XX99' is no failure code here") as refused:
        call_command("metrics", "--without", "XX99")
    assert refused.value.returncode == 2


def test_where_no_code_can_be_taken_away_the_command_says_why(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = synthetic.snapshot(missing={"reason": "no column says why"})
    monkeypatch.setattr("analytics.readers.arguments.open_source", lambda *_, **__: shot)
    asked = ("metrics", "--key", "turnaround_censored_p90", "--without", "AU02")
    found = said(capsys, *asked)
    assert (found["without_codes"], found["why_not_without"]) == ([], "no column says why")
    call_command(*asked)
    assert "Without codes: - (no column says why)" in capsys.readouterr().out


def test_of_few_requests_nothing_is_said_without_a_code(capsys: Printed) -> None:
    few = ("metrics", "--key", "turnaround_censored_p90", "--from", "2026-05-29")
    asked = (*few, "--to", "2026-05-30", "--without-codes", "--without", "LO01")
    found = said(capsys, *asked)
    assert (found["without_codes"], found["why_not_without"]) == ([], "fewer than 11 requests")
    call_command(*asked)
    assert "\nWithout codes: - (fewer than 11 requests)\n" in capsys.readouterr().out


def test_a_time_that_is_not_reached_is_said_so() -> None:
    never, then = When(days=None, low=None, high=None), When(days=4, low=3, high=None)
    one = Without(
        codes=("AU02",), requests=2, hours=9, n=20, still_open=15, now=never, without=then
    )
    missing = "AU02 “Authorization element missing”"
    assert list(without_in_words([one])) == [
        "Fewer than nine in ten were seen out, open requests censored; n = 20, 15 still open",
        f"Without {missing} (2 requests, 9 hours): within 4.0 days (from 3.0, not bounded above)",
    ]
    (_, line) = without_in_words([replace(one, without=never)])
    assert line.endswith("missing” (2 requests, 9 hours): fewer than nine in ten were seen out")
    (_, line) = without_in_words([replace(one, codes=("lost",), requests=1, hours=1)])
    assert line.startswith("Without lost (1 request, 1 hour): ")


def test_of_few_discs_no_saving_is_given(capsys: Printed) -> None:
    few = ("what_if", "--from", "2026-08-24", "--to", "2026-08-27")
    found = said(capsys, *few)
    assert 0 < found["discs"] + found["unknown_channel"] < 11
    assert (found["what_if"], found["sensitivity"], found["why"]) == (
        None,
        [],
        "fewer than 11 discs",
    )
    call_command(*few)
    told = capsys.readouterr().out
    assert "No saving is given of fewer than 11 discs: choose a longer period" in told
    assert "saves" not in told
    assert "One at a time" not in told


def test_moving_discs_names_their_number_and_every_assumption(capsys: Printed) -> None:
    found = said(capsys, "what_if", "--move", "40", "--assume", "postage=10")
    assert found["discs"] > 0
    assert found["what_if"]["moved"] == pytest.approx(0.4 * found["discs"])
    assert found["assumptions"]["postage"] == 10
    assert len(found["sensitivity"]) == len(found["assumptions"]) + 2  # the share, and the discs
    call_command("what_if", "--assume", "failure_share=10%")
    told = capsys.readouterr().out
    assert "on the assumptions below" in told
    assert "  Discs that fail: 10% (failure_share). Your own." in told
    assert "  Postage of one parcel: 6 dollars (postage). A guess of ours." in told
    assert "  Share of discs moved from 25% to 75%: $" in told
    low, high = (found["what_if"][name] for name in ("saved", "saved_at_most"))
    assert 0 < low < high


def test_a_loss_is_not_called_a_saving(capsys: Printed) -> None:
    call_command("what_if", "--assume", "link_price=50")
    assert "to links, 52.0, costs $" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("--assume", "luck=1"),
        ("--assume", "postage=x"),
        ("--move", "140"),
        ("--assume", "ship_share=2"),
        ("--assume", "ship_share="),
        ("--swing", "101"),
    ],
)
def test_impossible_assumptions_are_misuse(words: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("what_if", *words)
    assert refused.value.returncode == 2


def test_what_changed_is_told_on_demand(capsys: Printed) -> None:
    words = ("metrics", "--key", "sla_compliance", "--from", "2026-09-01", "--to", "2026-10-31")
    assert "changes" not in said(capsys, *words)
    changed = said(capsys, *words, "--compare")["changes"]["sla_compliance"]
    assert changed["low"] < changed["difference"] < changed["high"]
    call_command(*words, "--compare")
    assert "Contract SLA met, change: " in capsys.readouterr().out


@pytest.mark.parametrize("also", [("--from", "2026-09-01"), ("--publish",)])
def test_a_change_needs_two_days_and_stays_in_the_house(also: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="--compare") as refused:
        call_command("metrics", "--compare", *also)
    assert refused.value.returncode == 2


def test_a_line_says_plain_numbers_and_what_the_unknown_leave_open() -> None:
    hours = Result(
        key="failure_hours_by_code", label="Hours", unit="hours", value=120_845.2, n=1_208
    )
    assert in_words(hours) == "Hours: 120,845 hours, n = 1,208"
    out = {"key": "physical_media_share_out", "label": "Sent on disc", "unit": "%"}
    short = Result(key="turnaround_mean", label="Mean", unit="days", value=0.0001389, n=3)
    assert in_words(short) == "Mean: under 0.01 days, n = 3"
    sure = Result(**out, value=20.1, low=18.02, high=22.3, n=612, excluded={"open": 1_000})
    assert in_words(sure) == "Sent on disc: 20.1 % (18.02-22.3), n = 612; left out: 1,000 open"
    some = Result(**out, value=20.1, low=17.1, high=28.9, n=612, unknown=32)
    assert in_words(some) == (
        "Sent on disc: between 20.1 and 25.33 %, depending on 32 unknown channels, "
        "95 % interval (17.1-28.9), n = 612"
    )
    half = Result(key="turnaround_censored_p90", label="P90", unit="days", value=46.0, n=20)
    above, below = (replace(half, low=30.5), replace(half, high=50.0))
    assert in_words(above) == "P90: 46 days (from 30.5, not bounded above), n = 20"
    assert in_words(below) == "P90: 46 days (up to 50, not bounded below), n = 20"
    assert (signed(12_345.6), signed(-0.00004)) == ("+12,346", "−0.000040")


def test_one_thing_is_called_as_one() -> None:
    one = Result(key="failures_by_code", label="Failures", unit="failures", value=1, n=1)
    assert in_words(one) == "Failures: 1 failure, n = 1"
    assert in_words(replace(one, unit="deliveries")) == "Failures: 1 delivery, n = 1"
    assert in_words(replace(one, unit="touches")) == "Failures: 1 touch, n = 1"
    assert in_words(replace(one, unit="%")) == "Failures: 1 %, n = 1"


@pytest.mark.parametrize("command", ["metrics", "process", "what_if"])
def test_what_an_answer_in_words_is_of_stands_at_its_head(capsys: Printed, command: str) -> None:
    for words, days in (
        ((), "all days"),
        (("--from", "2026-09-01"), "received from 2026-09-01 on"),
        (("--to", "2026-09-30"), "received up to 2026-09-30"),
        (("--from", "2026-09-01", "--to", "2026-09-30"), "received 2026-09-01 to 2026-09-30"),
    ):
        call_command(command, *words)
        head = capsys.readouterr().out.splitlines()[0]
        assert head == f"Live work, {days}, as of 2026-11-24 08:00 CST"


def test_live_work_is_no_log(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Failures(failed=62, made=588)
    monkeypatch.setattr(
        "analytics.management.commands.what_if.volume_of",
        lambda *of: replace(volume_of(*of), failures=counted),
    )
    call_command("what_if")
    told = capsys.readouterr().out
    assert "Here 62 of 588 discs failed: " in told
    assert "this log" not in told
