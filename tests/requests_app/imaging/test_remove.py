"""A study that does not belong to a request is taken off it, and links that showed it close."""

import json
from hashlib import sha256

import pytest

from audit.models import AuditEntry
from requests_app.delivery.handover import mark_failed
from requests_app.delivery.letter import Denial, deny
from requests_app.delivery.link import IssuedLink, create_link, live_link
from requests_app.failure_codes import FailureCode
from requests_app.imaging.catalogue import add_instance
from requests_app.imaging.presentation import released_by, series_list
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.imaging.remove import remove_study
from requests_app.imaging.sandbox import Inspector
from requests_app.imaging.store import path_of, put
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest, Instance
from requests_app.refusals import Incomplete, LinkUnknown, NotAllowed, TransitionRefused
from requests_app.vocabulary import EventKind, Role, State
from tests.requests_app.cast import AT, Cast, approve_request, file_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def approved(cast: Cast) -> ImagingRequest:
    return approve_request(cast.northfield)


def receive(request: ImagingRequest, study: int, **changes: object) -> None:
    file = NamedFile(name="a", chunks=[bytes_of(ct_slice(study=study, **changes))])
    receive_files(request, [file], by=None, at=AT)
    request.refresh_from_db()


def send(request: ImagingRequest) -> IssuedLink:
    transition(request, to=State.READY, by=None, at=AT)
    return create_link(request, recipient_name="A", recipient_email="", by=None, at=AT)


def kinds(request: ImagingRequest) -> list[str]:
    return list(request.events.order_by("seq").values_list("kind", flat=True))


def test_a_wrong_study_is_removed_and_the_rest_can_leave(
    cast: Cast, approved: ImagingRequest
) -> None:
    receive(approved, 1)
    receive(approved, 2, PatientID="MRN-9999")
    assert approved.state == State.UNUSABLE
    wrong = approved.studies.get(patient_id="MRN-9999")
    staff = cast.people[Role.RELEASE_STAFF]
    event = remove_study(approved, wrong, why="Another patient", by=staff, at=AT)
    assert (event.kind, event.note, event.actor) == (
        EventKind.IMAGES_REMOVED,
        f"1 image of study {wrong.study_instance_uid}, never released: Another patient",
        staff,
    )
    assert event.audit_entry is not None
    assert approved.state == State.RETRIEVED
    assert [one.patient_id for one in approved.studies.all()] == ["MRN-0417"]
    assert send(approved).delivery.instances.count() == 1


def test_a_study_is_not_removed_without_a_reason_a_role_or_twice(
    cast: Cast, approved: ImagingRequest
) -> None:
    receive(approved, 1)
    study = approved.studies.get()
    with pytest.raises(Incomplete):
        remove_study(approved, study, why=" ", by=None, at=AT)
    for person in (cast.outsider, cast.people[Role.AUDITOR], cast.people[Role.REQUESTER]):
        with pytest.raises(NotAllowed):
            remove_study(approved, study, why="wrong", by=person, at=AT)
    remove_study(approved, study, why="wrong", by=None, at=AT)
    with pytest.raises(TransitionRefused):
        remove_study(approved, study, why="wrong", by=None, at=AT)


def test_a_study_of_another_request_stays(cast: Cast, approved: ImagingRequest) -> None:
    receive(approved, 1)
    other = file_request(cast.northfield)
    with pytest.raises(TransitionRefused):
        remove_study(other, approved.studies.get(), why="wrong", by=None, at=AT)
    assert approved.studies.count() == 1


def test_what_was_ready_is_checked_again(approved: ImagingRequest) -> None:
    receive(approved, 1)
    transition(approved, to=State.READY, by=None, at=AT)
    remove_study(approved, approved.studies.get(), why="wrong", by=None, at=AT)
    assert approved.state == State.RETRIEVED
    assert EventKind.IMAGES_RECEIVED not in kinds(approved)[-2:]


def test_a_link_that_showed_the_study_closes_with_it(approved: ImagingRequest) -> None:
    receive(approved, 1)
    receive(approved, 2)
    link = send(approved).delivery.link
    sha256 = Instance.objects.first().sha256  # type: ignore[union-attr]
    remove_study(approved, approved.studies.first(), why="wrong", by=None, at=AT)  # type: ignore[arg-type]
    with pytest.raises(LinkUnknown):
        live_link(link.pk, AT)
    assert kinds(approved)[-2:] == [EventKind.LINK_REVOKED, EventKind.IMAGES_REMOVED]
    assert path_of(sha256).exists()


def test_the_journal_keeps_which_study_went_to_whom_after_it_is_gone(
    approved: ImagingRequest,
) -> None:
    receive(approved, 1)
    delivery = send(approved).delivery
    study = approved.studies.get()
    mark_failed(delivery, reason=FailureCode.TR09, by=None, at=AT)
    send(approved)
    transition(approved, to=State.CLOSED, by=None, at=AT)
    event = remove_study(approved, study, why="Misdirected", by=None, at=AT)
    uid = study.study_instance_uid
    assert event.note == f"1 image of study {uid}, released by 2 deliveries (A, A): Misdirected"
    sealed = json.loads(bytes(AuditEntry.objects.get(pk=event.audit_entry).body))["detail"]
    assert sealed["study"] == sha256(uid.encode()).hexdigest()
    assert sealed["deliveries"] == 2
    assert uid not in json.dumps(sealed)


def late(request: ImagingRequest) -> Instance:
    """Add an image to a study that left already, as a later upload would."""
    blob = put([bytes_of(ct_slice(2))], most=1 << 20)
    with Inspector() as inspector:
        verdict = inspector.judge(path_of(blob.sha256))
    add_instance(request, verdict, blob, at=AT)
    return Instance.objects.get(sha256=blob.sha256)


def test_images_attached_later_are_not_in_the_old_link(approved: ImagingRequest) -> None:
    receive(approved, 1)
    delivery = send(approved).delivery
    image = late(approved)
    assert Instance.objects.filter(series__study__request=approved).count() == 2
    assert not released_by(delivery).filter(pk=image.pk).exists()
    assert [len(one["frames"]) for one in series_list(released_by(delivery))] == [1]


def test_removing_a_study_that_came_later_leaves_the_link_open(approved: ImagingRequest) -> None:
    receive(approved, 1)
    link = send(approved).delivery.link
    ImagingRequest.objects.filter(pk=approved.pk).update(state=State.RETRIEVED)
    approved.refresh_from_db()
    receive(approved, 2)
    later = approved.studies.last()
    remove_study(approved, later, why="wrong", by=None, at=AT)  # type: ignore[arg-type]
    assert live_link(link.pk, AT) == link


def test_a_failed_delivery_closes_its_link(approved: ImagingRequest) -> None:
    receive(approved, 1)
    delivery = send(approved).delivery
    mark_failed(delivery, reason=FailureCode.TR09, by=None, at=AT)
    delivery.link.refresh_from_db()
    assert delivery.link.revoked_at == AT
    with pytest.raises(LinkUnknown):
        live_link(delivery.link.pk, AT)
    assert kinds(approved)[-2:] == [EventKind.DELIVERY_FAILED, EventKind.LINK_REVOKED]


@pytest.mark.parametrize("end", [State.DENIED, State.WITHDRAWN, State.DUPLICATE])
def test_a_request_that_ends_closes_its_links(approved: ImagingRequest, end: State) -> None:
    receive(approved, 1)
    link = send(approved).delivery.link
    ImagingRequest.objects.filter(pk=approved.pk).update(state=State.READY)
    if end is State.DENIED:
        deny(approved, Denial(basis="a", review="b", complaint="c"), by=None, at=AT)
    else:
        transition(approved, to=end, by=None, at=AT)
    with pytest.raises(LinkUnknown):
        live_link(link.pk, AT)
    assert kinds(approved)[-1] == EventKind.LINK_REVOKED
