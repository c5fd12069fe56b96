"""One extension, in time and in writing; a denial that says what it must; clocks that follow."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client

from requests_app.delivery.letter import Denial, deny, extend
from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.journal import Particulars
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest, Letter, Notice
from requests_app.notices.mail import send_waiting
from requests_app.refusals import Incomplete, NotAllowed, TransitionRefused
from requests_app.staff.worklist import clocks_of
from requests_app.vocabulary import EventKind, LegalBasis, Role, State
from tests.requests_app.cast import AT, file_request, make_cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WORDS = Denial(basis="A court ordered it.", review="Ask for a review.", complaint="Write to HHS.")
MAIL = {"requester_email": "patient0417@example.org"}


def asked(**said: object) -> ImagingRequest:
    return file_request(make_cast().northfield, **said)


def test_the_legal_clock_follows_an_extension() -> None:
    request = asked()
    before = clocks_of(request, AT).standing.due
    extend(request, basis="The archive moves.", by=None, at=AT + 29 * DAY)
    after = clocks_of(request, AT + 35 * DAY).standing
    assert before is not None and before.due == date(2026, 12, 9)
    assert after.due is not None and after.due.due == date(2027, 1, 8)
    assert Letter.objects.get().answer_by == date(2027, 1, 8)
    assert after.band == "on_track"


def test_an_extension_is_taken_once_and_only_inside_the_first_thirty_days() -> None:
    request = asked()
    with pytest.raises(TransitionRefused, match="ended on December 9, 2026"):
        extend(request, basis="Too late.", by=None, at=AT + 31 * DAY)
    extend(request, basis="In time.", by=None, at=AT + 30 * DAY)
    with pytest.raises(TransitionRefused, match="once"):
        extend(request, basis="Again.", by=None, at=AT + 30 * DAY)
    assert request.events.filter(kind=EventKind.EXTENDED).count() == 1


def test_an_extension_needs_its_reason_a_running_clock_and_a_worker() -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    with pytest.raises(Incomplete):
        extend(request, basis=" ", by=None, at=AT)
    with pytest.raises(NotAllowed):
        extend(request, basis="x", by=cast.people[Role.AUDITOR], at=AT)
    treatment = file_request(cast.northfield, legal_basis=LegalBasis.TREATMENT)
    with pytest.raises(TransitionRefused):
        extend(treatment, basis="x", by=None, at=AT)
    deny(request, WORDS, by=None, at=AT)
    with pytest.raises(TransitionRefused):
        extend(request, basis="x", by=None, at=AT)


@pytest.mark.parametrize("part", ["basis", "review", "complaint"])
def test_a_denial_says_all_three_parts_or_does_not_happen(part: str) -> None:
    request = asked()
    with pytest.raises(Incomplete, match=part) as refused:
        deny(request, Denial(**{**WORDS.__dict__, part: " "}), by=None, at=AT)
    assert refused.value.field == part
    assert not Letter.objects.exists()
    assert ImagingRequest.objects.get().state == State.RECEIVED


def test_no_door_denies_without_a_letter() -> None:
    request = asked()
    why = Particulars(reason=FailureCode.RV02)
    with pytest.raises(Incomplete, match="letter"):
        transition(request, to=State.DENIED, by=None, at=AT, particulars=why)


def test_letters_go_out_by_mail_and_no_subject_names_anybody() -> None:
    request = asked(**MAIL)
    extend(request, basis="The archive moves.", by=None, at=AT)
    deny(request, WORDS, by=None, at=AT + DAY)
    assert set(Notice.objects.values_list("kind", flat=True)) == {
        "received",
        "extension",
        "denial",
    }
    send_waiting(AT + DAY)
    bodies = "".join(str(one.body) for one in mail.outbox)
    for words in ("The archive moves.", "January 8, 2027", *WORDS.__dict__.values()):
        assert words in bodies
    for one in mail.outbox:
        for secret in ("Patient", "Sample", "0417", "CT", request.number):
            assert secret not in one.subject
        assert "Sample" not in str(one.body) and "CT abdomen" not in str(one.body)


def test_staff_extend_and_deny_on_the_page(client: Client) -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    client.force_login(cast.people[Role.SUPERVISOR])
    page = f"/work/requests/{request.number}/"
    said = {"expected": "received", "basis": "The archive moves."}
    ImagingRequest.objects.filter(pk=request.pk).update(received_at=AT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("requests_app.staff.request_page.timezone.now", lambda: AT + DAY)
        assert client.post(f"{page}do/extend/", said).status_code == 302
        assert "The archive moves." in client.get(page).content.decode()
        assert client.post(f"{page}do/extend/", said).status_code == 409
        assert client.post(f"{page}do/deny/", said).status_code == 422
        assert client.post(f"{page}do/deny/", said | WORDS.__dict__).status_code == 302
        shown = client.get(page).content.decode()
    assert "Met: denied in time" in shown and "Write to HHS." in shown


def test_the_api_denies_with_the_three_parts(client: Client) -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    path = f"/api/requests/{request.number}/deny/"
    client.force_login(cast.people[Role.RELEASE_STAFF])
    assert client.post(path, WORDS.__dict__, "application/json").status_code == 403
    client.force_login(cast.people[Role.SUPERVISOR])
    assert client.post(path, {"basis": "x"}, "application/json").status_code == 400
    answer = client.post(path, WORDS.__dict__, "application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "denied")
