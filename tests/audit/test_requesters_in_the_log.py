"""Requesters belong to no organization: who sees what they did, where several share a house."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from audit.models import AuditEntry
from audit.proof.entry import Agent
from requests_app.models import Facility, Organization, User
from requests_app.vocabulary import Role
from tests.audit.looked import look, rows
from tests.requests_app.cast import Cast, file_request, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]


@pytest.fixture
def there() -> Facility:
    """The facility of another organization."""
    house = Organization.objects.create(name="Elsewhere Health", slug="elsewhere-health")
    return Facility.objects.create(organization=house, name="There", short_name="T", slug="there")


def somebody(name: str, *roles: Role) -> tuple[User, AuditEntry]:
    """Return an account without an organization, and its sign-in."""
    found = User.objects.create_user(name, f"{name}@example.org", "x")
    found.groups.set(Group.objects.filter(name__in=roles))
    agent = Agent(id=f"user:{found.pk}", role="requester", name=name, address="10.20.4.19")
    said = {"verb": "session.opened", "subject": f"account:{agent.id}", "agent": agent}
    return found, look(facility="", **said)


def seen(client: Client) -> set[str]:
    """Return who signed in without an organization, as far as this reader sees it."""
    shown = rows(client.get("/proof/?verb=session.opened"))
    return {row.who for row in shown} & {"ours", "theirs", "nobodys", "operator"}


def test_where_one_organization_has_the_house_its_readers_see_all(auditor: Client) -> None:
    somebody("nobodys", Role.REQUESTER)
    somebody("operator")
    assert seen(auditor) == {"nobodys", "operator"}


def test_of_several_only_readers_of_a_facility_that_was_asked_see_who_asked(
    auditor: Client, cast: Cast, there: Facility
) -> None:
    ours, _ = somebody("ours", Role.REQUESTER)
    theirs, entry = somebody("theirs", Role.REQUESTER)
    somebody("nobodys")
    somebody("operator", Role.ADMINISTRATOR)
    for asks, place in ((ours, cast.northfield), (ours, there), (theirs, there)):
        file_request(place, requester=asks)
    assert seen(auditor) == {"ours", "operator"}
    assert auditor.get(f"/proof/entries/{entry.pk}/").status_code == 404
    assert auditor.post("/proof/bundle.zip").status_code == 403
    other = Client()
    other.force_login(person("their-auditor", Role.AUDITOR, there))
    assert seen(other) == {"ours", "theirs", "operator"}


def test_a_requester_who_asked_another_facility_has_no_name_here(
    auditor: Client, cast: Cast, there: Facility
) -> None:
    theirs, _ = somebody("theirs", Role.REQUESTER)
    file_request(there, requester=theirs)
    look(verb="person.changed", subject=f"user:{theirs.pk}")
    (row,) = rows(auditor.get("/proof/?verb=person.changed"))
    assert row.what == f"Account {theirs.pk}"
    file_request(cast.northfield, requester=theirs)
    (row,) = rows(auditor.get("/proof/?verb=person.changed"))
    assert row.what == str(theirs)
