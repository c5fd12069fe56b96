"""A mail that did not leave is shown on its request, and any mail can be sent once more."""

from datetime import timedelta

import pytest
from django.test import Client

from requests_app.delivery.letter import Denial, deny
from requests_app.models import Delivery, ImagingRequest, Notice, ShareLink
from requests_app.notices.outbox import mail_again, newest, queue_notice
from requests_app.refusals import NotAllowed, TransitionRefused
from requests_app.vocabulary import Channel, DeliveryState, NoticeState, Role, Touch
from tests.requests_app.cast import AT, Cast, file_request, make_cast

pytestmark = pytest.mark.django_db
ADDRESS = "patient0417@example.org"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def denied(cast: Cast) -> ImagingRequest:
    """Return a request whose denial never left."""
    request = file_request(cast.northfield, requester_email=ADDRESS)
    deny(request, Denial(basis="a", review="b", complaint="c"), by=None, at=AT)
    Notice.objects.filter(kind="denial").update(state="failed", last_error="No server took it.")
    return request


def linked(cast: Cast, **said: object) -> Notice:
    """Return the mail of a link that left."""
    request = file_request(cast.northfield, **said)  # type: ignore[arg-type]
    delivery = Delivery.objects.create(
        request=request,
        channel=Channel.LINK_SECURE,
        state=DeliveryState.AVAILABLE,
        recipient_name="A",
        recipient_address=ADDRESS,
        created_at=AT,
    )
    ShareLink.objects.create(
        delivery=delivery, salt="s", token_hash="h", expires_at=AT + timedelta(days=1)
    )
    notice = queue_notice(request, kind="link", address=ADDRESS, at=AT, delivery=delivery)
    Notice.objects.filter(pk=notice.pk).update(state="sent")
    return Notice.objects.get(pk=notice.pk)


def test_a_letter_that_did_not_leave_stands_on_the_page_until_it_is_mailed_again(
    client: Client, cast: Cast
) -> None:
    request = denied(cast)
    client.force_login(cast.people[Role.SUPERVISOR])
    path = f"/work/requests/{request.number}/"
    page = client.get(path).content.decode()
    assert f"The denial letter to {ADDRESS} did not leave." in page
    assert "No server took it." in page
    notice = Notice.objects.get(kind="denial")
    said = {"expected": "denied", "notice": notice.pk}
    assert client.post(f"{path}do/resend/", said).status_code == 302
    assert "did not leave" not in client.get(path).content.decode()
    again = Notice.objects.exclude(pk=notice.pk).get(kind="denial")
    assert (again.state, again.address, again.attempts) == (NoticeState.QUEUED, ADDRESS, 0)
    assert request.events.get(kind="manual_touch").touch == Touch.RESEND


def test_who_only_looks_sees_that_it_did_not_leave_and_has_no_button(
    client: Client, cast: Cast
) -> None:
    request = denied(cast)
    client.force_login(cast.people[Role.AUDITOR])
    page = client.get(f"/work/requests/{request.number}/").content.decode()
    assert "did not leave" in page
    assert "Mail it again" not in page


def test_a_link_is_mailed_again_while_it_opens(cast: Cast) -> None:
    notice = linked(cast)
    mail_again(notice, by=cast.people[Role.RELEASE_STAFF], at=AT)
    again = newest(notice.request)[-1]
    assert (again.kind, again.delivery, again.address) == ("link", notice.delivery, ADDRESS)
    with pytest.raises(TransitionRefused, match="goes out by itself"):
        mail_again(again, by=None, at=AT)
    with pytest.raises(TransitionRefused, match="still opens"):
        mail_again(notice, by=None, at=AT + timedelta(days=1))


def test_a_made_up_request_mails_nothing_again(cast: Cast) -> None:
    notice = linked(cast, is_demonstration=True)
    before = Notice.objects.count()
    with pytest.raises(TransitionRefused, match="made up"):
        mail_again(notice, by=None, at=AT)
    assert Notice.objects.count() == before
    assert not notice.request.events.filter(kind="manual_touch").exists()


def test_only_who_works_on_the_request_mails_again(cast: Cast) -> None:
    notice = linked(cast)
    for person in (cast.outsider, cast.people[Role.AUDITOR], cast.people[Role.REQUESTER]):
        with pytest.raises(NotAllowed):
            mail_again(notice, by=person, at=AT)


def test_a_mail_of_another_request_is_none_of_this_page(client: Client, cast: Cast) -> None:
    request, other = denied(cast), linked(cast)
    client.force_login(cast.people[Role.SUPERVISOR])
    said = {"expected": "denied", "notice": other.pk}
    answer = client.post(f"/work/requests/{request.number}/do/resend/", said)
    assert answer.status_code == 422
