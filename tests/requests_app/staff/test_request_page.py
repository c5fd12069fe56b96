"""The page of a request says what happened in words, and asks the database little."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from requests_app.failure_codes import FAILURES, FailureCode
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.lifecycle.effort import note_failure, recover, touch, unmended
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest
from requests_app.refusals import NotAllowed, TransitionRefused
from requests_app.staff.history import history
from requests_app.vocabulary import (
    Channel,
    DeliveryState,
    LegalBasis,
    RequesterType,
    Role,
    State,
    Touch,
    Usability,
)
from tests.requests_app.cast import AT, Cast, approve_request, file_request, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
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


def test_studies_stand_by_date_and_keep_their_places(
    client: Client, request_of_ours: ImagingRequest
) -> None:
    for day in (9, 7, 5, 3):
        request_of_ours.studies.create(
            study_instance_uid=f"1.2.{day}",
            study_date=date(2026, 1, day),
            description=f"Study of day {day}",
            verdict=Usability.USABLE,
            first_received_at=AT,
        )
    text = client.get(path(request_of_ours)).content.decode()
    assert re.findall(r"Study of day (\d)", text) == ["3", "5", "7", "9"]


def test_what_left_without_files_here_is_not_called_yet_to_come(
    client: Client, request_of_ours: ImagingRequest
) -> None:
    assert "No images yet" in client.get(path(request_of_ours)).content.decode()
    request_of_ours.deliveries.create(
        channel=Channel.PHYSICAL_CD,
        state=DeliveryState.SENT,
        recipient_name="Example",
        created_at=AT,
    )
    text = client.get(path(request_of_ours)).content.decode()
    assert "No images yet" not in text
    assert "never lay here, or was removed" in text


def test_the_calendar_names_the_month_where_one_begins(client: Client, cast: Cast) -> None:
    text = client.get(path(file_request(cast.northfield))).content.decode()
    assert {"Mon 30", "Tue, Dec 1", "Wed 2"} <= set(re.findall(r"<b>([^<]*)</b>", text))


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


def offered(client: Client, request: ImagingRequest) -> tuple[str, str]:
    """Return the step that the page puts first, and its heading."""
    page = client.get(path(request))
    heading = re.search(r"<h1>(.*?)</h1>", page.content.decode())
    assert heading is not None
    step = page.context["main"][0]
    assert page.context["steps"][0][0] is step
    return step.key, heading[1]


def test_the_step_that_is_due_first_is_the_one_that_is_offered(client: Client, cast: Cast) -> None:
    request = file_request(cast.northfield, at=AT)
    assert offered(client, request)[0] == "identity"
    verify_identity(request, record_number="MRN-0417", by=None, at=AT)
    key, heading = offered(client, request)
    assert key == "complete"
    assert heading.endswith("Received")
    complete(request, by=None, at=AT)
    assert offered(client, request)[1].endswith("Complete, to be approved")


def test_a_missing_authorization_is_offered_before_completion(client: Client, cast: Cast) -> None:
    request = file_request(
        cast.northfield,
        at=AT,
        requester_type=RequesterType.ATTORNEY,
        legal_basis=LegalBasis.AUTHORIZATION,
    )
    verify_identity(request, record_number="MRN-0417", by=None, at=AT)
    assert offered(client, request)[0] == "authorization"


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


def test_images_that_cannot_be_used_are_not_offered_as_ready(
    client: Client, request_of_ours: ImagingRequest
) -> None:
    transition(request_of_ours, to=State.LOCATING, by=None, at=AT)
    transition(request_of_ours, to=State.RETRIEVED, by=None, at=AT)
    assert offered(client, request_of_ours)[0] == "ready"
    study = request_of_ours.studies.create(
        study_instance_uid="1.2.3",
        study_date=date(2026, 1, 9),
        modality="CT",
        verdict=Usability.NOT_USABLE,
        first_received_at=AT,
    )
    page = client.get(path(request_of_ours))
    assert offered(client, request_of_ours)[0] == "unusable"
    assert page.context["main"][0].key == "unusable"
    said = {"expected": request_of_ours.state}
    answer = client.post(f"{path(request_of_ours)}do/ready/", said)
    assert answer.status_code == 422
    assert "CT of Jan 9 cannot be used." in answer.content.decode()
    study.delete()
    assert offered(client, request_of_ours)[0] == "ready"
