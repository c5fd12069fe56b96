"""The page and the command of the process view: scope, record, refusals, words."""

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
PAGE = "/work/analytics/process/"


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
    assert "4 of 4 kinds of move carry 100% of the flow" in text
    assert "times that one step followed another, whether it changed the state or not" in text
    assert "Received → Available" in text
    assert 'href="/overview/behind/?key=rework_rate"' in text
    assert "Failure noted → Failure recovered" in text


def test_without_a_move_in_the_log_conformance_is_not_judged(director: Client) -> None:
    text = director.get(PAGE).content.decode()
    assert "Changes of state cannot be held against the table" in text
    assert "No step says which state it led to." in text


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


def test_each_look_is_recorded_with_its_filters(director: Client) -> None:
    director.get(PAGE, {"facility": "riverside"})
    entry = AuditEntry.objects.get(verb="dashboard.viewed")
    assert entry.subject == "process"
    assert json.loads(bytes(entry.body))["detail"]["filters"] == "facility=riverside"


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
    assert "800 requests" in text
    assert "Move: Received -> Available" in text
    assert "Conformance: no step says which state it led to" in text


def test_the_command_refuses_what_it_does_not_know() -> None:
    with pytest.raises(CommandError) as refused:
        run("--facility", "nowhere")
    assert refused.value.returncode == 2
