"""The page of all measures: each one with its figure or the reason, its definition and its door."""

import re

import pytest
from django.test import Client

from analytics.metrics.catalogue import METRICS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
PAGE = "/work/analytics/measures/"


def row_of(text: str, key: str) -> str:
    found = re.search(rf'<tr id="{key}">.*?</tr>', text, re.DOTALL)
    assert found, key
    return found[0]


def test_every_measure_has_its_figure_or_the_reason_and_its_definition(
    person, client: Client
) -> None:
    client.force_login(person("him_director", everything=True))
    text = client.get(PAGE).content.decode()
    for metric in METRICS:
        row = row_of(text, metric.key)
        assert ("/overview/behind/?key=" in row) != ("No figure: " in row), metric.key
        assert f"{metric.key}, version " in row
    lacking = re.search(r"(\d+) have no figure here", text)
    assert lacking
    assert int(lacking[1]) == text.count("No figure: ")
    assert client.get(re.search(r'href="(/overview/behind/[^"]*)"', text)[1]).status_code == 200
    assert re.search(r">\d+ requests</a>", row_of(text, "requests_received"))
    assert "link" in row_of(text, "deliveries_by_channel").lower()
    assert re.search(r"range from \d+ unknown", row_of(text, "physical_media_share_out"))


def test_open_requests_are_those_open_now_whenever_they_came(person, client: Client) -> None:
    client.force_login(person("him_director", everything=True))
    whole = client.get(PAGE, {"from": "2020-01-01"}).content.decode()
    week = client.get(PAGE, {"from": "2026-08-24", "to": "2026-08-30"}).content.decode()
    figures = [
        re.search(r">(\d+) requests?</a></td>.*open now", row_of(text, "open_requests"))
        for text in (whole, week)
    ]
    assert figures[0] and figures[1]
    assert figures[0][1] == figures[1][1] != "0"
    assert "by=now" in row_of(week, "open_requests")
    assert row_of(whole, "requests_received") != row_of(week, "requests_received")
    empty = client.get(PAGE, {"from": "2020-01-01", "to": "2020-02-01"}).content.decode()
    assert "No requests in this view" in empty


def test_the_measures_are_of_what_one_may_see(person, client: Client) -> None:
    client.force_login(person("supervisor", "riverside"))
    own = row_of(client.get(PAGE).content.decode(), "requests_received")
    client.force_login(person("him_director", everything=True))
    every = row_of(client.get(PAGE).content.decode(), "requests_received")
    assert own != every
    client.force_login(person("supervisor"))
    assert "No requests in this view" in client.get(PAGE).content.decode()
