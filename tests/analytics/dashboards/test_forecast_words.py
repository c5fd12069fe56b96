"""What the page of the forecast says of days left, ages and differences."""

import re

import pytest
from django.test import Client
from test_forecast_page import WHERE, snapshot
from test_overview_page import html

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shot():
    return snapshot("words")


@pytest.fixture
def director(person, client: Client, monkeypatch: pytest.MonkeyPatch, shot) -> Client:
    monkeypatch.setattr("analytics.readers.view.open_source", lambda *_, **__: shot)
    client.force_login(person("him_director", everything=True))
    return client


def test_the_overview_and_the_forecast_say_the_same_days_left(director: Client) -> None:
    listed = html(director, "needs")
    items = [re.sub("<svg.*?</svg>", "", item) for item in listed.split("<li>")[1:]]
    left = dict(re.search(r">(R-\w+)[^<]*</a><span[^>]*>([^<]*)<", item).groups() for item in items)
    assert len(left) == 6
    assert any(words.endswith("left") for words in left.values())
    rows = "".join(
        director.get(WHERE, {"page": str(page)}).content.decode() for page in range(1, 12)
    )
    for number, words in left.items():
        assert f"<small>{words}</small>" in rows.split(f">{number}</a>")[1].split("</tr>")[0]


def test_without_a_business_calendar_an_age_is_counted_from_receipt(director: Client) -> None:
    words = director.get(WHERE).content.decode()
    assert "at the same age since their receipt: " in words
    assert "Counted in days from receipt; nothing stops the clock." in words
    assert "contract clock" not in words


def test_a_difference_that_is_less_than_nothing_has_one_minus_everywhere(director: Client) -> None:
    words = director.get(WHERE).content.decode()
    (excess,) = re.findall("<dt>Difference</dt><dd>([^<]*)</dd>", words)
    assert "−" in excess
    assert "-" not in excess
