"""The page of a request says what happened in words, and asks the database little."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.lifecycle.effort import note_failure, recover, touch, unmended
from requests_app.models import ImagingRequest
from requests_app.refusals import NotAllowed, TransitionRefused
from requests_app.staff.history import history
from requests_app.vocabulary import Role, Touch
from tests.requests_app.cast import AT, Cast, approve_request, make_cast

pytestmark = pytest.mark.django_db
LATE, LOST = FailureCode.IN05, FailureCode.IN02


@pytest.fixture
def cast(client: Client) -> Cast:
    """The cast, with release staff signed in."""
    found = make_cast()
    client.force_login(found.people[Role.RELEASE_STAFF])
    return found


@pytest.fixture
def request_of_ours(cast: Cast) -> ImagingRequest:
    return approve_request(cast.northfield)


def path(request: ImagingRequest) -> str:
    return f"/work/requests/{request.number}/"


def test_handling_by_hand_is_said_in_words(request_of_ours: ImagingRequest) -> None:
    touch(request_of_ours, Touch.REKEY, by=None, at=AT)
    assert history(request_of_ours)[0].words == "Handled by hand: Typed it in again"


def test_a_facility_is_asked_for_once_and_not_once_a_step(
    client: Client, request_of_ours: ImagingRequest
) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path(request_of_ours)).status_code == 200
    scopes = [one for one in asked if one["sql"].startswith('SELECT "requests_app_facility"')]
    assert len(scopes) == 1
    assert len(asked) <= 34


def test_failures_wait_to_be_mended_in_the_order_in_which_they_were_noted(
    request_of_ours: ImagingRequest,
) -> None:
    for code in (LATE, LOST, LATE):
        note_failure(request_of_ours, code, by=None, at=AT)
    assert unmended(request_of_ours) == [LATE, LOST]
    recover(request_of_ours, LATE, by=None, at=AT)
    assert unmended(request_of_ours) == [LOST]
    note_failure(request_of_ours, LATE, by=None, at=AT)
    assert unmended(request_of_ours) == [LOST, LATE]


def test_what_nobody_noted_is_not_mended_and_not_by_everybody(
    cast: Cast, request_of_ours: ImagingRequest
) -> None:
    with pytest.raises(TransitionRefused, match="waits to be mended"):
        recover(request_of_ours, LOST, by=None, at=AT)
    note_failure(request_of_ours, LOST, by=None, at=AT)
    for person in (cast.outsider, cast.people[Role.AUDITOR]):
        with pytest.raises(NotAllowed):
            recover(request_of_ours, LOST, by=person, at=AT)


def test_the_step_offers_only_the_failures_that_wait(
    client: Client, request_of_ours: ImagingRequest
) -> None:
    assert "Failure is mended" not in client.get(path(request_of_ours)).content.decode()
    note_failure(request_of_ours, LOST, by=None, at=AT)
    page = client.get(path(request_of_ours))
    (form,) = [form for step, form in page.context["steps"] if step.key == "mended"]
    assert [value for value, _ in form.fields["reason"].choices] == [LOST]
    assert FAILURES[LOST].label in str(form)
    said = {"expected": request_of_ours.state, "reason": LOST.value, "note": "Found it"}
    assert client.post(f"{path(request_of_ours)}do/mended/", said).status_code == 302
    assert history(request_of_ours)[0].words == f"Failure mended: {FAILURES[LOST].label} ({LOST})"
    again = client.post(f"{path(request_of_ours)}do/mended/", said)
    assert again.status_code == 422
