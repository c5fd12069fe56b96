"""People, and a small live source that needs no requests in the database."""

import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def small_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages and reports read the synthetic log as live work."""
    import synthetic

    shot = synthetic.same_snapshot()
    for place in ("analytics.readers.view", "analytics.readers.arguments"):
        monkeypatch.setattr(f"{place}.open_source", lambda *_, **__: shot)


@pytest.fixture
def place(db: None):
    """One organization with two facilities."""
    from requests_app.models import Facility, Organization

    house = Organization.objects.create(name="Northfield Health", slug="northfield-health")
    for slug, name in (("northfield", "Northfield General"), ("riverside", "Riverside Campus")):
        Facility.objects.create(organization=house, slug=slug, name=name, zone="America/Chicago")
    return house


@pytest.fixture
def person(place):
    """Return a maker of people: a role and the facilities that they see."""
    from requests_app.models import User

    def make(role: str, *facilities: str, everything: bool = False):
        user = User.objects.create_user(
            username=f"{role}-{'-'.join(facilities)}-{everything}",
            email=f"{role}{len(facilities)}{everything}@example.org",
            password="demo",
            organization=place,
            sees_all_facilities=everything,
        )
        user.groups.add(Group.objects.get_or_create(name=role)[0])
        user.facilities.set(place.facilities.filter(slug__in=facilities))
        return user

    return make
