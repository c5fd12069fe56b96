"""Every error is a page of the house: what happened, what to do next, one way on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from project.errors import bad_request, broken, forbidden, missing, page, too_many
from requests_app.refusals import TransitionConflict
from requests_app.vocabulary import Role
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db
SIDE_BAR, WAY_ON = 'aria-label="Main"', "Go to the start"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_cast().people[Role.RELEASE_STAFF])
    return client


def test_an_unknown_address_keeps_the_side_bar_of_those_who_are_signed_in(staff: Client) -> None:
    answer = staff.get("/work/nothing-here/")
    text = answer.content.decode()
    assert answer.status_code == 404
    assert SIDE_BAR in text
    assert "Check the address." in text
    assert WAY_ON in text
    visitor = Client().get("/work/nothing-here/")
    assert visitor.status_code == 404
    assert SIDE_BAR not in visitor.content.decode()


def test_a_page_that_is_not_open_says_for_whom_it_is_and_whom_to_ask(staff: Client) -> None:
    doors = {
        "/proof/": "The access log is for auditors and administrators.",
        "/overview/": "for supervisors, HIM directors, auditors, analysts and administrators.",
        "/reports/": "Figures are for supervisors, HIM directors,",
        "/logs/": "for supervisors, HIM directors, analysts and administrators. Ask",
    }
    for where, who in doors.items():
        answer = staff.get(where)
        text = answer.content.decode()
        assert answer.status_code == 403
        assert ("That you tried to open" in answer.content.decode()) == (where != "/logs/")
        assert SIDE_BAR in text
        assert "Not open to you" in text
        assert who in text
        assert "Ask an administrator" in text


def test_a_form_without_its_token_says_to_load_the_page_again() -> None:
    careful = Client(enforce_csrf_checks=True)
    answer = careful.post("/ask/", {"scope": "CT abdomen"})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "This form is too old" in text
    assert "Nothing was done." in text
    assert "Not open to you" not in text


def test_too_many_tries_say_how_long_to_wait(settings: object) -> None:
    answer = too_many(RequestFactory().get("/account/login/"))
    assert answer.status_code == 429
    assert "Wait 5 minutes, then try again." in answer.content.decode()
    settings.SIGN_IN_WAIT_MINUTES = 9  # type: ignore[attr-defined]
    answer = too_many(RequestFactory().get("/account/login/"))
    assert "Wait 9 minutes" in answer.content.decode()


def test_too_many_sign_ins_of_one_address_get_the_page_of_the_house() -> None:
    cache.clear()
    client = Client()
    said = {"login": "nobody@example.org", "password": "wrong"}
    found = {client.post("/account/login/", said).status_code for _ in range(70)}
    assert found <= {200, 429}
    last = client.post("/account/login/", said)
    assert last.status_code == 429
    assert "Too many tries" in last.content.decode()
    cache.clear()


class Unread:
    """A person about whom nothing may be asked."""

    @property
    def is_authenticated(self) -> bool:
        raise AssertionError("what Django calls in any thread must not ask who is signed in")


@pytest.mark.parametrize("handler", [bad_request, forbidden, missing, broken])
def test_what_django_calls_in_any_thread_asks_the_database_nothing(
    handler: Callable[[HttpRequest], HttpResponse], django_assert_num_queries: Any
) -> None:
    request = RequestFactory().get("/work/queue/")
    request.user = Unread()  # type: ignore[assignment]
    with django_assert_num_queries(0):
        answer = handler(request)
    assert SIDE_BAR not in answer.content.decode()


def test_a_fault_is_said_even_without_a_database(staff: Client) -> None:
    answer = broken(RequestFactory().get("/work/queue/"))
    assert answer.status_code == 500
    assert "Something broke here" in answer.content.decode()


def test_a_conflict_leads_back_to_what_changed() -> None:
    request = RequestFactory().get("/work/requests/R-1/")
    text = page(request, TransitionConflict.status, "Someone changed this first.").content.decode()
    assert 'href="/work/requests/R-1/"' in text
    assert "Look again" in text
