"""Requests move through one door; every move is journalled and sealed, or does not happen."""

import threading
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection

from audit.models import AuditEntry
from requests_app.delivery.handover import hand_over, mark_available, mark_failed
from requests_app.delivery.letter import Denial, deny
from requests_app.failure_codes import FailureCode
from requests_app.intake.completeness import complete, missing
from requests_app.intake.identity import verify_identity
from requests_app.intake.submit import Submission, submit
from requests_app.lifecycle import journal
from requests_app.lifecycle.holds import hold, release
from requests_app.lifecycle.states import EVENT_FOR, OWNERS, TRANSITIONS, mermaid
from requests_app.lifecycle.transition import transition
from requests_app.models import Event, ImagingRequest
from requests_app.refusals import (
    Incomplete,
    NotAllowed,
    TransitionConflict,
    TransitionRefused,
)
from requests_app.vocabulary import Channel, LegalBasis, RequesterType, Role, State
from tests.requests_app.cast import AT, file_request, make_cast

FROM_THE_LOG = import_module("requests_app.migrations.0013_roles_of_actors").FROM_THE_LOG
ROOT = Path(__file__).resolve().parent.parent.parent.parent


def test_every_state_has_its_rows_and_no_move_leads_nowhere() -> None:
    for table in (TRANSITIONS, OWNERS, EVENT_FOR):
        assert set(table) == set(State)
    assert all(targets <= set(State) for targets in TRANSITIONS.values())
    reached = set().union(*TRANSITIONS.values())
    assert set(State) - reached == {State.DRAFT}


def test_the_diagram_in_the_docs_is_that_of_the_table() -> None:
    assert mermaid() in (ROOT / "docs" / "reference" / "request-states.md").read_text()


@pytest.mark.django_db
@pytest.mark.parametrize("origin", State)
def test_only_the_moves_of_the_table_are_made(origin: State) -> None:
    request = file_request(make_cast().northfield)
    for target in set(State) - TRANSITIONS[origin]:
        ImagingRequest.objects.filter(pk=request.pk).update(state=origin)
        with pytest.raises(TransitionRefused):
            transition(request, to=target, by=None, at=AT)


@pytest.mark.django_db
def test_an_event_keeps_the_role_that_its_actor_had_then() -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    hold(request, reason=FailureCode.LO05, by=cast.people[Role.SUPERVISOR], at=AT)
    cast.people[Role.SUPERVISOR].groups.clear()
    roles = request.events.order_by("seq").values_list("actor_role", flat=True)
    assert list(roles) == ["", "", "supervisor"]
    request.events.update(actor_role="")
    with connection.cursor() as cursor:
        cursor.execute(FROM_THE_LOG)
    assert list(roles.all()) == ["", "", "supervisor"]


@pytest.mark.django_db
def test_each_event_is_numbered_and_sealed() -> None:
    request = file_request(make_cast().northfield)
    hold(request, reason=FailureCode.LO05, by=None, at=AT)
    release(request, by=None, at=AT + timedelta(days=1))
    events = list(request.events.order_by("seq"))
    assert [event.seq for event in events] == [1, 2, 3, 4]
    sealed = set(AuditEntry.objects.values_list("pk", flat=True))
    assert {event.audit_entry for event in events} <= sealed


@pytest.mark.django_db
def test_no_name_of_a_patient_reaches_the_log() -> None:
    file_request(make_cast().northfield, patient_family_name="Canary")
    assert not any(b"Canary" in bytes(entry.body) for entry in AuditEntry.objects.all())


@pytest.mark.django_db
def test_a_move_whose_seal_fails_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    request = file_request(make_cast().northfield)

    def broken(entry: object) -> None:
        raise RuntimeError("no seal")

    monkeypatch.setattr(journal, "append", broken)
    with pytest.raises(RuntimeError, match="no seal"):
        transition(request, to=State.WITHDRAWN, by=None, at=AT)
    assert ImagingRequest.objects.get().state == State.RECEIVED
    assert Event.objects.count() == 2


@pytest.mark.django_db
def test_people_move_only_what_their_role_and_facility_allow() -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    for who in (cast.outsider, cast.people[Role.REQUESTER], cast.people[Role.AUDITOR]):
        with pytest.raises(NotAllowed):
            transition(request, to=State.WITHDRAWN, by=who, at=AT)
    words = Denial(basis="a", review="b", complaint="c")
    with pytest.raises(NotAllowed):
        deny(request, words, by=cast.people[Role.RELEASE_STAFF], at=AT)
    deny(request, words, by=cast.people[Role.SUPERVISOR], at=AT)
    assert request.state == State.DENIED


@pytest.mark.django_db
def test_who_sees_a_request() -> None:
    cast = make_cast()
    file_request(cast.northfield)
    for role, person in cast.people.items():
        assert ImagingRequest.objects.visible_to(person).exists() is (role is not Role.REQUESTER)
    assert not ImagingRequest.objects.visible_to(cast.outsider).exists()


@pytest.mark.django_db
def test_having_asked_makes_nobody_staff() -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    for role, person in cast.people.items():
        in_care = ImagingRequest.objects.in_care_of(person)
        assert in_care.exists() is (role is not Role.REQUESTER)
    for asker in (cast.outsider, cast.people[Role.REQUESTER]):
        ImagingRequest.objects.filter(pk=request.pk).update(requester=asker)
        assert ImagingRequest.objects.visible_to(asker).exists()
        assert not ImagingRequest.objects.in_care_of(asker).exists()


@pytest.mark.django_db
def test_approval_waits_for_completeness() -> None:
    request = file_request(make_cast().northfield)
    assert {finding.code for finding in missing(request, AT.date())} == {FailureCode.AU03}
    with pytest.raises(Incomplete):
        transition(request, to=State.APPROVED, by=None, at=AT)
    verify_identity(request, record_number="MRN-1", by=None, at=AT)
    complete(request, by=None, at=AT)
    transition(request, to=State.APPROVED, by=None, at=AT)


@pytest.mark.django_db
def test_an_authorization_is_asked_for_only_where_the_law_wants_one() -> None:
    cast = make_cast()
    lawyer = file_request(
        cast.northfield,
        requester_type=RequesterType.ATTORNEY,
        legal_basis=LegalBasis.AUTHORIZATION,
    )
    doctor = file_request(
        cast.northfield, requester_type=RequesterType.PROVIDER, legal_basis=LegalBasis.TREATMENT
    )
    assert FailureCode.AU01 in {finding.code for finding in missing(lawyer, AT.date())}
    assert FailureCode.AU01 not in {finding.code for finding in missing(doctor, AT.date())}


@pytest.mark.django_db
def test_a_failed_delivery_can_be_sent_again() -> None:
    request = file_request(make_cast().northfield)
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.READY)
    sent = hand_over(
        request,
        channel=Channel.PHYSICAL_CD,
        recipient_name="Example Law Office",
        recipient_address="",
        by=None,
        at=AT,
    )
    mark_failed(sent, reason=FailureCode.TR06, by=None, at=AT)
    transition(request, to=State.READY, by=None, at=AT)
    again = hand_over(
        request,
        channel=Channel.NETWORK_VENDOR,
        recipient_name="Example Law Office",
        recipient_address="",
        by=None,
        at=AT,
    )
    mark_available(again, by=None, at=AT)
    request.refresh_from_db()
    assert request.state == State.DELIVERED
    assert [one.state for one in request.deliveries.all()] == ["failed", "available"]


@pytest.mark.django_db
def test_the_same_form_sent_twice_is_one_request() -> None:
    cast = make_cast()
    submission = Submission(
        facility=cast.northfield,
        requester_type=RequesterType.PATIENT,
        legal_basis=LegalBasis.PATIENT_ACCESS,
        requester_name="Sample Patient 0417",
        recipient_name="Sample Patient 0417",
        patient_family_name="Patient",
        scope="CT abdomen",
        submission_key="the-same-form",
    )
    first, second = (submit(submission, by=None, at=AT) for _ in range(2))
    assert (first.request.pk, second.already) == (second.request.pk, True)
    assert ImagingRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_move_a_request_at_once_one_is_told() -> None:
    request = file_request(make_cast().northfield)
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def move(to: State) -> None:
        ready.wait()
        try:
            mine = ImagingRequest.objects.get(pk=request.pk)
            transition(mine, to=to, by=None, at=AT, expected=State.RECEIVED)
            outcomes.append("moved")
        except TransitionConflict:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=move, args=(to,)) for to in (State.WITHDRAWN, State.DUPLICATE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["moved", "told"]
    assert request.events.count() == 3
