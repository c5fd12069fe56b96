"""What is on hold is what the clock's folding says: at every door, on every page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from requests_app.failure_codes import BARRING, FailureCode
from requests_app.lifecycle.holds import hold, release
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.transition import transition
from requests_app.lifecycle.waits import open_holds
from requests_app.models import Delivery, ImagingRequest
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.staff.worklist import rows_of
from requests_app.vocabulary import EventKind, LegalBasis, Role, State
from tests.requests_app.cast import Cast, file_request, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
OUT = {"channel": "physical_cd", "recipient_name": "Example Law Office"}
OURS, ASKERS = FailureCode.LO01, FailureCode.AU03
Call = Callable[..., tuple[int, str]]


@pytest.fixture
def cast(client: Client) -> Cast:
    found = make_cast()
    client.force_login(found.people[Role.SUPERVISOR])
    return found


@pytest.fixture
def asked(cast: Cast) -> ImagingRequest:
    return file_request(cast.northfield)


@pytest.fixture
def call(client: Client, asked: ImagingRequest) -> Call:
    """Call a step by the API; return the status and the sentence of a refusal."""

    def called(step: str, **said: str) -> tuple[int, str]:
        path = f"/api/requests/{asked.number}/{step}/"
        answer = client.post(path, said, content_type="application/json")
        return answer.status_code, answer.json().get("error", {}).get("sentence", "")

    return called


@pytest.fixture
def page(client: Client, asked: ImagingRequest) -> Callable[[], str]:
    return lambda: client.get(f"/work/requests/{asked.number}/").content.decode()


def stand(request: ImagingRequest, state: State) -> None:
    ImagingRequest.objects.filter(pk=request.pk).update(state=state)
    request.refresh_from_db()


def ended(request: ImagingRequest) -> list[str]:
    events = request.events.filter(kind=EventKind.HOLD_ENDED).order_by("seq")
    return list(events.values_list("reason", flat=True))


def told(request: ImagingRequest, *turns: tuple[EventKind, FailureCode]) -> None:
    for kind, reason in turns:
        record(request, kind, by=None, at=timezone.now(), particulars=Particulars(reason=reason))


def test_no_step_begins_a_hold_while_another_is_open(
    asked: ImagingRequest, call: Call, page: Callable[[], str]
) -> None:
    assert call("hold", reason=OURS)[0] == 200
    held = (409, "This request is on hold already. End that hold first.")
    assert call("transition", to="clarifying", reason=ASKERS) == held
    assert call("hold", reason=ASKERS) == held
    assert "On hold" in page()
    assert call("release")[0] == 200
    assert call("release") == (409, "This request is not on hold.")
    assert (ended(asked), open_holds(asked)) == ([OURS], ())
    assert "On hold" not in page()


def test_a_release_ends_all_holds_that_a_journal_has_open(
    asked: ImagingRequest, call: Call, page: Callable[[], str]
) -> None:
    """Journals from before this was refused have several."""
    begin, end = EventKind.HOLD_STARTED, EventKind.HOLD_ENDED
    told(asked, (begin, OURS), (begin, ASKERS), (end, ASKERS))
    assert [one.reason for one in open_holds(asked)] == [OURS]
    assert "On hold" in page()
    told(asked, (begin, FailureCode.LO05))
    assert call("release")[0] == 200
    assert (ended(asked), open_holds(asked)) == ([ASKERS, ""], ())
    assert call("release")[0] == 409
    assert "On hold" not in page()


def test_whoever_is_asked_no_more_is_on_hold_no_more(asked: ImagingRequest, call: Call) -> None:
    hold(asked, reason=OURS, by=None, at=timezone.now())
    release(asked, by=None, at=timezone.now())
    assert call("hold", reason=ASKERS)[0] == 200
    assert call("transition", to="received", reason=OURS)[0] == 200
    assert (ended(asked), open_holds(asked)) == ([OURS, ASKERS], ())


def test_what_the_requester_must_settle_first() -> None:
    assert set(BARRING) == {
        *(FailureCode.IN01, FailureCode.LO05, FailureCode.RV03, FailureCode.AU01),
        *(FailureCode.AU02, FailureCode.AU03, FailureCode.AU04, FailureCode.AU05),
    }


def test_nothing_leaves_while_the_requester_is_waited_for(
    client: Client, asked: ImagingRequest, call: Call
) -> None:
    stand(asked, State.READY)
    hold(asked, reason=ASKERS, by=None, at=timezone.now())
    status, sentence = call("hand-over", **OUT)
    assert (status, "Identity not verified" in sentence) == (409, True)
    path = f"/work/requests/{asked.number}/do/hand-over/"
    answer = client.post(path, {"expected": "ready", **OUT})
    assert (answer.status_code, sentence in answer.content.decode()) == (409, True)
    assert answer.context["main"][0].key == "release"
    (row,) = rows_of(ImagingRequest.objects.all(), timezone.now())
    assert (row.tab, row.step) == ("hold", "Chase requester")
    assert not Delivery.objects.exists()
    assert call("release")[0] == 200
    assert call("hand-over", **OUT)[0] == 200


def test_nothing_arrives_while_the_requester_is_waited_for(
    client: Client, asked: ImagingRequest, call: Call
) -> None:
    stand(asked, State.READY)
    assert call("hand-over", **OUT)[0] == 200
    assert call("hold", reason=FailureCode.RV03)[0] == 200
    status, sentence = call("arrived")
    assert (status, "Fee unpaid" in sentence) == (409, True)
    path = f"/work/requests/{asked.number}/do/arrived/"
    answer = client.post(path, {"expected": "delivering"})
    assert (answer.status_code, sentence in answer.content.decode()) == (409, True)
    assert Delivery.objects.get().available_at is None
    assert call("failed", reason="TR06")[0] == 200


@pytest.mark.parametrize("reason", [OURS, FailureCode.TR08])
def test_a_delivery_ends_any_other_hold(
    asked: ImagingRequest, call: Call, page: Callable[[], str], reason: FailureCode
) -> None:
    stand(asked, State.READY)
    if reason is OURS:
        assert call("hold", reason=reason)[0] == 200
    assert call("hand-over", **OUT)[0] == 200
    if reason is not OURS:
        assert call("hold", reason=reason)[0] == 200
    assert [one.reason for one in open_holds(asked)] == [reason]
    assert call("arrived")[0] == 200
    gone = (409, "This request has ended, and its holds with it.")
    for last in ("closed", ""):
        assert open_holds(asked) == ()
        assert call("release") == gone
        assert "On hold" not in page()
        assert not last or call("transition", to=last)[0] == 200


def test_only_what_is_on_its_way_waits_to_be_picked_up(asked: ImagingRequest, call: Call) -> None:
    stand(asked, State.READY)
    status, sentence = call("hold", reason=FailureCode.TR08)
    assert (status, "no delivery is under way" in sentence) == (409, True)
    assert open_holds(asked) == ()


def test_what_failed_waits_no_longer_to_be_picked_up(asked: ImagingRequest, call: Call) -> None:
    stand(asked, State.READY)
    assert call("hand-over", **OUT)[0] == 200
    assert call("hold", reason=FailureCode.TR08)[0] == 200
    assert call("failed", reason=FailureCode.TR08)[0] == 200
    assert open_holds(asked) == ()
    last = asked.events.order_by("-seq")[:2]
    assert [(one.kind, one.reason) for one in last] == [
        (EventKind.DELIVERY_FAILED, FailureCode.TR08),
        (EventKind.HOLD_ENDED, FailureCode.TR08),
    ]
    assert call("transition", to="ready")[0] == 200
    assert open_holds(asked) == ()


def test_no_door_demands_a_form_where_none_is_needed(asked: ImagingRequest, call: Call) -> None:
    asked.legal_basis = LegalBasis.PATIENT_ACCESS
    asked.save(update_fields=("legal_basis",))
    assert call("transition", to="clarifying", reason=FailureCode.AU01)[0] == 200
    assert (State(ImagingRequest.objects.get().state), open_holds(asked)) == (State.RECEIVED, ())
    last = asked.events.order_by("seq").last()
    assert (last.kind, last.reason) == (EventKind.FAILURE_NOTED, FailureCode.RV04)
    what = Particulars(reason=FailureCode.AU02)
    with pytest.raises(Incomplete, match="no authorization is needed"):
        transition(asked, to=State.CLARIFYING, by=None, at=timezone.now(), particulars=what)


def test_a_request_that_ends_ends_its_holds(
    asked: ImagingRequest, call: Call, page: Callable[[], str]
) -> None:
    hold(asked, reason=ASKERS, by=None, at=timezone.now())
    transition(asked, to=State.WITHDRAWN, by=None, at=timezone.now())
    assert open_holds(asked) == ()
    assert call("release")[0] == 409
    assert call("hold", reason=ASKERS)[0] == 409
    assert "On hold" not in page()
    with pytest.raises(TransitionRefused):
        release(asked, by=None, at=timezone.now())
