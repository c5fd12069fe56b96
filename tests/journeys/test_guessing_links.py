"""Guessing links is slowed for the guesser, and for nobody who shares an address with him."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from journey_cast import facility, somebody
from released import sent

from requests_app.models import ShareLink, User
from requests_app.throttle import Limit
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> User:
    """A supervisor of Northfield, signed in."""
    person = somebody(Role.SUPERVISOR, facility())
    client.force_login(person)
    return person


def guess(client: Client, times: int, address: str = "203.0.113.66") -> list[HttpResponse]:
    return [client.get(f"/s/guess-{n}/", REMOTE_ADDR=address) for n in range(times)]


def test_guessing_links_is_slowed_for_the_guesser_only(client: Client, staff: User) -> None:
    _, path = sent(client)
    assert {one.status_code for one in guess(Client(), 60)} == {404}
    slowed = guess(Client(), 1)[0]
    assert slowed.status_code == 429
    assert slowed["Retry-After"] == "60"
    assert "Try again in a minute" in slowed.content.decode()
    assert '<h1 id="what">Too many tries</h1>' in slowed.content.decode()
    assert "Sign in" not in slowed.content.decode()
    assert guess(Client(), 1, "203.0.113.67")[0].status_code == 404
    neighbour = Client(REMOTE_ADDR="203.0.113.66")
    assert neighbour.get(path).status_code == 200
    opened = neighbour.post(path)
    assert neighbour.get(opened["Location"]).status_code == 200


def test_a_link_that_does_not_open_has_a_title_and_asks_no_patient_to_sign_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    once = Limit(name="one-guess", times=1, within=timedelta(days=1))
    monkeypatch.setattr("requests_app.portal.shared_images.GUESSES", once)
    unknown, slowed = guess(Client(), 2, "203.0.113.68")
    assert (unknown.status_code, slowed.status_code) == (404, 429)
    for answer, title in ((unknown, "This link does not open"), (slowed, "Too many tries")):
        text = answer.content.decode()
        assert f'<h1 id="what">{title}</h1>' in text
        assert "Sign in" not in text
        assert "Go to the start" not in text


def test_links_that_open_are_not_counted_as_guesses(client: Client, staff: User) -> None:
    _, path = sent(client)
    assert {Client().get(path).status_code for _ in range(70)} == {200}
    assert Client().get("/s/nothing-like-it/").status_code == 404


def test_shared_pages_that_were_not_opened_are_limited_and_private(
    client: Client, staff: User
) -> None:
    _, path = sent(client)
    link = ShareLink.objects.get().pk
    places = (
        f"/shared/{link}/",
        f"/shared/{link}/frames/1/0/soft.jpg",
        f"/shared/{link}/originals.zip",
    )
    for place in places:
        refused = Client().get(place)
        assert refused.status_code == 404
        assert refused["Cache-Control"] == "no-store"
        assert refused["Referrer-Policy"] == "no-referrer"
    statuses = [Client().get(places[0]).status_code for _ in range(60)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
