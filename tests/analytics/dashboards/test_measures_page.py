"""The page of all measures: each one with its figure or the reason, its definition and its door."""

import re
from dataclasses import replace

import pytest
from django.test import Client

from analytics.metrics.catalogue import METRICS
from analytics.metrics.reading import ALL_UNKNOWN
from analytics.mirror.fold import fold
from analytics.mirror.refresh import Snapshot
from tests.analytics import synthetic

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


def test_a_log_is_asked_by_its_own_deadline_and_not_by_a_contract(
    person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    shot = Snapshot(
        mirror=fold(replace(synthetic.log(), name="old")), watermark="1", content="c" * 64
    )
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    client.force_login(person("him_director", everything=True))
    assert "within the contract&#x27;s time?" in row_of(
        client.get(PAGE).content.decode(), "sla_compliance"
    )
    row = row_of(client.get(PAGE, {"source": "old"}).content.decode(), "sla_compliance")
    assert "How many requests were released by the log&#x27;s own deadline?" in row
    assert "contract&#x27;s time" not in row


def test_a_median_is_of_requests_and_a_share_is_divided_by_them(person, client: Client) -> None:
    client.force_login(person("him_director", everything=True))
    text = client.get(PAGE).content.decode()
    share, median = (row_of(text, key) for key in ("sla_compliance", "turnaround_censored_median"))
    assert "Divided by" in share
    assert "Divided by" not in median
    assert re.search(r">\s*Of\s*<", median)


def test_no_definition_speaks_of_what_the_page_has_not(person, client: Client) -> None:
    client.force_login(person("him_director", everything=True))
    text = client.get(PAGE).content.decode()
    assert "beside it" not in text
    assert "the curve on the overview keeps the open ones" in text


def test_where_all_is_unknown_it_is_said_that_no_word_tells(
    person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = synthetic.log().events
    rows = [row | {"medium": row["medium"] and "unknown"} for row in events.to_pylist()]
    shot = synthetic.snapshot(events=events.from_pylist(rows, events.schema))
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    client.force_login(person("him_director", everything=True))
    row = row_of(client.get(PAGE).content.decode(), "physical_media_share_out")
    assert f"No figure: {ALL_UNKNOWN}" in row
