"""What is on hold is what the clock's folding says: at every door, on every page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.holds import hold, release
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.waits import open_holds
from requests_app.models import ImagingRequest
from requests_app.vocabulary import EventKind, Role
from tests.requests_app.cast import Cast, file_request, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
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
