"""What a move needs is asked at every door: staff, the API and the verbs beneath them."""

import pytest
from django.test import Client

from requests_app.delivery.handover import hand_over
from requests_app.failure_codes import PAUSING, FailureCode
from requests_app.lifecycle.journal import Particulars
from requests_app.lifecycle.transition import transition
from requests_app.models import Authorization, Delivery, ImagingRequest, User
from requests_app.refusals import Incomplete
from requests_app.vocabulary import Channel, Role, State
from tests.requests_app.cast import AT, file_request, make_cast

pytestmark = pytest.mark.django_db
NEEDS_A_CODE = {
    State.DENIED: State.RECEIVED,
    State.NOT_FOUND: State.RECEIVED,
    State.UNUSABLE: State.RETRIEVED,
    State.DELIVERY_FAILED: State.DELIVERING,
}
NEEDS_A_DELIVERY = {State.DELIVERING: State.READY, State.DELIVERED: State.DELIVERING}


def asked(state: State = State.RECEIVED) -> tuple[ImagingRequest, User]:
    cast = make_cast()
    request = file_request(cast.northfield)
    ImagingRequest.objects.filter(pk=request.pk).update(state=state)
    request.refresh_from_db()
    return request, cast.people[Role.SUPERVISOR]


def door(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def call(client: Client, request: ImagingRequest, step: str, **said: object) -> tuple[int, str]:
    path = f"/api/requests/{request.number}/{step}/"
    answer = client.post(path, said, content_type="application/json")
    return answer.status_code, answer.json().get("error", {}).get("sentence", "")


@pytest.mark.parametrize("to", NEEDS_A_CODE)
def test_no_door_ends_or_fails_a_request_without_a_code(to: State) -> None:
    request, person = asked(NEEDS_A_CODE[to])
    status, sentence = call(door(person), request, "transition", to=to)
    assert (status, sentence[-1]) == (422, ".")
    request.refresh_from_db()
    assert request.state == NEEDS_A_CODE[to]


@pytest.mark.parametrize("to", NEEDS_A_DELIVERY)
def test_no_door_sends_or_delivers_without_a_delivery(to: State) -> None:
    request, person = asked(NEEDS_A_DELIVERY[to])
    status, sentence = call(door(person), request, "transition", to=to)
    assert (status, "which way" in sentence) == (422, True)
    with pytest.raises(Incomplete):
        transition(request, to=to, by=None, at=AT)


def test_a_delivery_of_another_request_or_channel_does_not_count() -> None:
    request, _ = asked(State.READY)
    other = file_request(request.facility)
    ImagingRequest.objects.filter(pk=other.pk).update(state=State.READY)
    sent = hand_over(
        other,
        channel=Channel.PHYSICAL_CD,
        recipient_name="x",
        recipient_address="",
        by=None,
        at=AT,
    )
    for particulars in (
        Particulars(delivery=sent, channel=Channel.PHYSICAL_CD),
        Particulars(delivery=sent, channel=Channel.LINK_SECURE),
    ):
        with pytest.raises(Incomplete):
            transition(request, to=State.DELIVERING, by=None, at=AT, particulars=particulars)


@pytest.mark.parametrize("reason", [None, FailureCode.RV01, FailureCode.AU03])
def test_clarifying_is_a_wait_for_the_requester(reason: FailureCode | None) -> None:
    request, person = asked()
    said = {"to": "clarifying"} | ({"reason": reason} if reason else {})
    status, _ = call(door(person), request, "transition", **said)
    assert status == (200 if reason in PAUSING else 422)


def test_the_api_walks_a_request_out_by_its_verbs() -> None:
    request, person = asked(State.READY)
    client = door(person)
    to = {"recipient_name": "Example Law Office", "channel": "physical_cd"}
    assert call(client, request, "hand-over", **to)[0] == 200
    assert call(client, request, "failed", reason="TR06", note="lost")[0] == 200
    assert call(client, request, "transition", to="ready")[0] == 200
    assert call(client, request, "hand-over", **to, expected="ready")[0] == 200
    assert call(client, request, "arrived")[0] == 200
    request.refresh_from_db()
    assert request.state == State.DELIVERED
    states = Delivery.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["failed", "available"]


def test_the_api_holds_and_releases() -> None:
    request, person = asked()
    client = door(person)
    assert call(client, request, "hold", reason="AU03")[0] == 200
    request.refresh_from_db()
    assert request.state == State.CLARIFYING
    assert call(client, request, "hold", reason="AU03")[0] == 409
    assert call(client, request, "release", expected="received")[0] == 409
    assert call(client, request, "release")[0] == 200


def test_a_verb_of_the_api_asks_for_what_it_needs() -> None:
    request, person = asked(State.READY)
    client = door(person)
    for step in ("link", "hand-over", "hold", "failed"):
        assert call(client, request, step)[0] == 400
    status, sentence = call(client, request, "link", recipient_name="x")
    assert (status, "no study" in sentence) == (422, True)
    assert call(client, request, "arrived") == (
        409,
        "No delivery of this request is recorded yet. Record one first.",
    )
    assert call(client, request, "hand-over", channel="link_secure", recipient_name="x")[0] == 400


def test_verbs_of_the_api_keep_to_role_and_scope() -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.READY)
    said = {"recipient_name": "x", "channel": "physical_cd"}
    assert call(door(cast.people[Role.AUDITOR]), request, "hand-over", **said)[0] == 403
    assert call(door(cast.people[Role.AUDITOR]), request, "hold", reason="AU03")[0] == 403
    assert call(door(cast.outsider), request, "hand-over", **said)[0] == 404
    assert not Delivery.objects.exists()


def test_the_bodies_of_the_verbs_are_documented() -> None:
    _, person = asked()
    schema = door(person).get("/api/schema/?format=json").json()
    for step in ("link", "hand-over", "arrived", "failed", "hold", "release", "transition"):
        call_ = schema["paths"][f"/api/requests/{{number}}/{step}/"]["post"]
        assert "application/json" in call_["requestBody"]["content"]


def test_a_step_that_the_request_does_not_call_for_is_refused_and_writes_nothing() -> None:
    request, person = asked()
    said = {"expected": "received", "describes_information": "on"}
    answer = door(person).post(f"/work/requests/{request.number}/do/authorization/", said)
    assert answer.status_code == 409
    assert "does not fit the request" in answer.content.decode()
    assert not Authorization.objects.exists()


def test_a_step_of_another_role_is_refused_before_it_acts() -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    client = door(cast.people[Role.AUDITOR])
    for key in ("take", "complete"):
        path = f"/work/requests/{request.number}/do/{key}/"
        assert client.post(path, {"expected": "received"}).status_code == 403
