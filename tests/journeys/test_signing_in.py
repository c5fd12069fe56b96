"""Signing in: guessing is slowed, nothing is told, nobody is locked out for good, sessions end."""

import re

import pytest
from django.conf import settings
from django.test import Client
from journey_cast import PASSWORD, facility, somebody

from audit.models import AuditEntry
from requests_app.models import User
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db
SIGN_IN, CANARY = "/account/login/", "canary password 7701"


@pytest.fixture
def victim() -> User:
    return somebody(Role.RELEASE_STAFF, facility())


def attempt(client: Client, login: str, password: str, address: str = "10.0.0.9"):
    said = {"login": login, "password": password}
    return client.post(SIGN_IN, said, REMOTE_ADDR=address)


def plain(answer: object) -> str:
    """Return a page without what changes by chance or repeats what was typed."""
    text = answer.content.decode()  # type: ignore[attr-defined]
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)
    return re.sub(r"\S+@example\.org", "", text)


def is_in(client: Client) -> bool:
    return client.get("/work/queue/").status_code == 200


def test_guesses_are_slowed_without_telling_whether_the_account_exists(victim: User) -> None:
    known = [attempt(Client(), victim.email, f"wrong {n}") for n in range(7)]
    unknown = [attempt(Client(), "nobody@example.org", f"wrong {n}", "10.0.0.8") for n in range(7)]
    assert [one.status_code for one in known] == [one.status_code for one in unknown]
    assert [plain(one) for one in known] == [plain(one) for one in unknown]
    assert plain(known[4]) != plain(known[6])
    assert "Too many" in plain(known[6])


def test_the_right_password_does_not_help_while_guesses_are_slowed(victim: User) -> None:
    for number in range(6):
        attempt(Client(), victim.email, f"wrong {number}")
    client = Client()
    attempt(client, victim.email, PASSWORD)
    assert not is_in(client)


def test_the_right_password_works_again_after_the_time(
    victim: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    for number in range(6):
        attempt(Client(), victim.email, f"wrong {number}")
    later = time.time() + 5 * 60 + 1
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: later)
    client = Client()
    attempt(client, victim.email, PASSWORD)
    assert is_in(client)


def test_a_guesser_elsewhere_does_not_lock_the_victim_out(victim: User) -> None:
    for number in range(12):
        attempt(Client(), victim.email, f"wrong {number}", "203.0.113.66")
    client = Client()
    attempt(client, victim.email, PASSWORD, "10.0.0.9")
    assert is_in(client)


def test_many_accounts_from_one_address_are_slowed_too() -> None:
    answers = [attempt(Client(), f"n{n}@example.org", "wrong") for n in range(25)]
    assert "Too many" in plain(answers[-1])


def test_every_refused_sign_in_is_recorded_without_what_was_typed(victim: User) -> None:
    for number in range(8):
        attempt(Client(), victim.email, f"{CANARY} {number}")
    found = AuditEntry.objects.filter(verb__in=("session.refused", "session.throttled"))
    assert found.count() == 8
    assert set(found.values_list("outcome", flat=True)) == {"4"}
    for entry in found:
        assert b"canary" not in bytes(entry.body)
        assert victim.email.encode() not in bytes(entry.body)
        assert b'"address":"10.0.0.9"' in bytes(entry.body)


def test_an_account_switched_off_gets_in_nowhere(victim: User) -> None:
    victim.is_active = False
    victim.save(update_fields=("is_active",))
    client = Client()
    off = attempt(client, victim.email, PASSWORD)
    assert not is_in(client)
    assert settings.SESSION_COOKIE_NAME not in client.cookies or not client.session.get(
        "_auth_user_id"
    )
    wrong = attempt(Client(), victim.email, "wrong")
    unknown = attempt(Client(), "nobody@example.org", "wrong")
    assert plain(wrong) == plain(unknown)
    assert off.status_code in (200, 302)


def test_the_session_gets_a_new_name_at_sign_in(victim: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    attempt(client, victim.email, PASSWORD)
    assert is_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    old = Client()
    old.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not is_in(old)


def test_signing_out_ends_the_session_for_a_copied_cookie_too(victim: User) -> None:
    client, thief = Client(), Client()
    attempt(client, victim.email, PASSWORD)
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_in(thief)
    client.post("/account/logout/")
    assert not is_in(client)
    assert not is_in(thief)
    assert AuditEntry.objects.filter(verb="session.closed").count() == 1


def test_a_new_password_ends_the_other_sessions_and_is_recorded(victim: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        attempt(client, victim.email, PASSWORD)
        assert is_in(client)
    new = "quite another phrase 2207"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    answer = here.post("/account/password/change/", said)
    assert (answer.status_code, answer["Location"]) == (302, "/"), "back to work, not to the form"
    assert not is_in(elsewhere)
    entry = AuditEntry.objects.get(verb="password.changed")
    assert (entry.agent_name, entry.outcome) == (victim.username, "0")
    again = Client()
    attempt(again, victim.email, PASSWORD)
    assert not is_in(again)
    attempt(again, victim.email, new)
    assert is_in(again)
