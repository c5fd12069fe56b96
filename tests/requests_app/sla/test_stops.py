"""What stops a clock is the rule's own setting, and one function says it everywhere."""

import importlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.test import Client

from analytics.sources.live import live_log
from requests_app.delivery.handover import hand_over, mark_available
from requests_app.lifecycle.journal import record
from requests_app.models import ImagingRequest, Policy
from requests_app.portal.progress import progress_of
from requests_app.sla.calendar import BusinessCalendar
from requests_app.sla.clock import Timeline
from requests_app.sla.policy import Band, due_dates, rule_of, standing
from requests_app.sla.rules import CONTRACT, HIPAA, RULES, Rule
from requests_app.sla.stop import Stop, stop_of
from requests_app.vocabulary import Channel, EventKind, LegalBasis, Role, State, Until
from tests.requests_app.cast import AT, Cast, file_request, make_cast

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, 15, tzinfo=UTC)
CALENDAR = BusinessCalendar(zone="America/Chicago")
SENT = Rule(**{**CONTRACT.__dict__, "stop": Until.SENT})
ENDS = (EventKind.DENIED, EventKind.WITHDRAWN, EventKind.NOT_FOUND, EventKind.DUPLICATE)


def test_a_clock_stops_at_what_its_rule_says() -> None:
    timeline = Timeline(received=START, sent=START + DAY, available=START + 2 * DAY)
    assert stop_of(SENT, timeline) == Stop(at=START + DAY)
    assert stop_of(CONTRACT, timeline) == Stop(at=START + 2 * DAY)
    assert stop_of(CONTRACT, Timeline(received=START, sent=START)) is None


@pytest.mark.parametrize("kind", ENDS)
def test_an_end_without_images_neither_meets_nor_misses_the_contract(kind: EventKind) -> None:
    ended = Timeline(received=START, complete=START, ended_by=kind, ended_at=START + DAY)
    stop = stop_of(CONTRACT, ended)
    assert stop is not None and (stop.counts, stop.ended_by) == (False, kind)


@pytest.mark.parametrize("kind", ENDS)
def test_of_all_ends_only_a_denial_answers_the_law(kind: EventKind) -> None:
    ended = Timeline(received=START, ended_by=kind, ended_at=START + DAY)
    for rule in (HIPAA, RULES["information_blocking"]):
        stop = stop_of(rule, ended)
        assert stop is not None and stop.counts is (kind is EventKind.DENIED)


def test_a_stopped_clock_decides_nothing_any_more() -> None:
    sent = Timeline(received=START, complete=START, sent=START + DAY)
    at = START + 12 * DAY
    dues = due_dates((SENT, HIPAA), sent, CALENDAR, as_of=at)
    now = standing(dues, sent, CALENDAR, at=at)
    assert now.due is not None and (now.due.rule.key, now.band) == ("hipaa_access", Band.ON_TRACK)


def shown(client: Client, cast: Cast, request: ImagingRequest) -> str:
    client.force_login(cast.people[Role.SUPERVISOR])
    return client.get(f"/work/requests/{request.number}/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["withdrawn", "duplicate", "not_found", "denied"])
def test_the_page_says_what_ended_a_request_and_not_met(client: Client, end: str) -> None:
    cast = make_cast()
    request = file_request(cast.northfield)
    record(request, EventKind.COMPLETE, by=None, at=AT)
    record(request, EventKind(end), by=None, at=AT + DAY)
    ImagingRequest.objects.filter(pk=request.pk).update(state=end)
    page = shown(client, cast, request)
    assert f"{end.replace('_', ' ').capitalize()}: not counted" in page
    assert ("Met: denied in time" in page) is (end == "denied")
    assert ">Met<" not in page and "Missed" not in page


@pytest.mark.django_db
def test_a_contract_that_stops_when_sent_is_told_so_to_staff_requester_and_measures(
    client: Client,
) -> None:
    cast = make_cast()
    Policy.objects.filter(key="contract").update(stop="sent")
    request = file_request(cast.northfield)
    record(request, EventKind.COMPLETE, by=None, at=AT)
    ImagingRequest.objects.filter(pk=request.pk).update(state=State.READY)
    parcel = hand_over(
        request,
        channel=Channel.PHYSICAL_CD,
        recipient_name="Sample Patient 0417",
        recipient_address="",
        by=None,
        at=AT + 2 * DAY,
    )
    request = ImagingRequest.objects.get(pk=request.pk)
    assert progress_of(request, AT + 3 * DAY).due == date(2026, 12, 9)
    assert ">Met<" in shown(client, cast, request).replace("\n", "")
    mark_available(parcel, by=None, at=AT + 9 * DAY)
    row = live_log(AT + 20 * DAY).requests.to_pylist()[0]
    assert row["contract_stop"] == int((AT + 2 * DAY).timestamp())
    assert row["available"] == int((AT + 9 * DAY).timestamp())
    assert row["contract_stop"] < row["contract_due"] < row["available"]


@pytest.mark.django_db
def test_the_rule_on_infeasibility_keeps_its_real_stop() -> None:
    Policy.objects.all().delete()
    wrong = Policy.objects.create(
        key="information_blocking",
        label="Infeasibility notice",
        days=10,
        unit="business",
        starts="received",
        stop="sent",
    )
    importlib.import_module("requests_app.migrations.0003_stops_of_rules").mend(apps, None)
    wrong.refresh_from_db()
    assert rule_of(wrong).stop is Until.REASON
    assert rule_of(wrong).policy.endswith("stops when a written reason is sent")


@pytest.mark.django_db
@pytest.mark.parametrize("is_sent", [True, False])
def test_an_open_request_whose_clocks_have_all_stopped_shows_no_deadline(
    client: Client, is_sent: bool
) -> None:
    cast = make_cast()
    request = file_request(cast.northfield, legal_basis=LegalBasis.TREATMENT)
    record(request, EventKind.COMPLETE, by=None, at=AT)
    if is_sent:
        record(request, EventKind.AVAILABLE, by=None, at=AT)
    page = shown(client, cast, request)
    assert ("Clocks stopped" in page) is is_sent
    assert ("clock decides" in page) is not is_sent
