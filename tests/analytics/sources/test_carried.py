"""Studies are counted where the images passed through here, and unknown elsewhere."""

from datetime import timedelta

import pytest

from analytics.eventlog import LIVE
from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.mirror.fold import Mirror, fold
from analytics.mirror.refresh import forget
from analytics.sources.live import live_log
from analytics.sources.mirrored import live_snapshot
from requests_app.delivery.handover import hand_over, mark_available
from requests_app.delivery.link import create_link
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.imaging.remove import remove_study
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest
from requests_app.vocabulary import Channel, Direction, EventKind, State
from tests.requests_app.cast import AT, Cast, approve_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def bring(request: ImagingRequest, *studies: int, hours: int, channel: Channel) -> None:
    files = [
        NamedFile(name=f"{n}.dcm", chunks=[bytes_of(ct_slice(study=n, number=hours))])
        for n in studies
    ]
    receive_files(request, files, by=None, at=AT + hours * HOUR, channel=channel)


def carried(kind: EventKind) -> list[int | None]:
    events = live_log(AT + 99 * HOUR).events.to_pylist()
    return [one["studies"] for one in events if one["activity"] == kind]


def test_a_delivery_carries_the_studies_that_it_was_bound_to(cast: Cast) -> None:
    request = approve_request(cast.northfield)
    bring(request, 1, 2, hours=1, channel=Channel.UNKNOWN)
    transition(request, to=State.READY, by=None, at=AT + 2 * HOUR)
    create_link(request, recipient_name="A", recipient_email="", by=None, at=AT + 3 * HOUR)
    assert carried(EventKind.AVAILABLE) == [2]


def test_a_disc_of_images_that_were_never_here_says_nothing_of_its_studies(cast: Cast) -> None:
    request = approve_request(cast.northfield)
    for to in (State.LOCATING, State.RETRIEVED, State.READY):
        transition(request, to=to, by=None, at=AT)
    words = {"recipient_name": "A", "recipient_address": "", "by": None, "at": AT}
    mark_available(hand_over(request, channel=Channel.PHYSICAL_CD, **words), by=None, at=AT)
    assert carried(EventKind.AVAILABLE) == [None]
    result = compute(fold(live_log(AT)), Selection(), ["physical_media_studies_out"])
    assert result["physical_media_studies_out"].excluded == {"sent without a count of studies": 1}


def test_a_study_counts_where_it_arrived_first(cast: Cast) -> None:
    request = approve_request(cast.northfield, direction=Direction.INBOUND)
    by_phone = Particulars(channel=Channel.PHYSICAL_CD)
    record(request, EventKind.IMAGES_RECEIVED, by=None, at=AT, particulars=by_phone)
    bring(request, 1, 2, hours=1, channel=Channel.PHYSICAL_CD)
    bring(request, 2, 3, hours=2, channel=Channel.NETWORK_STANDARD)
    bring(request, 3, hours=3, channel=Channel.LINK_SECURE)
    assert carried(EventKind.IMAGES_RECEIVED) == [None, 2, 1, 0]
    key = "physical_media_studies_in"
    result = compute(fold(live_log(AT + 9 * HOUR)), Selection(), [key])[key]
    assert (result.numerator, result.n) == (2, 3)
    assert result.excluded == {"came without a count of studies": 1, "came without a new study": 1}


def test_a_removed_study_was_not_carried(cast: Cast) -> None:
    request = approve_request(cast.northfield)
    bring(request, 1, 2, hours=1, channel=Channel.UNKNOWN)
    remove_study(request, request.studies.first(), why="Not theirs", by=None, at=AT + 2 * HOUR)
    assert carried(EventKind.IMAGES_RECEIVED) == [1]


def test_a_wish_and_a_fee_are_read_with_the_request(cast: Cast) -> None:
    approve_request(cast.northfield, preferred_channel=Channel.PHYSICAL_CD)
    ImagingRequest.objects.update(fee_cents=650)
    [row] = live_log(AT).requests.to_pylist()
    assert (row["wanted"], row["is_charged"]) == ("physical", True)


def test_a_changed_wish_or_fee_reaches_the_mirror(cast: Cast) -> None:
    forget(LIVE)
    approve_request(cast.northfield)
    seen = [_wish_and_fee(live_snapshot(AT + HOUR).mirror)]
    for hours, change in ((2, {"fee_cents": 650}), (3, {"preferred_channel": "physical_usb"})):
        ImagingRequest.objects.update(**change)
        seen.append(_wish_and_fee(live_snapshot(AT + hours * HOUR).mirror))
    assert seen == [("link", False), ("link", True), ("physical", True)]


def _wish_and_fee(mirror: Mirror) -> tuple[str, bool]:
    [row] = mirror.cases.to_pylist()
    return row["wanted"], row["is_charged"]
