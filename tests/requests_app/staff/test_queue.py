"""The queue: filters and search work together, and a row says how the images really go."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.models import Delivery, ImagingRequest
from requests_app.sla.policy import Band
from requests_app.staff.worklist import BANDS, rows_of
from requests_app.vocabulary import Channel, Direction, RequesterType, Role, State
from tests.requests_app.cast import Cast, file_request, make_cast

pytestmark = pytest.mark.django_db
QUEUE = "/work/queue/"


@pytest.fixture
def cast(client: Client) -> Cast:
    found = make_cast()
    found.people[Role.SUPERVISOR].facilities.add(found.lakeside)
    client.force_login(found.people[Role.SUPERVISOR])
    return found


def filed(cast: Cast, days_ago: int = 0, **said: object) -> ImagingRequest:
    at = timezone.now() - timedelta(days=days_ago)
    return file_request(cast.northfield, at=at, **said)


def shown(answer: object) -> list[str]:
    """Return the numbers of the rows, in their order."""
    return re.findall(r"/work/requests/(R-[^/]+)/", answer.content.decode())  # type: ignore[attr-defined]


def found_by(client: Client, address: str, words: str) -> list[str]:
    return shown(client.post(address, {"words": words}, follow=True))


def test_a_search_keeps_the_filters_and_filters_keep_the_search(client: Client, cast: Cast) -> None:
    ours = filed(cast, requester_name="Example Law Office", requester_type=RequesterType.ATTORNEY)
    filed(cast, requester_name="Example Law Office")
    filed(cast, requester_type=RequesterType.ATTORNEY)
    assert found_by(client, f"{QUEUE}?asked=attorney&tab=all", "law") == [ours.number]
    page = client.get(f"{QUEUE}?asked=attorney&search=on").content.decode()
    assert 'name="search" value="on"' in page
    assert f'action="{QUEUE}?asked=attorney&amp;search=on"' in page
    assert len(found_by(client, f"{QUEUE}?asked=attorney&search=on&page=2", "")) == 2


def test_several_facilities_of_a_link_stay_chosen(client: Client, cast: Cast) -> None:
    here, there = filed(cast), file_request(cast.lakeside, at=timezone.now())
    address = f"{QUEUE}?facility=northfield&facility=lakeside"
    page = client.get(address)
    assert set(shown(page)) == {here.number, there.number}
    text = page.content.decode()
    for place in ("northfield", "lakeside"):
        assert f'<input type="hidden" name="facility" value="{place}">' in text
    assert "show all facilities" in text
    assert shown(client.get(f"{QUEUE}?facility=lakeside")) == [there.number]


def test_a_band_is_shown_as_a_chip_that_takes_it_away(client: Client, cast: Cast) -> None:
    late, fresh = filed(cast, days_ago=60), filed(cast)
    page = client.get(f"{QUEUE}?band=late&asked=patient")
    assert shown(page) == [late.number]
    text = page.content.decode()
    assert "Standing</span> Late" in text
    assert 'name="band" value="late"' in text
    way_back = re.search(r'href="(\?[^"]*)"><span>Standing', text)
    assert way_back is not None
    assert set(shown(client.get(QUEUE + way_back[1].replace("&amp;", "&")))) == {
        late.number,
        fresh.number,
    }
    assert "Standing</span>" not in client.get(f"{QUEUE}?band=nonsense").content.decode()


def test_every_band_has_words() -> None:
    assert set(BANDS) == set(Band)


def test_the_list_by_due_date_puts_what_is_held_at_its_date(client: Client, cast: Cast) -> None:
    from requests_app.failure_codes import FailureCode
    from requests_app.lifecycle.journal import Particulars
    from requests_app.lifecycle.transition import transition
    from requests_app.vocabulary import State

    held, fresh = filed(cast, days_ago=3), filed(cast)
    transition(
        held,
        to=State.CLARIFYING,
        by=cast.people[Role.SUPERVISOR],
        at=timezone.now(),
        particulars=Particulars(reason=FailureCode.LO05, note="Which?"),
    )
    assert shown(client.get(QUEUE)) == [fresh.number, held.number]
    assert shown(client.get(f"{QUEUE}?order=due")) == [held.number, fresh.number]
    assert '<option value="due" selected>' in client.get(f"{QUEUE}?order=due").content.decode()


def handed_over(request: ImagingRequest, channel: Channel, minutes: int) -> None:
    at = timezone.now() + timedelta(minutes=minutes)
    Delivery.objects.create(
        request=request, channel=channel, state="failed", recipient_name="Clinic", created_at=at
    )


def test_a_request_goes_by_its_latest_delivery_not_by_what_was_wanted(
    client: Client, cast: Cast
) -> None:
    request = filed(cast)
    page = client.get(QUEUE).content.decode()
    assert "Secure link" in page
    assert "<small>asked for</small>" in page
    handed_over(request, Channel.NETWORK_STANDARD, 1)
    handed_over(request, Channel.PHYSICAL_CD, 2)
    (row,) = rows_of(ImagingRequest.objects.filter(pk=request.pk), timezone.now())
    assert row.channel == Channel.PHYSICAL_CD
    assert "<small>last sent</small>" in client.get(QUEUE).content.decode()
    assert shown(client.get(f"{QUEUE}?medium=physical")) == [request.number]
    assert shown(client.get(f"{QUEUE}?medium=link")) == []


def test_days_of_the_contract_are_called_business_days(client: Client, cast: Cast) -> None:
    late = filed(cast, days_ago=60)
    verify_identity(late, record_number="MRN-0417", by=None, at=timezone.now() - timedelta(days=60))
    complete(late, by=None, at=timezone.now() - timedelta(days=60))
    assert " business days late" in client.get(QUEUE).content.decode()
    assert " business days late" in client.get(f"/work/requests/{late.number}/").content.decode()


def test_outside_images_come_and_wait_for_the_other_site(client: Client, cast: Cast) -> None:
    asked = filed(cast, direction=Direction.INBOUND)
    ImagingRequest.objects.filter(pk=asked.pk).update(state=State.LOCATING)
    words = client.get("/work/outside-images/").content.decode()
    assert "Other site" in words
    assert "Wait for the other site" in words
    assert "Archive search" not in words
    assert "Find images" not in words
    assert ("Comes by" in words, "Goes by" in words) == (True, False)


def test_modalities_are_said_in_words(client: Client, cast: Cast) -> None:
    filed(cast, modality="MG")
    assert "· Mammogram" in client.get(QUEUE).content.decode()


def test_a_longer_queue_asks_no_more(
    client: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    filed(cast)
    client.get(QUEUE)
    with django_assert_max_num_queries(60) as few:  # type: ignore[operator]
        client.get(QUEUE)
    for _ in range(4):
        handed_over(filed(cast), Channel.PHYSICAL_CD, 1)
    with django_assert_max_num_queries(len(few.captured_queries)):  # type: ignore[operator]
        client.get(QUEUE)
