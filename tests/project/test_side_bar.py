"""A door in the side bar opens for whoever is shown it, and nobody is lured into a refusal."""

import pytest
from django.test import Client, RequestFactory

from audit.models import AuditEntry
from project.side import groups_for
from requests_app.vocabulary import Role
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", list(Role))
def test_every_door_that_is_shown_opens(client: Client, role: Role) -> None:
    person = make_cast().people[role]
    client.force_login(person)
    request = RequestFactory().get("/")
    request.user = person
    doors = [item.path for group in groups_for(request) for item in group.items]
    answers = {path: client.get(path).status_code for path in doors}
    assert doors
    assert set(answers.values()) == {200}, answers
    assert not AuditEntry.objects.exclude(outcome="0").exists()


def test_release_staff_see_no_figures_and_auditors_no_imports() -> None:
    people = make_cast().people
    request = RequestFactory().get("/")
    shown = {}
    for role in (Role.RELEASE_STAFF, Role.AUDITOR):
        request.user = people[role]
        shown[role] = {item.label for group in groups_for(request) for item in group.items}
    assert "Overview" not in shown[Role.RELEASE_STAFF]
    assert "Imported logs" not in shown[Role.AUDITOR]
    assert "Overview" in shown[Role.AUDITOR]
