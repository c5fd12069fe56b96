"""The page and the command of the process view: scope, record, refusals, words."""

import json
import re
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from analytics.dashboards.waits import waits_words
from analytics.metrics.selection import Selection
from analytics.metrics.without import told
from analytics.process.whole import process
from audit.models import AuditEntry
from tests.analytics import synthetic

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
PAGE = "/work/analytics/process/"
YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


@pytest.fixture
def director(person, client: Client) -> Client:
    client.force_login(person("him_director", everything=True))
    return client


def requests_in(answer) -> int:
    return int(re.search(r"n\s=\s(\d+) requests", answer.content.decode())[1])


def test_the_page_says_the_finding_and_draws_every_step(director: Client) -> None:
    text = director.get(PAGE).content.decode()
    assert "of the waiting before a delivery" in text
    assert text.count('class="step"') == 2 * 4  # wide, and for a phone
    assert "4 kinds of move carry the whole flow" in text
    assert "times that one step followed another, whether it changed the state or not" in text
    assert "Received → Available" in text
    assert 'href="/overview/behind/?key=rework_rate"' in text
    assert "Failure noted → Failure recovered" in text
    assert "Every step was taken once" in text
    assert 'data-label="Share of waiting:"' in text  # a card on a phone, like the ways below it


def test_hours_after_a_delivery_are_told_only_where_there_are_some(director: Client) -> None:
    assert "after a first delivery" not in director.get(PAGE, YEAR).content.decode()
    seen = process(synthetic.mirror(), Selection())
    seen = replace(seen, waits=replace(seen.waits, after=7.2))
    assert waits_words(seen)["notes"] == [
        "7 hours lie after a first delivery: not counted here, since the images are there."
    ]


def test_without_a_move_in_the_log_conformance_is_not_judged(director: Client) -> None:
    text = director.get(PAGE).content.decode()
    assert "Whether the rules were kept is not known" in text
    assert "No step says which state it led to." in text


def test_turnaround_without_each_failure_stands_with_its_interval_and_n(director: Client) -> None:
    text = director.get(PAGE, YEAR).content.decode().split('id="without"')[1]
    first = told(synthetic.mirror(), Selection()).each()[0]
    assert "n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}800 requests" in text
    assert f"{first.still_open} still open" in text
    assert f"{first.now.days:.1f} days ({first.now.low:.1f}–{first.now.high:.1f})" in text
    codes = re.findall(r'name="without" value="(\w+)"', text)
    assert sorted(codes) == ["AU02", "LO01", "RV01", "TR06"]
    assert codes[0] == first.codes[0]
    assert f"{first.without.days:.1f} days</td>" in text
    assert 'role="status"' not in text
    assert "/overview/behind/?key=failures_by_code&amp;group=AU02" in text


def test_ticked_failures_are_taken_away_together_and_stay_in_the_address(
    director: Client,
) -> None:
    asked = YEAR | {"without": ["AU02", "LO01", "XX99"]}
    whole = director.get(PAGE, asked).content.decode()
    text = whole.split('id="without"')[1]
    both = told(synthetic.mirror(), Selection()).without(("AU02", "LO01"))
    assert f"together, {both.hours:,.0f} hours in {both.requests} requests" in text
    assert f"nine in ten out in {both.without.days:.1f} days" in text
    assert text.count(" checked") == 2
    filters = re.findall(r'<li><a href="(\?[^"]*)"', whole)
    assert all("without=AU02&amp;without=LO01" in one for one in filters)
    assert not any("without=" in one for one in re.findall(r'href="(/[^"]*)"', whole))
    assert "is not a filter" not in whole
    assert whole.count("&#x27;XX99&#x27; is no failure that these requests had") == 1
    assert (
        "is no failure that" not in director.get(PAGE, YEAR | {"without": "AU02"}).content.decode()
    )
    nobody = {"from": "2020-01-01", "to": "2020-02-01", "without": "XX99"}
    assert "XX99&#x27; is no failure" in director.get(PAGE, nobody).content.decode()


def test_without_codes_or_with_few_requests_nothing_is_said_of_failures(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"from": "2026-05-29", "to": "2026-05-30"}
    text = director.get(PAGE, few).content.decode().split('id="without"')[1]
    assert "Fewer than 11 requests" in text
    assert "Not zero" not in text
    shot = synthetic.snapshot(missing={"reason": "no column says why"})
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    text = director.get(PAGE, YEAR).content.decode().split('id="without"')[1]
    assert "What failures delay cannot be said" in text
    assert "Not zero: unknown" in text
    assert "No column says why." in text


def test_a_time_that_is_not_reached_is_no_dash(
    director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = synthetic.log()
    requests = [
        row | {"available": None, "outcome": None} if i % 2 else row
        for i, row in enumerate(log.requests.to_pylist())
    ]
    shot = synthetic.snapshot(requests=log.requests.from_pylist(requests, log.requests.schema))
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    asked = YEAR | {"without": ["AU02", "LO01"]}
    text = director.get(PAGE, asked).content.decode().split('id="without"')[1]
    assert "now not reached" in text
    assert "together, " in text
    assert "fewer than nine in ten were seen out." in text
    assert "instead of" not in text
    assert "not reached</td>" in text
    assert "— days" not in text


def test_the_filters_of_the_address_choose_the_requests(director: Client) -> None:
    both, one = director.get(PAGE), director.get(PAGE, {"facility": "riverside"})
    assert requests_in(both) == 2 * requests_in(one) > 300
    odd = director.get(PAGE, {"from": "never", "colour": "red"}).content.decode()
    assert "&#x27;never&#x27; is not a day" in odd
    assert "&#x27;colour&#x27; is not a filter of this page." in odd


def test_another_facility_is_not_in_the_figures(person, client: Client) -> None:
    client.force_login(person("supervisor", "riverside"))
    own = requests_in(client.get(PAGE))
    assert 0 < own < 300
    assert requests_in(client.get(PAGE, {"facility": ["northfield", "riverside"]})) == own
    theirs = client.get(PAGE, {"facility": "northfield"}).content.decode()
    assert "Northfield" not in theirs
    assert "No requests in this view" in theirs
    assert "Clear the filters" in theirs


def test_an_empty_scope_sees_nothing(person, client: Client) -> None:
    client.force_login(person("supervisor"))
    text = client.get(PAGE).content.decode()
    assert "No requests in this view" in text
    assert '<svg class="flow"' not in text


@pytest.mark.parametrize("role", ["release_staff", "requester"])
def test_the_process_is_not_for_every_role(person, client: Client, role: str) -> None:
    client.force_login(person(role, everything=True))
    assert client.get(PAGE).status_code == 403
    assert AuditEntry.objects.filter(verb="door.refused").count() == 1
    assert not AuditEntry.objects.filter(verb="dashboard.viewed").exists()


def test_each_look_is_recorded_with_what_counted(director: Client) -> None:
    asked = "facility=riverside&from=2026-01-01&to=2026-12-31&compare=none"
    director.get(f"{PAGE}?{asked}&without=AU02&without=Zebulon&slice=modality%3DZebulon")
    entry = AuditEntry.objects.get(verb="dashboard.viewed")
    assert entry.subject == "process"
    detail = json.loads(bytes(entry.body))["detail"]
    assert detail["filters"] == (
        "facility=riverside&from=2026-01-01&to=2026-12-31&zone=America%2FChicago"
        "&modality_unheard=1&without=AU02"
    )
    assert detail["ignored"] == "without"


def test_nothing_but_looking_is_done_there(director: Client) -> None:
    assert director.post(PAGE).status_code == 405


def run(*words: str) -> str:
    out = StringIO()
    call_command("process", *words, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_same_as_json_and_in_words() -> None:
    answer = json.loads(run("--json"))
    assert answer["basis"]["requests"] == 800
    assert {edge["previous"] for edge in answer["graph"]["edges"]} >= {"received"}
    assert set(answer["measures"]) == {
        *("zero_touch_share", "rework_rate", "handoffs_mean", "conforming_share")
    }
    assert answer["conformance"]["why"] == "no step says which state it led to"
    text = run()
    assert "800 requests, " in text
    assert "; touches are not counted as steps, they say how one was done" in text
    assert "Hand-offs of all requests, delivered or not: " in text
    assert "Move: Received -> Available" in text
    assert "Conformance: no step says which state it led to" in text


def test_the_command_refuses_what_it_does_not_know() -> None:
    with pytest.raises(CommandError) as refused:
        run("--facility", "nowhere")
    assert refused.value.returncode == 2
