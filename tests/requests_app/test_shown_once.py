"""A secret waits for its page in a row of its own: sealed, for minutes, and is shown once."""

import threading
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory

from requests_app.models import KeptSecret, User
from requests_app.shown_once import WAITS, forget_unshown, show_once, taken_to_show
from requests_app.vocabulary import Role
from tests.requests_app.cast import AT, person

sessions = import_module(settings.SESSION_ENGINE)


def visit(address: str, user: User, session: str = "a" * 32) -> HttpRequest:
    request = RequestFactory().get(address)
    request.user = user
    request.session = sessions.SessionStore(session)
    return request


def kept(user: User, secret: str, purpose: str = "key") -> str:
    """Return the address of the page that shows the secret."""
    return show_once(visit("/", user), purpose, secret, "keys:list", at=AT).url


def taken(request: HttpRequest, purpose: str = "key", at: datetime = AT) -> str:
    """Return what a page shows that renders without an error."""
    with taken_to_show(request, purpose, at=at) as secret:
        return secret


@pytest.mark.django_db
def test_each_secret_is_shown_once_by_its_own_address_and_not_after_its_time() -> None:
    me, other = person("me", Role.SUPERVISOR), person("other", Role.SUPERVISOR)
    secrets = ("discless_1", "discless_2", "discless_3", "late")
    first, second, broken, late = (kept(me, secret) for secret in secrets)
    assert "discless_" not in str(list(KeptSecret.objects.values()))
    for nobody in (
        visit(second, other),
        visit(second, me, session="b" * 32),
        visit("/account/keys/", me),
        visit(f"{second}0", me),
        visit(f"{second}x", me),
    ):
        assert taken(nobody) == ""
    assert taken(visit(second, me), "link") == "", "another page's"
    assert taken(visit(second, me)) == "discless_2"
    assert taken(visit(second, me)) == ""
    assert taken(visit(first, me), at=AT + WAITS - timedelta(seconds=1))
    assert taken(visit(late, me), at=AT + WAITS) == ""
    with pytest.raises(LookupError), taken_to_show(visit(broken, me), "key", at=AT):
        raise LookupError
    assert taken(visit(broken, me)) == "discless_3", "its page had an error, and is read anew"
    kept(me, "never asked for")
    assert (forget_unshown(AT), forget_unshown(AT + WAITS)) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_of_reads_at_one_moment_one_gets_the_secret() -> None:
    me = person("me", Role.SUPERVISOR)
    address, ready, got = kept(me, "discless_1"), threading.Barrier(4), []

    def read() -> None:
        ready.wait()
        got.append(taken(visit(address, me)))
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["", "", "", "discless_1"]
