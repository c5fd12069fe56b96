"""What is heard of a request later is recorded where it can be heard, by those who work on it."""

from typing import Any

import pytest
from django.test import Client

from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.effort import note_failure
from requests_app.lifecycle.follow_up import FOLLOW_UPS, hear, heard_codes
from requests_app.models import ImagingRequest
from requests_app.refusals import NotAllowed, TransitionRefused
from requests_app.vocabulary import Direction, EventKind, Role, State
from tests.requests_app.cast import AT, Cast, file_request, make_cast

pytestmark = pytest.mark.django_db
AGAIN, COMPLAINT = FailureCode.FU01, FailureCode.FU03
WIDE, ASTRAY = FailureCode.TR10, FailureCode.TR09


@pytest.fixture
def cast(client: Client) -> Cast:
    """The cast, with release staff signed in."""
    found = make_cast()
    client.force_login(found.people[Role.RELEASE_STAFF])
    return found


def standing(cast: Cast, state: State, direction: Direction = Direction.OUTBOUND) -> ImagingRequest:
    """Return a request that stands in this state."""
    request = file_request(cast.northfield, direction=direction)
    ImagingRequest.objects.filter(pk=request.pk).update(state=state)
    return ImagingRequest.objects.get(pk=request.pk)


def post(client: Client, request: ImagingRequest, code: FailureCode, **said: str) -> Any:
    words = {"expected": request.state, "reason": code.value, "note": "By telephone", **said}
    return client.post(f"/work/requests/{request.number}/do/heard/", words)


def noted(request: ImagingRequest) -> list[str]:
    return list(
        request.events.filter(kind=EventKind.FAILURE_NOTED).values_list("reason", flat=True)
    )


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("direction", Direction)
def test_each_state_says_what_may_be_heard_of_it(
    cast: Cast, state: State, direction: Direction
) -> None:
    expected: dict[State, tuple[FailureCode, ...]] = dict.fromkeys(
        (State.DELIVERED, State.CLOSED, State.DENIED, State.NOT_FOUND, State.WITHDRAWN), FOLLOW_UPS
    )
    if direction is Direction.INBOUND:
        expected[State.UNUSABLE] = (AGAIN,)
    else:
        expected[State.DELIVERED] = (*FOLLOW_UPS, WIDE)
        expected[State.CLOSED] = (*FOLLOW_UPS, ASTRAY, WIDE)
    assert heard_codes(standing(cast, state, direction)) == expected.get(state, ())


@pytest.mark.parametrize("state", [State.DELIVERED, State.CLOSED])
@pytest.mark.parametrize("code", [*FOLLOW_UPS, WIDE])
def test_what_is_heard_is_offered_and_noted_and_moves_nothing(
    client: Client, cast: Cast, state: State, code: FailureCode
) -> None:
    request = standing(cast, state)
    page = client.get(f"/work/requests/{request.number}/").content.decode()
    assert f'<option value="{code}">' in page.split('id="do-heard"')[1]
    assert post(client, request, code).status_code == 302
    request.refresh_from_db()
    assert (request.state, noted(request)) == (state, [code])


def test_a_misdirected_release_is_a_failed_delivery_until_the_request_is_closed(
    client: Client, cast: Cast
) -> None:
    request = standing(cast, State.DELIVERED)
    assert post(client, request, ASTRAY).status_code == 422
    assert noted(request) == []
    closed = standing(cast, State.CLOSED)
    assert post(client, closed, ASTRAY).status_code == 302
    told = client.get(f"/work/requests/{closed.number}/").content.decode()
    assert "tell the privacy office" in told


def test_an_open_request_takes_nothing_as_heard_later(client: Client, cast: Cast) -> None:
    request = standing(cast, State.READY)
    assert 'id="do-heard"' not in client.get(f"/work/requests/{request.number}/").content.decode()
    assert post(client, request, COMPLAINT).status_code == 422
    with pytest.raises(TransitionRefused, match="cannot be heard of a request that is ready"):
        hear(request, COMPLAINT, by=None, at=AT)
    assert noted(request) == []


def test_what_failed_otherwise_is_not_heard_later(client: Client, cast: Cast) -> None:
    request = standing(cast, State.CLOSED)
    answer = post(client, request, FailureCode.LO01)
    assert (answer.status_code, noted(request)) == (422, [])
    assert 'id="do-heard" open' in answer.content.decode()


def test_a_state_that_moved_on_is_refused(client: Client, cast: Cast) -> None:
    request = standing(cast, State.CLOSED)
    assert post(client, request, COMPLAINT, expected="delivered").status_code == 409
    assert noted(request) == []


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.SUPERVISOR, 302),
        (Role.ADMINISTRATOR, 302),
        (Role.HIM_DIRECTOR, 403),
        (Role.AUDITOR, 403),
        (Role.ANALYST, 403),
        (Role.REQUESTER, 403),
    ],
)
def test_who_works_on_requests_may_record_it(
    client: Client, cast: Cast, role: Role, status: int
) -> None:
    request = standing(cast, State.CLOSED)
    client.force_login(cast.people[role])
    assert post(client, request, COMPLAINT).status_code == status
    assert noted(request) == ([COMPLAINT] if status == 302 else [])


def test_who_sees_but_does_not_work_is_not_offered_it(client: Client, cast: Cast) -> None:
    request = standing(cast, State.CLOSED)
    client.force_login(cast.people[Role.HIM_DIRECTOR])
    page = client.get(f"/work/requests/{request.number}/")
    assert (page.status_code, 'id="do-heard"' in page.content.decode()) == (200, False)


def test_another_facility_neither_finds_nor_hears_it(client: Client, cast: Cast) -> None:
    request = standing(cast, State.CLOSED)
    client.force_login(cast.outsider)
    assert post(client, request, COMPLAINT).status_code == 404
    with pytest.raises(NotAllowed):
        hear(request, COMPLAINT, by=cast.outsider, at=AT)


def test_a_second_complaint_is_a_second_line(client: Client, cast: Cast) -> None:
    request = standing(cast, State.CLOSED)
    note_failure(request, COMPLAINT, by=None, at=AT)
    assert post(client, request, COMPLAINT).status_code == 302
    assert noted(request) == [COMPLAINT, COMPLAINT]
