"""Mail goes out, and one notice that cannot never stops the others."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from requests_app.models import ImagingRequest, Notice
from requests_app.notices import mail as sender
from requests_app.notices.address import check_address
from requests_app.notices.outbox import queue_notice
from tests.requests_app.cast import AT, file_request, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
UNSENDABLE = ("a@。com.de", f"a@{'ü' * 60}.de", "a@㏂.com", "not an address")


@pytest.fixture
def request_with_none() -> ImagingRequest:
    """A request whose own notices are out of the way."""
    asked = file_request(make_cast().northfield)
    Notice.objects.all().delete()
    return asked


def test_an_address_that_no_mail_can_carry_fails_and_the_next_notice_goes_out(
    request_with_none: ImagingRequest,
) -> None:
    for address in (*UNSENDABLE[:2], "patient0417@example.org"):
        queue_notice(request_with_none, kind="received", address=address, at=AT)
    assert sender.send_waiting(AT) == 1
    assert [message.to for message in mail.outbox] == [["patient0417@example.org"]]
    for notice in Notice.objects.exclude(state="sent"):
        assert (notice.state, notice.attempts) == ("failed", 1)
        assert notice.last_error.endswith("Check its spelling.")


def test_any_failure_is_counted_retried_later_and_given_up_with_a_sentence(
    request_with_none: ImagingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = queue_notice(request_with_none, kind="received", address="a@example.org", at=AT)

    def broken(_: Notice) -> None:
        raise RuntimeError("a@example.org")

    monkeypatch.setattr(sender, "_deliver", broken)
    for tries, wait in enumerate(sender.WAITS, 1):
        sender.send_waiting(AT + wait - timedelta(seconds=1))
        sender.send_waiting(AT + wait)
        sender.send_waiting(AT + wait)
        notice.refresh_from_db()
        assert notice.attempts == tries
    assert notice.state == "failed"
    assert "5 tries (RuntimeError)" in notice.last_error
    assert "example.org" not in notice.last_error


def test_a_database_error_of_one_notice_is_counted_too(
    request_with_none: ImagingRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = queue_notice(request_with_none, kind="received", address="a@example.org", at=AT)
    monkeypatch.setattr(sender, "_deliver", lambda _: list(Notice.objects.extra(where=["nope"])))
    assert sender.send_waiting(AT) == 0
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("queued", 1)


@pytest.mark.parametrize("address", UNSENDABLE)
def test_the_check_refuses_what_cannot_be_sent(address: str) -> None:
    with pytest.raises(ValidationError):
        check_address(address)


@pytest.mark.parametrize("address", ["a@münchen.de", "a@example.org", "a@[127.0.0.1]"])
def test_the_check_lets_other_scripts_through(address: str) -> None:
    check_address(address)


@pytest.mark.parametrize("address", UNSENDABLE)
def test_the_form_refuses_the_address_before_anything_is_filed(
    client: Client, address: str
) -> None:
    facility = make_cast().northfield
    said = {"facility": facility.pk, "requester_email": address, "scope": "All CT of the knee"}
    answer = client.post("/ask/", said)
    assert answer.status_code == 422
    assert "All CT of the knee" in answer.content.decode()
    assert 'name="requester_email"' in answer.content.decode()
    assert answer.context["form"].errors["requester_email"]
    assert not ImagingRequest.objects.exists()
