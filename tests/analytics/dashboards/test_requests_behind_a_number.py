"""Every number of the overview is a door to the requests behind it."""

import csv
import html as entities
import io
import json
import re

import pytest
from django.test import Client
from test_overview_page import ask

from analytics.metrics.catalogue import METRICS
from audit.models import AuditEntry
from requests_app.models import Facility
from requests_app.vocabulary import RequesterType
from requests_app.words import say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
PAGE, FILE = "/overview/behind/", "/overview/behind.csv"


@pytest.fixture
def director(person, client: Client) -> Client:
    client.force_login(person("him_director", everything=True))
    return client


def doors(client: Client, part: str, search: str = "") -> list[str]:
    """Return the doors to requests that a part of the overview holds."""
    words = ask(client, part, search).json()["response"][f"{part}-answer"]["data"]["html"]
    found = re.findall(r'href="(/overview/behind/[^"]+)"', words)
    return [entities.unescape(one) for one in found]


@pytest.mark.parametrize("part", ["head", "weekly", "needs", "charts"])
def test_every_door_of_the_overview_opens(director: Client, part: str) -> None:
    found = doors(director, part, "?facility=northfield")
    assert len(found) >= 2
    for door in found:
        answer = director.get(door)
        assert answer.status_code == 200, door
        assert b"is not a filter" not in answer.content, door


def test_the_card_and_the_list_behind_it_say_the_same_number(director: Client) -> None:
    answer = director.get(PAGE, {"key": "sla_compliance"})
    text = answer.content.decode()
    assert "All <b>384</b>" in text
    assert "Met <b>340</b>" in text
    assert "Missed <b>44</b>" in text


def test_a_list_of_deliveries_says_that_it_names_requests(director: Client) -> None:
    said, figure = "This list names each request once", "The number counts"

    def page(**words: str) -> str:
        return director.get(PAGE, words).content.decode()

    assert said not in page(key="sla_compliance")
    share = page(key="physical_media_share_out")
    assert said in share
    assert figure in share
    for words in (
        {"key": "channel_fanout"},
        {"key": "failure_hours_by_code", "group": "F01"},
        {"key": "physical_media_share_out", "medium": "physical"},
    ):
        assert said in page(**words)
        assert figure not in page(**words)


def test_those_who_missed_are_late_and_link_to_their_requests(director: Client) -> None:
    text = director.get(PAGE, {"key": "sla_compliance", "part": "rest"}).content.decode()
    assert "/work/requests/R-N" in text
    assert "1–25 of 44" in text


def test_the_file_holds_every_row_and_how_it_was_counted(director: Client) -> None:
    answer = director.get(FILE, {"key": "sla_compliance", "part": "rest"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Contract SLA met", "Missed"]
    assert len(rows) - 10 == 44
    assert answer["Content-Disposition"] == 'attachment; filename="sla-compliance-rest.csv"'


def test_each_request_says_on_which_side_of_a_share_it_counts(director: Client) -> None:
    sides = re.compile(r'data-label="Counted as:">([^<]*)<')
    everything = [
        side
        for page in range(1, 17)
        for side in sides.findall(
            director.get(PAGE, {"key": "sla_compliance", "page": page}).content.decode()
        )
    ]
    assert (everything.count("Met"), everything.count("Missed")) == (340, 44)
    assert len(everything) == 384
    missed = director.get(PAGE, {"key": "sla_compliance", "part": "rest"}).content.decode()
    assert set(sides.findall(missed)) == {"Missed"}
    for words in ({"key": "sla_compliance", "part": "left-1"}, {"key": "open_requests"}):
        assert "Counted as" not in director.get(PAGE, words).content.decode()
    rows = list(
        csv.reader(
            io.StringIO(director.get(FILE, {"key": "sla_compliance"}).content.decode("utf-8-sig"))
        )
    )
    assert [row[-1] for row in rows[-384:]].count("Met") == 340


def test_who_asked_is_said_as_in_the_filters(director: Client) -> None:
    text = director.get(PAGE, {"key": "sla_compliance"}).content.decode()
    said = set(re.findall(r'data-label="Asked by:">([^<]*)<', text))
    assert said <= {str(say(one)) for one in RequesterType} | {"not said"}
    assert "Patient" in said


def test_a_due_date_is_a_day_of_the_facility(director: Client) -> None:
    words = {"key": "sla_compliance", "part": "rest", "facility": "northfield"}
    here = director.get(PAGE, words).content.decode()
    Facility.objects.filter(slug="northfield").update(zone="Pacific/Honolulu")
    there = director.get(PAGE, words).content.decode()
    due = re.compile(r'data-label="Due:">([^<]+)<')
    assert len(due.findall(here)) == 25
    assert due.findall(here) != due.findall(there)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_every_measure_has_a_page(director: Client, metric) -> None:
    assert director.get(PAGE, {"key": metric.key}).status_code == 200


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, 404),
        ({"key": "none"}, 404),
        ({"key": "sla_compliance", "part": "none"}, 404),
        ({"key": "sla_compliance", "part": "\x00"}, 404),
        ({"key": "sla_compliance", "page": "-3"}, 200),
        ({"key": "failures_by_code", "group": "x' OR 1=1 --\x00"}, 200),
        ({"key": "sla_compliance", "by": "event", "medium": "💿"}, 200),
        ({"key": "sla_compliance", "from": "never", "to": "2026-13-01"}, 200),
    ],
)
def test_bad_words_are_answered(director: Client, said: dict[str, str], status: int) -> None:
    for where in (PAGE, FILE):
        assert director.get(where, said).status_code == status


def test_another_facility_is_never_behind_a_number(person, client: Client) -> None:
    client.force_login(person("supervisor", "riverside"))
    for where in (PAGE, FILE):
        for facility in ("northfield", "riverside", ""):
            answer = client.get(where, {"key": "requests_received", "facility": facility})
            assert b"R-N" not in answer.content


@pytest.mark.parametrize("role", ["release_staff", "requester"])
def test_figures_are_not_for_every_role(person, client: Client, role: str) -> None:
    client.force_login(person(role, everything=True))
    for where in (PAGE, FILE):
        assert client.get(where, {"key": "sla_compliance"}).status_code == 403


def test_each_look_and_each_file_is_recorded(director: Client) -> None:
    director.get(PAGE, {"key": "sla_compliance", "part": "rest"})
    director.get(FILE, {"key": "sla_compliance"})
    entries = AuditEntry.objects.filter(subject="figure:sla_compliance").order_by("at")
    assert [one.verb for one in entries] == ["figure.opened", "figure.exported"]
    assert json.loads(bytes(entries[0].body))["detail"]["part"] == "rest"


@pytest.mark.parametrize(
    ("said", "filters", "ignored"),
    [
        ({"key": "failures_by_code", "group": "AU02"}, "&group=AU02", None),
        ({"key": "failures_by_code", "group": "Zebulon"}, "", "group"),
        ({"key": "sla_compliance", "group": "Zebulon"}, "", "group"),
        ({"key": "open_requests", "band": "late", "by": "now"}, "&band=late&by=now", None),
        ({"key": "open_requests", "age": "Zebulon", "by": "Zebulon"}, "", "age,by"),
        (
            {"key": "physical_media_share_out", "medium": "link", "by": "event"},
            "&medium=link",
            None,
        ),
    ],
)
def test_an_entry_holds_the_words_that_narrowed_the_list(
    director: Client, said: dict[str, str], filters: str, ignored: str | None
) -> None:
    for where in (PAGE, FILE):
        director.get(where, said | {"from": "2026-01-01", "to": "2026-12-31"})
    for entry in AuditEntry.objects.filter(subject=f"figure:{said['key']}"):
        detail = json.loads(bytes(entry.body))["detail"]
        assert detail["filters"].endswith(filters)
        assert ("by=event" in detail["filters"]) is (said.get("by") == "event")
        assert ("from=2026-01-01" in detail["filters"]) is (said.get("by") != "now")
        assert detail.get("ignored") == ignored
        assert b"Zebulon" not in bytes(entry.body)


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"key": "Zebulon"}, "key"),
        ({"key": "sla_compliance", "part": "Zebulon"}, "part"),
    ],
)
def test_a_number_that_is_none_is_recorded_as_refused(
    director: Client, said: dict[str, str], refused: str
) -> None:
    assert director.get(PAGE, said).status_code == 404
    assert director.get(FILE, said).status_code == 404
    for verb in ("figure.opened", "figure.exported"):
        entry = AuditEntry.objects.get(verb=verb)
        body = json.loads(bytes(entry.body))
        assert (body["outcome"], body["detail"]) == ("4", {"refused": refused})
        assert b"Zebulon" not in bytes(entry.body)
