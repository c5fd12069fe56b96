"""Whatever steps are tried, every page and figure says the same of what is on hold."""

import json
from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from analytics.forecast.moves import ENDS_HOLDS, HOLDS
from analytics.forecast.telling import NOT_YET, Telling
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import fold
from analytics.sources.live import live_log
from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.waits import open_holds
from requests_app.models import ImagingRequest
from requests_app.portal.progress import progress_of
from requests_app.staff.worklist import Clocks, clocks_of, rows_of
from requests_app.vocabulary import EventKind, Role, State
from tests.requests_app.cast import file_request, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]
REASONS = ("AU03", "LO05", "LO01", "RV01")
OUT = {"channel": "physical_cd", "recipient_name": "Example Law Office"}
TRIED = (
    *(("hold", {"reason": reason}) for reason in REASONS),
    *(("transition", {"to": "clarifying", "reason": reason}) for reason in REASONS[:2]),
    *(("transition", {"to": "received", "reason": reason}) for reason in ("AU03", "RV01")),
    *((("release", {}),) * 2),
    *(("transition", {"to": state}) for state in ("ready", "closed", "withdrawn")),
    *(("hand-over", OUT), ("arrived", {}), ("failed", {"reason": "TR06"})),
)


def walk(client: Client, request: ImagingRequest, chance: Random) -> None:
    """Try some steps by the API; most are refused where they do not fit."""
    for _ in range(9):
        step, said = chance.choice(TRIED)
        path = f"/api/requests/{request.number}/{step}/"
        assert client.post(path, said, "application/json").status_code in (200, 409, 422)


def waits_by_the_forecast(request: ImagingRequest) -> bool:
    telling = Telling(stop="available")
    telling.begin(0)
    for at, event in enumerate(request.events.order_by("seq")):
        if event.kind in HOLDS | ENDS_HOLDS:
            telling.hear(at, event.kind, event.reason or None)
    telling.end()
    return any(over == NOT_YET for _, over in telling.waits)


@pytest.mark.parametrize("seed", range(6))
def test_every_door_says_the_same_of_a_hold(client: Client, seed: int) -> None:
    cast, chance = make_cast(), Random(seed)
    client.force_login(cast.people[Role.SUPERVISOR])
    for state in (State.RECEIVED, State.RECEIVED, State.READY, State.READY):
        request = file_request(cast.northfield, at=timezone.now())
        ImagingRequest.objects.filter(pk=request.pk).update(state=state)
        walk(client, request, chance)
    at = timezone.now() + timedelta(seconds=1)
    log = live_log(at)
    known = {row["number"]: row for row in log.requests.to_pylist()}
    rows = rows_of(ImagingRequest.objects.all(), at)
    for row in rows:
        request, held = row.request, open_holds(row.request)
        page = client.get(f"/work/requests/{request.number}/")
        offered = {step.key for step, _ in page.context["steps"]}
        asks = row.timeline.waits_on_requester
        assert bool(held) == ("On hold" in page.content.decode()) == ("release" in offered)
        assert bool(held) == (row.tab == "hold")
        assert bool(held) == (known[request.number]["held_since"] is not None)
        assert asks == bool(progress_of(request, at).needs_answer)
        assert asks == waits_by_the_forecast(request)
        assert not held or (request.is_open and len(held) == 1)
        assert request.state != State.CLARIFYING or asks
    waiting, ages = compute(fold(log), Selection(), ["held_requests", "hold_age_p90"]).values()
    assert waiting.value == sum(row.timeline.waits_on_requester for row in rows)
    assert ages.n == sum(bool(open_holds(row.request)) for row in rows)


def test_a_date_is_the_same_at_the_page_the_figures_and_the_command() -> None:
    """Holds that overlap, ends said twice and of other reasons, and a delivery at last."""
    cast, chance = make_cast(), Random(7)
    begun = timezone.now().replace(microsecond=0) - timedelta(days=20)
    for _ in range(12):
        request = file_request(cast.northfield, at=begun)
        record(request, EventKind.COMPLETE, by=None, at=begun)
        for hours in sorted(chance.sample(range(1, 150), 6)):
            kind = chance.choice([EventKind.HOLD_STARTED, EventKind.HOLD_ENDED])
            what = Particulars(reason=chance.choice([None, *map(FailureCode, REASONS)]))
            record(request, kind, by=None, at=begun + timedelta(hours=hours), particulars=what)
        if chance.random() < 0.5:
            record(request, EventKind.AVAILABLE, by=None, at=begun + timedelta(days=8))
    at = timezone.now().replace(microsecond=0)
    known = {row["number"]: row for row in live_log(at).requests.to_pylist()}
    for request in ImagingRequest.objects.all():
        clocks = clocks_of(request, at)
        (shown,) = (due for due in clocks.dues if due.rule.key == "contract")
        assert known[request.number]["contract_due"] == int(shown.due_at.timestamp())
        assert counted_by_the_command(clocks) == shown.due.isoformat()


def counted_by_the_command(clocks: Clocks) -> str:
    out, said = StringIO(), []
    for hold in clocks.timeline.holds:
        if hold.requester_caused:
            end = hold.ended.isoformat() if hold.ended else ""
            said.append(f"--hold={hold.started.isoformat()}..{end}")
    start = clocks.timeline.complete
    assert start is not None
    start_at = f"--from={start.isoformat()}"
    call_command(
        "due", "--rule=contract", start_at, "--facility=northfield", "--json", *said, stdout=out
    )
    return str(json.loads(out.getvalue())["due"])
