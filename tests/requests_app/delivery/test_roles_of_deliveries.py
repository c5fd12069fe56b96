"""Links and confirmations ask for the role in their own verb, before anything else."""

import pytest

from requests_app.delivery.handover import confirm_usable
from requests_app.delivery.link import create_link, revoke
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.lifecycle.transition import transition
from requests_app.models import Delivery
from requests_app.refusals import NotAllowed
from requests_app.vocabulary import Role, State
from tests.requests_app.cast import AT, Cast, approve_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_who_may_not_send_hears_that_and_not_what_is_missing(cast: Cast) -> None:
    request = approve_request(cast.northfield)
    for person in (cast.outsider, cast.people[Role.AUDITOR]):
        with pytest.raises(NotAllowed):
            create_link(request, recipient_name="A", recipient_email="", by=person, at=AT)


def test_only_who_works_on_the_request_closes_its_link_or_confirms(cast: Cast) -> None:
    request = approve_request(cast.northfield)
    file = NamedFile(name="a", chunks=[bytes_of(ct_slice(study=1))])
    receive_files(request, [file], by=None, at=AT)
    transition(request, to=State.READY, by=None, at=AT)
    create_link(request, recipient_name="A", recipient_email="", by=None, at=AT)
    link = Delivery.objects.get().link
    for person in (cast.outsider, cast.people[Role.ANALYST], cast.people[Role.REQUESTER]):
        with pytest.raises(NotAllowed):
            revoke(link, by=person, at=AT)
        with pytest.raises(NotAllowed):
            confirm_usable(request, by=person, at=AT)
    staff = cast.people[Role.RELEASE_STAFF]
    assert confirm_usable(request, by=staff, at=AT).actor == staff
    assert revoke(link, by=staff, at=AT).actor == staff
