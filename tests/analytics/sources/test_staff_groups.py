"""Figures can be cut by the group of staff that had a request in hand last."""

from datetime import timedelta

import pytest

from analytics.metrics.compute import compute
from analytics.metrics.selection import Selection
from analytics.models import Change
from analytics.sources.mirrored import live_snapshot
from requests_app.failure_codes import FailureCode
from requests_app.lifecycle.holds import hold, release
from requests_app.models import User
from requests_app.vocabulary import Role
from tests.requests_app.cast import AT, Cast, file_request, make_cast

LATER = AT + timedelta(hours=3)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def groups(**chosen: object) -> dict[str, int]:
    mirror = live_snapshot(LATER).mirror
    found = compute(mirror, Selection(**chosen), ["requests_received"], by="staff_group")  # type: ignore[arg-type]
    return {one.group: one.n for one in found["requests_received"].by}


def worked_on(cast: Cast, *people: User) -> None:
    """File a request that each of them held and let go in turn."""
    request = file_request(cast.northfield)
    for hours, person in enumerate(people):
        at = AT + timedelta(hours=hours)
        hold(request, reason=FailureCode.LO05, by=person, at=at)
        release(request, by=person, at=at + timedelta(minutes=10))


@pytest.mark.django_db(transaction=True)
def test_a_request_counts_to_the_group_that_had_it_last(cast: Cast) -> None:
    clerk, chief = cast.people[Role.RELEASE_STAFF], cast.people[Role.SUPERVISOR]
    worked_on(cast, clerk, chief)
    worked_on(cast, chief, clerk)
    worked_on(cast, clerk)
    worked_on(cast)
    assert groups() == {"release_staff": 2, "supervisor": 1, "unknown": 1}
    chosen = {"slices": (("staff_group", ("supervisor",)),)}
    assert groups(**chosen) == {"supervisor": 1}
    chief.groups.set(clerk.groups.all())  # promoted or not: what was done stays what it was
    assert groups(**chosen) == {"supervisor": 1}


@pytest.mark.django_db(transaction=True)
def test_a_role_that_is_mended_is_folded_anew(cast: Cast) -> None:
    worked_on(cast, cast.people[Role.SUPERVISOR])
    assert groups() == {"supervisor": 1}
    last = cast.northfield.requests.get().events.filter(actor_role="supervisor")
    last.update(actor_role="him_director")
    assert Change.objects.exists()
    assert groups() == {"him_director": 1}
