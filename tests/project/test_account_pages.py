"""Only the account pages that an invited person needs are there, and mails name our address."""

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from threading import Timer

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from kombu import Connection

from project.celery import app
from project.embedded import valkey
from project.embedded.places import broker_url
from project.embedded.processes import stop
from project.tasks import send_reset_mail
from requests_app.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
OURS = "https://images.hospital.example"


@pytest.fixture
def person() -> User:
    return User.objects.create_user("somebody", "somebody@example.org", "a long phrase 4417")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "email/",
        "signup/",
        "reauthenticate/",
        "confirm-email/",
        "confirm-email/x/",
        "login/code/",
    ],
)
def test_pages_of_the_library_that_nobody_needs_are_not_there(path: str, person: User) -> None:
    client = Client()
    client.force_login(person)
    for caller in (client, Client()):
        assert caller.get(f"/account/{path}").status_code == 404
        assert caller.post(f"/account/{path}", {"email": "b@example.org"}).status_code == 404


def ask_for_reset(email: str, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    settings.PUBLIC_ADDRESS = f"{OURS}/"  # type: ignore[attr-defined]
    said = Client().post(
        "/account/password/reset/", {"email": email}, headers={"host": "evil.example"}
    )
    assert said.status_code == 302


def test_a_mail_leads_to_our_address_whatever_host_was_named(
    person: User, settings: object
) -> None:
    ask_for_reset(person.email, settings)
    (sent,) = mail.outbox
    assert "evil.example" not in sent.body + sent.subject
    assert person.username not in sent.body
    assert sent.subject == "Choose a new password"
    assert "once, for 3 days" in sent.body
    link = re.search(r"https?://\S+", sent.body)
    assert link is not None
    assert link[0].startswith(f"{OURS}/account/password/reset/key/")
    client = Client()
    opened = client.get(link[0].removeprefix(OURS), follow=True)
    assert opened.status_code == 200
    assert 'name="password1"' in opened.content.decode()
    new = "quite another phrase 2207"
    where = opened.redirect_chain[-1][0]
    assert client.post(where, {"password1": new, "password2": new}).status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)
    assert "Your other sessions are signed out" in client.get("/account/login/").content.decode()


def test_who_had_no_password_is_told_that_it_is_set_and_of_no_other_session(person: User) -> None:
    person.set_unusable_password()
    person.save(update_fields=("password",))
    key = default_token_generator.make_token(person)
    client = Client()
    opened = client.get(
        f"/account/password/reset/key/{user_pk_to_url_str(person)}-{key}/", follow=True
    )
    new = "quite another phrase 2207"
    where = opened.redirect_chain[-1][0]
    done = client.post(where, {"password1": new, "password2": new}, follow=True).content.decode()
    assert "Your password is set" in done
    assert 'href="/account/login/">Sign in</a> with it' in done
    assert "sessions" not in done


@pytest.fixture
def queue(tmp_path: Path, settings: object) -> Iterator[Connection]:
    """A real queue, and nobody who works on it."""
    var = tmp_path / "var"
    server = valkey.start(var)
    before, app.conf.broker_url = app.conf.broker_url, broker_url(var)
    app._after_fork()  # noqa: SLF001  forget the connections to where no queue was
    with app.connection_for_read() as connection:
        yield connection
    app.conf.broker_url = before
    app._after_fork()  # noqa: SLF001
    stop([server], seconds=15)


def test_the_mail_is_left_to_the_worker_and_the_task_names_nobody(
    person: User, settings: object, queue: Connection
) -> None:
    ask_for_reset(person.email, settings)
    assert mail.outbox == []
    with queue.SimpleQueue("celery") as waiting:
        task = waiting.get(timeout=5)
        task.ack()
    assert task.headers["task"] == "project.tasks.send_reset_mail"
    assert task.payload[0] == [person.pk]
    told = json.dumps([task.headers, task.payload])
    assert person.email not in told
    send_reset_mail(*task.payload[0])
    assert [one.to for one in mail.outbox] == [[person.email]]


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_queue_that_never_answers_does_not_hold_the_page(
    person: User, settings: object, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(
            app.conf, "broker_url", f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//"
        )
        hangs_up = Timer(8, silent.close)
        hangs_up.start()
        began = time.monotonic()
        ask_for_reset(person.email, settings)
        waited = time.monotonic() - began
        hangs_up.cancel()
    assert waited < 6
    assert [one.to for one in mail.outbox] == [[person.email]]


def test_with_neither_queue_nor_mail_server_the_page_answers_as_it_does_a_stranger(
    person: User,
    settings: object,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object) -> int:
        raise SMTPRecipientsRefused({person.email: (550, b"unknown")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    ask_for_reset(person.email, settings)
    assert "No queue, and no mail server: SMTPRecipientsRefused" in caplog.text
    assert person.email not in caplog.text


def test_who_was_switched_off_meanwhile_is_not_written_to(person: User) -> None:
    person.is_active = False
    person.save(update_fields=["is_active"])
    send_reset_mail(person.pk)
    assert mail.outbox == []


def test_nobody_is_written_to_who_has_no_account(settings: object) -> None:
    ask_for_reset("stranger@example.org", settings)
    assert mail.outbox == []


def test_a_wrong_password_says_what_to_do(person: User) -> None:
    client = Client()
    said = {"login": person.email, "password": "wrong"}
    text = client.post("/account/login/", said).content.decode()
    assert "That email and password do not fit together. Try again." in text
    empty = client.post("/account/login/", {}).content.decode()
    assert "Write your password." in empty
    assert "This field is required" not in empty


def test_who_signs_in_is_shown_a_page_and_no_message(person: User) -> None:
    said = {"login": person.email, "password": "a long phrase 4417"}
    page = Client().post("/account/login/", said, follow=True)
    assert page.wsgi_request.user == person
    assert not list(page.context["messages"])
