"""A door in the side bar opens for whoever is shown it, and nobody is lured into a refusal."""

from pathlib import Path

import pytest
from django.core.management import call_command
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


def test_who_looks_at_a_log_stays_there_from_door_to_door(client: Client, tmp_path: Path) -> None:
    director = make_cast().people[Role.HIM_DIRECTOR]
    log = tmp_path / "spring.csv"
    log.write_text("Date Rcvd,Date Out\n2025-03-08,2025-03-10\n2025-03-09,2025-03-12\n")
    call_command("import_log", str(log))
    client.force_login(director)

    def doors(address: str, **words: str | list[str]) -> dict[str, str]:
        request = RequestFactory().get(address, words)
        request.user = director
        return {item.label: item.path for group in groups_for(request) for item in group.items}

    usual = doors("/")
    kept = {"Overview", "Process", "Forecast", "Cost of discs", "Reports"}
    assert kept <= usual.keys()
    for label in kept:
        found = doors(usual[label], source="spring")
        moved = {one for one, path in found.items() if path.endswith("?source=spring")}
        assert moved == kept, label
        assert {client.get(found[one]).status_code for one in kept} == {200}
    for words in ({"source": "autumn"}, {"source": "live"}, {"source": ["spring", "spring"]}, {}):
        assert doors(usual["Overview"], **words) == usual
    assert doors(usual["Measures"], source="spring") == usual
