"""Where a request stands, in plain words, on the tracking page and in the list of one's own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from requests_app.failure_codes import PAUSING, FailureCode
from requests_app.lifecycle.journal import Particulars
from requests_app.lifecycle.transition import transition
from requests_app.models import Delivery, ImagingRequest, ShareLink, User
from requests_app.portal.progress import HEADLINES, NEEDED, progress_of
from requests_app.tokens import hash_of, link_token, tracking_token
from requests_app.vocabulary import Role, State
from tests.requests_app.cast import AT, Cast, file_request, make_cast

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 12, 1, 3, tzinfo=UTC)  # November 30 in the facility's zone


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def asked_by(person: User, cast: Cast, **said: object) -> ImagingRequest:
    request = file_request(cast.northfield, **said)
    request.requester = person
    request.save(update_fields=["requester"])
    return request


def hold(request: ImagingRequest, by: User) -> None:
    said = Particulars(reason=FailureCode.LO05, note="Which?")
    transition(request, to=State.CLARIFYING, by=by, at=AT, particulars=said)


def test_every_state_has_a_headline_and_every_wait_a_sentence() -> None:
    assert set(HEADLINES) == set(State)
    assert set(NEEDED) == set(PAUSING)


def test_no_sentence_for_patients_has_a_code_or_an_underscore() -> None:
    for words in (*HEADLINES.values(), *NEEDED.values()):
        assert "_" not in words
        assert not any(code.value in words for code in FailureCode)


def test_a_request_that_waits_for_an_answer_says_for_which(client: Client, cast: Cast) -> None:
    request = file_request(cast.northfield)
    hold(request, cast.people[Role.SUPERVISOR])
    text = client.get(f"/track/{tracking_token(request.number)}/").content.decode()
    assert "We need something from you" in text
    assert "Please tell us which images you mean." in text
    assert "You do not need to do anything" not in text


def test_a_promise_that_was_broken_is_said(cast: Cast) -> None:
    request = file_request(cast.northfield)
    assert not progress_of(request, AT).is_late
    late = progress_of(request, AT + timedelta(days=60))
    assert late.is_late
    assert late.legal is not None


def test_the_steps_ahead_are_said_in_the_present(cast: Cast) -> None:
    steps = progress_of(file_request(cast.northfield), AT).steps
    assert [step.words for step in steps] == [
        "We got your request",
        "We check who may have the images",
        "We look for the images",
        "We send them to you",
    ]
    assert [step.is_now for step in steps] == [False, True, False, False]


def test_an_unknown_address_says_what_to_do_and_names_nobody(client: Client) -> None:
    answer = client.get("/track/not-a-token/")
    assert answer.status_code == 404
    assert "We do not know this address" in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"


def sent_by_link(request: ImagingRequest) -> str:
    """Store a link that works until the evening of November 30 in Chicago; return its token."""
    delivery = Delivery.objects.create(
        request=request,
        channel="link_secure",
        state="available",
        recipient_name="Sample Patient 0417",
        created_at=AT,
        available_at=AT,
    )
    token = link_token("salt")
    ShareLink.objects.create(
        delivery=delivery, salt="salt", token_hash=hash_of(token), expires_at=UNTIL
    )
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.DELIVERED)
    request.refresh_from_db()
    return token


def test_the_end_of_a_link_is_a_day_of_the_facility(cast: Cast) -> None:
    request = file_request(cast.northfield)
    sent_by_link(request)
    progress = progress_of(request, AT)
    assert progress.ends is not None
    assert progress.ends.isoformat() == "2026-11-30"
    assert progress.went_by == "Secure link"
    assert progress_of(request, UNTIL).ends is None


def test_the_page_of_a_link_shows_its_end_in_the_facilitys_zone(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sent_by_link(file_request(cast.northfield))
    monkeypatch.setattr(timezone, "now", lambda: AT)
    text = client.get(f"/s/{token}/").content.decode()
    assert "Monday, November 30" in text
    assert "December" not in text


def test_ones_own_list_leads_to_tracking_and_shows_first_what_waits(
    client: Client, cast: Cast
) -> None:
    person = cast.people[Role.REQUESTER]
    waiting, fresh = asked_by(person, cast), asked_by(person, cast, scope="MR knee")
    hold(waiting, cast.people[Role.SUPERVISOR])
    client.force_login(person)
    text = client.get("/mine/").content.decode()
    assert "1 waits for your answer" in text
    assert text.index(waiting.number) < text.index(fresh.number)
    for one in (waiting, fresh):
        where = f"/track/{tracking_token(one.number)}/"
        assert f'href="{where}"' in text
        assert client.get(where).status_code == 200


def test_a_longer_list_of_ones_own_asks_no_more(
    client: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    person = cast.people[Role.REQUESTER]
    client.force_login(person)
    asked_by(person, cast)
    client.get("/mine/")
    with django_assert_max_num_queries(40) as few:
        client.get("/mine/")
    for _ in range(4):
        asked_by(person, cast)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/mine/")
