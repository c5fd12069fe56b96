"""The first real start needs one command and no demonstration data."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import AuditEntry
from requests_app.models import Facility, Holiday, Organization, Policy, User
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db
SAID = {
    "organization": "Example Health",
    "facility": "Northfield General",
    "zone": "America/Chicago",
    "administrator": "admin@example.org",
}
PASSWORD = "violet-harbor-9431"


def set_up(out: StringIO | None = None, **other: str) -> str:
    out = out or StringIO()
    said = {f"--{name.replace('_', '-')}": value for name, value in (SAID | other).items()}
    call_command("set_up", *(word for pair in said.items() for word in pair), stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", PASSWORD)


def test_the_first_administrator_can_sign_in_and_administer(client: Client) -> None:
    said = set_up()
    assert "made   Administrator admin@example.org" in said
    assert PASSWORD not in said
    answer = client.post(
        "/account/login/", {"login": "admin@example.org", "password": PASSWORD}, follow=True
    )
    assert answer.status_code == 200
    assert client.get("/administration/people/").status_code == 200
    assert User.objects.get().has_role(Role.ADMINISTRATOR)


def test_holidays_of_three_years_and_every_rule_are_rows() -> None:
    set_up()
    years = {day.year for day in Holiday.objects.values_list("date", flat=True)}
    assert len(years) == 3
    off = Policy.objects.filter(enabled=False)
    assert {row.key for row in Policy.objects.filter(enabled=True)} == {"hipaa_access", "contract"}
    assert off.count() == 7
    assert not off.exclude(verified_on=None).exists()


def test_a_second_run_changes_nothing_and_needs_no_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up()
    kept = User.objects.get().password
    counted = [model.objects.count() for model in (Organization, Facility, Holiday, Policy)]
    entries = AuditEntry.objects.count()
    monkeypatch.delenv("ADMINISTRATOR_PASSWORD")
    assert "made " not in set_up()
    assert [model.objects.count() for model in (Organization, Facility, Holiday, Policy)] == counted
    assert User.objects.get().password == kept
    assert AuditEntry.objects.count() == entries


def test_what_is_made_is_in_the_log() -> None:
    set_up()
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"facility.added", "holidays.loaded", "person.invited"} <= verbs


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"administrator": "nobody"}, "no email address"),
        ({"password_file": "/nonexistent/secret"}, "cannot be read"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_written(other: dict[str, str], sentence: str) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match=sentence) as refused:
        set_up(out, **other)
    assert refused.value.returncode == 2
    assert not Organization.objects.exists()
    assert out.getvalue() == ""


@pytest.mark.parametrize("zone", ["America/Chicgo", "America/Denver"])
def test_another_zone_of_a_facility_that_is_there_is_refused(zone: str) -> None:
    set_up()
    with pytest.raises(CommandError, match="in America/Chicago and not") as refused:
        set_up(zone=zone)
    assert refused.value.returncode == 2
    assert Facility.objects.get().zone == "America/Chicago"


def test_an_easy_password_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("password\n")
    with pytest.raises(CommandError, match="too common"):
        set_up(password_file=str(file))
    assert not User.objects.exists()


def test_without_a_terminal_the_password_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ADMINISTRATOR_PASSWORD")
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="no terminal"):
        set_up()


def test_an_account_of_another_organization_is_not_taken_over() -> None:
    set_up()
    with pytest.raises(CommandError, match="another organization"):
        set_up(organization="Other Health")
    assert Organization.objects.count() == 1
