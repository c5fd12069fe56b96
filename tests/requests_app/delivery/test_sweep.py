"""What time alone brings about is written once, and only where it is so."""

from datetime import UTC, date, datetime, timedelta

import pytest

from requests_app.delivery.handover import hand_over, mark_available
from requests_app.delivery.link import create_link, opened
from requests_app.delivery.sweep import (
    close_delivered,
    note_late_arrivals,
    note_late_logging,
    note_unopened_links,
    sweep,
)
from requests_app.failure_codes import FailureCode
from requests_app.intake.submit import Submission, submit
from requests_app.models import Event, Facility, ImagingRequest, ShareLink, Study
from requests_app.tasks import sweep_requests
from requests_app.vocabulary import (
    Channel,
    Direction,
    EventKind,
    LegalBasis,
    RequesterType,
    State,
    Usability,
)
from tests.requests_app.cast import AT, file_request, make_cast

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FRIDAY = datetime(2026, 11, 6, 20, tzinfo=UTC)


def logged(place: Facility, after: timedelta) -> ImagingRequest:
    submission = Submission(
        facility=place,
        requester_type=RequesterType.PATIENT,
        legal_basis=LegalBasis.PATIENT_ACCESS,
        requester_name="Sample Patient 0417",
        recipient_name="Sample Patient 0417",
        patient_family_name="Patient",
        scope="CT abdomen",
    )
    return submit(submission, by=None, at=FRIDAY, logged_at=FRIDAY + after).request


def failures(request: ImagingRequest) -> list[str]:
    found = request.events.filter(kind=EventKind.FAILURE_NOTED)
    return list(found.values_list("reason", flat=True))


def test_logging_is_late_after_more_than_one_business_day() -> None:
    place = make_cast().northfield
    monday, tuesday = logged(place, 3 * DAY), logged(place, 4 * DAY)
    assert note_late_logging(FRIDAY + 5 * DAY) == 1
    assert (failures(monday), failures(tuesday)) == ([], [FailureCode.IN05])
    assert note_late_logging(FRIDAY + 5 * DAY) == 0


def sent(place: Facility, at: datetime = AT) -> ShareLink:
    request = file_request(place)
    Study.objects.create(
        request=request,
        study_instance_uid=f"1.2.{request.pk}",
        verdict=Usability.USABLE,
        first_received_at=AT,
    )
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.READY)
    issued = create_link(
        request, recipient_name="Sample Patient 0417", recipient_email="", by=None, at=at
    )
    return ShareLink.objects.select_related("delivery__request").get(delivery=issued.delivery)


def test_a_link_that_ended_unopened_is_noted_once() -> None:
    place = make_cast().northfield
    unopened, seen = sent(place), sent(place)
    opened(seen, at=AT + HOUR)
    assert note_unopened_links(AT + 30 * DAY - HOUR) == 0
    assert [note_unopened_links(AT + 30 * DAY) for _ in range(2)] == [1, 0]
    assert failures(unopened.delivery.request) == [FailureCode.TR03]
    assert failures(seen.delivery.request) == []
    assert ImagingRequest.objects.get(pk=unopened.delivery.request_id).state == State.DELIVERED


def test_a_delivered_request_closes_after_the_days_of_its_facility() -> None:
    cast = make_cast()
    Facility.objects.filter(pk=cast.northfield.pk).update(closes_after_days=7)
    Facility.objects.filter(pk=cast.lakeside.pk).update(closes_after_days=None)
    soon, never = sent(cast.northfield), sent(cast.lakeside)
    assert close_delivered(AT + 7 * DAY - HOUR) == 0
    assert [close_delivered(AT + 7 * DAY) for _ in range(2)] == [1, 0]
    states = [ImagingRequest.objects.get(pk=one.delivery.request_id).state for one in (soon, never)]
    assert states == [State.CLOSED, State.DELIVERED]
    assert "7 days" in Event.objects.get(kind=EventKind.CLOSED).note


def arrived(place: Facility, need_by: date | None, direction: Direction) -> ImagingRequest:
    request = file_request(place, need_by=need_by, direction=direction)
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.READY)
    parcel = hand_over(
        request,
        channel=Channel.NETWORK_STANDARD,
        recipient_name="x",
        recipient_address="",
        by=None,
        at=AT,
    )
    mark_available(parcel, by=None, at=AT + DAY)
    return request


def test_images_that_came_after_the_day_they_were_needed_are_noted_once() -> None:
    place = make_cast().northfield
    day = (AT + DAY).date()
    late = arrived(place, day - DAY, Direction.INBOUND)
    for need_by, direction in (
        (day, Direction.INBOUND),
        (None, Direction.INBOUND),
        (day - DAY, Direction.OUTBOUND),
    ):
        arrived(place, need_by, direction)
    assert [note_late_arrivals(AT + 2 * DAY) for _ in range(2)] == [1, 0]
    assert failures(late) == [FailureCode.US08]


def test_a_second_sweep_finds_nothing_and_the_task_says_what_it_did() -> None:
    place = make_cast().northfield
    logged(place, 4 * DAY)
    assert sum(sweep(FRIDAY + 5 * DAY).values()) == 1
    assert sum(sweep(FRIDAY + 5 * DAY).values()) == 0
    kinds = {"logged late", "arrived late", "links unopened", "closed", "secrets"}
    assert set(sweep_requests()) == kinds


def test_a_failure_that_staff_noted_before_is_not_noted_again() -> None:
    from requests_app.lifecycle.effort import note_failure

    link = sent(make_cast().northfield)
    note_failure(link.delivery.request, FailureCode.TR03, by=None, at=AT + 29 * DAY)
    assert note_unopened_links(AT + 31 * DAY) == 0
