"""The page of the forecast, the line in the overview's list, and the command: what they show to whom."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.test import Client

from analytics.charts.words import day, period
from analytics.dashboards.forecast_page import _story
from analytics.forecast.forecasting import forecast
from analytics.forecast.results import Forecast
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.mirror.refresh import Snapshot
from analytics.readers import foreseen
from analytics.readers.query import Query
from requests_app.models import Facility, Organization
from tests.analytics.dashboards.test_overview_page import html
from tests.analytics.forecast.worlds import DAY, START, Life, log, memoryless

pytestmark = pytest.mark.django_db
AS_OF = START + 300 * DAY
WHERE = "/work/analytics/forecast/"


def snapshot(content: str) -> Snapshot:
    """Two facilities: riverside began three weeks ago, too late to foretell anything."""
    lives = memoryless(3000, seed=4) + [moved(life) for life in memoryless(60, seed=5, days=21)]
    mirror = fold(_with_bands(log(lives, AS_OF)))
    return Snapshot(mirror=mirror, watermark="1", content=content)


def moved(life: Life) -> Life:
    """Return a life of riverside in the last three weeks."""
    late = 279 * DAY
    events = tuple((at + late, *rest) for at, *rest in life.events)
    place = {"key": f"r{life.key}", "facility": "riverside", "events": events}
    return replace(life, received=life.received + late, due=life.due + late, **place)


def _with_bands(whole):
    """Call every open request at risk, so that the overview lists it."""
    rows = whole.requests.to_pylist()
    for row in rows:
        is_open = row["outcome"] is None
        if is_open and row["contract_due"] > AS_OF:
            row["is_held"], row["at_risk_from"] = False, AS_OF
        row["due"], row["state"] = row["contract_due"], "approved"
    return replace(
        whole, name="live", requests=whole.requests.from_pylist(rows, whole.requests.schema)
    )


@pytest.fixture(scope="module")
def shot() -> Snapshot:
    return snapshot("whole")


@pytest.fixture(autouse=True)
def _source(monkeypatch: pytest.MonkeyPatch, shot: Snapshot) -> None:
    for place in ("analytics.readers.view", "analytics.readers.arguments"):
        monkeypatch.setattr(f"{place}.open_source", lambda *_, **__: shot)


@pytest.fixture
def director(person, client: Client) -> Client:
    client.force_login(person("him_director", everything=True))
    return client


def test_the_page_shows_chances_the_trial_and_the_model(director: Client, shot: Snapshot) -> None:
    told = forecast(shot.mirror, Selection(facilities=("northfield", "riverside")))
    words = director.get(WHERE).content.decode()
    first = told.chances[0]
    assert f'href="/work/requests/{first.number}/"' in words
    assert f"n = {first.n:,} earlier requests in the same state at the same age" in words
    assert words.count('<th scope="row"><a href="/work/requests/') == 25
    assert f"{told.evaluation.brier:.3f}" in words
    for one in told.evaluation.baselines:
        assert f"{one.brier:.3f}" in words
    assert words.count("–") >= 10
    assert "Kaplan-Meier" in words


def test_a_due_date_is_a_day_of_its_facility_and_not_of_the_reader(
    director: Client, shot: Snapshot
) -> None:
    told = forecast(shot.mirror, Selection(facilities=("northfield", "riverside")))
    first = told.chances[0]
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # a day and an hour apart
        Facility.objects.filter(slug="northfield").update(zone=zone)
        due = datetime.fromtimestamp(first.due - 1, ZoneInfo(zone)).date()
        row = director.get(WHERE).content.decode().split(f"{first.number}</a>")[1]
        assert day(due, year=True) in row.split("</tr>")[0]
        line = next(one for one in said().splitlines() if one.startswith(first.number))
        assert line.endswith(f"due {due}")


def test_pages_turn_and_a_number_too_far_shows_the_last(director: Client, shot: Snapshot) -> None:
    told = forecast(shot.mirror, Selection(facilities=("northfield", "riverside")))
    last = told.chances[-1].number
    assert last not in director.get(WHERE).content.decode()
    for page in ("999", str(-(-len(told.chances) // 25))):
        assert last in director.get(WHERE, {"page": page}).content.decode()


def test_a_filter_changes_no_chance_and_shows_its_own_requests_alone(
    director: Client, shot: Snapshot
) -> None:
    of = Selection(facilities=("northfield", "riverside"))
    of_all = forecast(shot.mirror, of)
    told = {one.number: one for one in of_all.chances}
    for some in (
        replace(of, facilities=("riverside",)),
        replace(of, slices=(("modality", ("unknown",)),)),
    ):
        found = foreseen.foreseen("live", shot, some, whole=of)
        assert found.chances
        assert all(told[one.number] == one for one in found.chances)
        assert found.learned == of_all.learned
    words = director.get(WHERE, {"facility": "riverside"}).content.decode()
    assert "R-r0" in words
    assert "Northfield General</small>" not in words
    assert "the chance of a request stays the same" in words


def test_too_little_is_refused_with_what_is_missing_and_no_chance(person, client: Client) -> None:
    client.force_login(person("him_director", "riverside"))
    words = client.get(WHERE).content.decode()
    assert "No forecast is given" in words
    assert "50 are needed" in words
    assert "/work/requests/R-" not in words


def test_another_facility_is_neither_shown_nor_learned_from(person, client: Client) -> None:
    client.force_login(person("supervisor", "riverside"))
    for address in (WHERE, f"{WHERE}?facility=northfield", f"{WHERE}?facility=riverside"):
        words = client.get(address).content.decode()
        assert "Northfield" not in words
        assert "No forecast is given" in words


def test_an_empty_scope_sees_nothing(person, client: Client) -> None:
    client.force_login(person("supervisor"))
    assert "No forecast is given" in client.get(WHERE).content.decode()


@pytest.mark.parametrize("role", ["release_staff", "requester"])
def test_who_may_not_see_figures_is_refused(person, client: Client, role: str) -> None:
    client.force_login(person(role, everything=True))
    assert client.get(WHERE).status_code == 403


def test_looking_is_recorded(director: Client) -> None:
    from audit.models import AuditEntry

    director.get(f"{WHERE}?facility=northfield&from=2026-01-01&to=2026-01-31")
    entry = AuditEntry.objects.get(verb="dashboard.viewed")
    assert entry.subject == "forecast"
    # Of all that is open, whenever it came: the address of a page may hold days all the same.
    assert b"facility=northfield&days=all&zone=America" in bytes(entry.body)


@pytest.mark.parametrize("search", ["?facility=%00", "?page=x", "?source=x", "?nonsense=1"])
def test_bad_values_get_a_page(director: Client, search: str) -> None:
    assert director.get(WHERE + search).status_code == 200


def test_the_list_of_the_overview_says_the_chance_with_its_n(director: Client) -> None:
    words = html(director, "needs")
    assert words.count("Chance of breach") == 6
    assert "earlier requests in the same state at the same age" in words
    assert WHERE in words


def test_the_list_says_no_chance_where_the_forecast_is_refused(person, client: Client) -> None:
    client.force_login(person("him_director", "riverside"))
    words = html(client, "needs")
    assert "R-r0" in words
    assert "Chance of breach" not in words


def test_the_same_state_is_computed_once(
    director: Client, monkeypatch: pytest.MonkeyPatch, shot: Snapshot
) -> None:
    calls = []

    def counted(*parts: object) -> object:
        calls.append(parts)
        return forecast(*parts)

    monkeypatch.setattr(foreseen, "forecast", counted)
    foreseen._TOLD.clear()
    for _ in range(3):
        director.get(WHERE)
    assert len(calls) == 1
    for i in range(foreseen.KEPT + 5):
        none = Selection(facilities=())
        foreseen.foreseen("live", replace(shot, content=f"{i}"), none, whole=none)
    assert len(foreseen._TOLD) == foreseen.KEPT


def said(*words: str) -> str:
    out = StringIO()
    call_command("forecast", *words, stdout=out)
    return out.getvalue()


def test_the_command_prints_one_object(shot: Snapshot) -> None:
    answer = json.loads(said("--json"))
    told = forecast(shot.mirror, Selection())
    assert answer["given"] is True
    assert answer["n"] == told.evaluation.looks
    assert answer["brier"] == told.evaluation.brier
    assert [one["label"] for one in answer["baseline"]] == ["share of all", "share by state"]
    assert len(answer["reliability"]) == 10
    assert answer["model"]["time"] == "elapsed"
    assert [one["number"] for one in answer["open"]] == [one.number for one in told.chances]
    assert all({"chance", "low", "high", "n"} <= set(one) for one in answer["open"])


def test_the_command_forecasts_an_organization_by_its_own_facilities(
    place: Organization, shot: Snapshot
) -> None:
    other = Organization.objects.create(name="Lakeside Health", slug="lakeside-health")
    Facility.objects.filter(slug="riverside").update(organization=other)
    answer = json.loads(said("--json", f"--organization={place.slug}"))
    told = forecast(shot.mirror, Selection(facilities=("northfield",)))
    assert answer["model"]["finished"] == told.learned.finished
    assert {one["facility"] for one in answer["open"]} == {"northfield"}
    assert [one["number"] for one in answer["open"]] == [one.number for one in told.chances]


def test_the_command_refuses_in_words_and_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    few = fold(_with_bands(log(memoryless(60, seed=5, days=21), AS_OF)))
    shot = Snapshot(mirror=few, watermark="1", content="few")
    monkeypatch.setattr("analytics.readers.arguments.open_source", lambda *_, **__: shot)
    assert "No forecast. There is too little to learn from." in said()
    answer = json.loads(said("--json"))
    assert (answer["given"], answer["open"]) == (False, [])
    assert answer["missing"]


def test_the_command_prints_the_trial() -> None:
    words = said("--evaluate")
    assert words.count(" % ") >= 10
    assert "Baseline, share by state: Brier 0." in words
    assert "Calibration in the large: mean chance 0." in words
    assert said().startswith("Brier 0.")


def test_where_no_date_lies_ahead_the_page_says_so_and_why(shot: Snapshot) -> None:
    told = forecast(shot.mirror, Selection(facilities=("northfield",)))
    assert isinstance(told, Forecast)
    nobody = replace(told, chances=(), aside={"late already": ("1", "2")})
    found = _story(nobody, Query())
    assert f"{found['strong']}{found['rest']}" == (
        "No open request still has the contract date ahead of it, so there is nothing to forecast. "
        "Not counted: 2 late already."
    )


def test_the_days_of_the_trial_are_those_of_the_house_at_every_door(
    director: Client, shot: Snapshot
) -> None:
    """Its first and last moments lie on other days in UTC."""
    told = forecast(shot.mirror, Selection(facilities=("northfield", "riverside")))
    assert isinstance(told, Forecast)
    place = ZoneInfo("Pacific/Kiritimati")
    Facility.objects.update(zone=place.key)
    ends = (told.evaluation.first, told.evaluation.last)
    first, last = (datetime.fromtimestamp(at, place) for at in ends)
    assert first.date() != datetime.fromtimestamp(ends[0], UTC).date()
    words = director.get(WHERE).content.decode()
    assert f"What was said on {period(first.date(), last.date())} by a model" in words
    assert "Each begins at midnight in Pacific/Kiritimati." in words
    answer = director.get("/api/analytics/forecast/").json()
    house = ("--organization", "northfield-health")
    call_command("forecast", *house, "--json", stdout=(out := StringIO()))
    for said in (answer, json.loads(out.getvalue())):
        assert said["zone"] == place.key
        assert (said["trial"]["from"], said["trial"]["to"]) == (first.isoformat(), last.isoformat())
    for also in ((), ("--evaluate",)):
        call_command("forecast", *house, *also, stdout=(out := StringIO()))
        assert f"{first.date()} to {last.date()} (Pacific/Kiritimati)" in out.getvalue()
