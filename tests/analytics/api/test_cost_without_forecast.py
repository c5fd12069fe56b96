"""Cost, turnaround without codes and the forecast for programs: as the pages say, scoped, recorded."""

import json
from typing import Any

import pytest
from django.test import Client

from analytics.costs.asked import WORDS
from analytics.costs.volume import volume_of
from analytics.metrics.selection import Selection
from analytics.metrics.without import told
from audit.models import AuditEntry
from requests_app.vocabulary import Role
from tests.analytics import synthetic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
WHOLE = "from=2026-01-01&to=2026-12-31"
COST, WITHOUT, FORECAST = (f"/api/analytics/{name}/" for name in ("cost", "without", "forecast"))


@pytest.fixture
def analyst(client: Client, person: Any) -> Client:
    client.force_login(person(Role.ANALYST, "northfield", "riverside", everything=True))
    return client


def test_the_cost_repeats_every_assumption_with_where_it_comes_from(analyst: Client) -> None:
    body = analyst.get(f"{COST}?{WHOLE}&postage=$8&failure_share=10%&move=40").json()
    volume = volume_of(synthetic.mirror(), Selection())
    assert (body["discs"], body["unknown_channel"]) == (volume.discs, volume.unknown)
    assert (body["assumptions"]["postage"], body["assumptions"]["failure_share"]) == (8, 0.1)
    assert [one["name"] for one in body["assumed"]] == list(body["assumptions"])
    assert all(one["basis"] and one["unit"] for one in body["assumed"])
    parts = {name: value for name, value in body["cost_per_disc"].items() if name != "whole"}
    assert body["cost_per_disc"]["whole"] == pytest.approx(sum(parts.values()))
    each = body["cost_per_disc"]["whole"] - body["cost_per_link"]
    assert body["what_if"]["saved"] == pytest.approx(0.4 * volume.discs * each)
    most = 0.4 * (volume.discs + volume.unknown) * each
    assert body["what_if"]["saved_at_most"] == pytest.approx(most)
    assert {"move", "discs", "postage"} <= {one["assumption"] for one in body["sensitivity"]}
    assert all(one["source"] and one["year"] for one in body["reported_elsewhere"])
    assert body["snapshot"]["content"] == "c" * 64


@pytest.mark.parametrize("name", WORDS)
def test_an_assumption_that_cannot_be_read_is_refused_by_its_name(
    analyst: Client, name: str
) -> None:
    answer = analyst.get(COST, {name: "much"})
    assert answer.status_code == 422
    assert answer.json()["error"]["sentence"].startswith(f"{name}: “much” is not a")


@pytest.mark.parametrize("where", [COST, WITHOUT, FORECAST])
@pytest.mark.parametrize("words", ["format=csv", "luck=1", "postage=1&postage=2", "from=never"])
def test_words_that_mean_nothing_are_refused(analyst: Client, where: str, words: str) -> None:
    answer = analyst.get(f"{where}?{words}")
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["error"]["sentence"]


def test_without_codes_is_as_computed(analyst: Client) -> None:
    body = analyst.get(f"{WITHOUT}?{WHOLE}&without=AU02&without=LO01").json()
    each = told(synthetic.mirror(), Selection()).each()
    assert [one["codes"] for one in body["each"]] == [list(one.codes) for one in each]
    first = body["each"][0]
    assert first["without"]["days"] == pytest.approx(each[0].without.days)
    assert body["measure"] == "turnaround_censored_p90"
    assert body["together"]["codes"] == ["AU02", "LO01"]
    assert body["together"]["hours"] > first["hours"]
    assert analyst.get(f"{WITHOUT}?{WHOLE}").json()["together"] is None
    strange = analyst.get(f"{WITHOUT}?without=XX99")
    assert (strange.status_code, "no failure code" in strange.json()["error"]["sentence"]) == (
        422,
        True,
    )


def test_of_few_requests_nothing_is_said_without_a_code(analyst: Client) -> None:
    body = analyst.get(f"{WITHOUT}?from=2026-05-29&to=2026-05-30&without=LO01").json()
    assert (body["each"], body["together"]) == ([], None)
    assert body["why"] == "fewer than 11 requests"


def test_a_forecast_that_is_refused_says_why(analyst: Client) -> None:
    body = analyst.get(FORECAST).json()
    assert body["given"] is False
    assert body["why"]
    assert body["open"] == []
    assert body["filters"]["facility"] == ["northfield", "riverside"]


def test_a_reader_counts_the_discs_of_own_facilities_alone(client: Client, person: Any) -> None:
    client.force_login(person(Role.SUPERVISOR, "riverside"))
    own = volume_of(synthetic.mirror(), Selection(facilities=("riverside",)))
    for words in (WHOLE, f"{WHOLE}&facility=riverside"):
        assert client.get(f"{COST}?{words}").json()["discs"] == own.discs
    assert client.get(f"{COST}?{WHOLE}&facility=northfield").status_code == 422
    client.force_login(person(Role.SUPERVISOR))
    nothing = client.get(f"{COST}?{WHOLE}").json()
    assert (nothing["discs"], nothing["what_if"], nothing["sensitivity"]) == (0, None, [])
    assert nothing["why"] == "fewer than 11 discs"
    without = client.get(f"{WITHOUT}?{WHOLE}").json()
    assert (without["each"], without["why"]) == ([], "no request here counts")


def test_of_few_discs_no_saving_is_given(analyst: Client) -> None:
    body = analyst.get(f"{COST}?from=2026-08-24&to=2026-08-27").json()
    assert 0 < body["discs"] + body["unknown_channel"] < 11
    assert (body["what_if"], body["sensitivity"], body["why"]) == (None, [], "fewer than 11 discs")
    assert body["cost_per_disc"]["whole"] == pytest.approx(14.95, abs=0.01)


@pytest.mark.parametrize("where", [COST, WITHOUT, FORECAST])
def test_it_is_for_readers_of_figures_and_each_look_is_recorded(
    client: Client, person: Any, where: str
) -> None:
    client.force_login(person(Role.RELEASE_STAFF, everything=True))
    assert client.get(where).status_code == 403
    client.force_login(person(Role.AUDITOR, everything=True))
    assert client.get(where).status_code == 200
    entry = AuditEntry.objects.get(verb="api.figures_read")
    assert json.loads(bytes(entry.body))["detail"]["format"] == "json"
