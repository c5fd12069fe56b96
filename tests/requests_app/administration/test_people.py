"""People come by invitation, stay in their organization, and never lose the last administrator."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from audit.models import AuditEntry
from requests_app.administration.people import UNSEEN
from requests_app.house import people
from requests_app.models import User
from requests_app.vocabulary import Role
from tests.requests_app.administration.house_made import House, make_house

pytestmark = pytest.mark.django_db
NEW = {"email": "new@example.org", "roles": ["auditor"], "sees_all_facilities": "on"}


@pytest.fixture
def house(client: Client) -> House:
    """A house whose administrator is signed in."""
    found = make_house("Northfield")
    client.force_login(found.administrator)
    return found


def said_of(person: User, **other: Any) -> dict[str, Any]:
    return {"roles": list(person.groups.values_list("name", flat=True))} | other


def test_an_invited_person_chooses_a_password_and_signs_in(client: Client, house: House) -> None:
    answer = client.post("/administration/people/new/", NEW, follow=True)
    assert "a link is on its way" in answer.content.decode()
    person = User.objects.get(email="new@example.org")
    assert not person.has_usable_password()
    assert person.organization == house.organization
    assert person.roles == {Role.AUDITOR}
    address = re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)
    assert address is not None
    guest = Client()
    form = guest.get(address[1], follow=True)
    where = form.request["PATH_INFO"]
    word = "violet-harbor-9431"
    guest.post(where, {"password1": word, "password2": word}, follow=True)
    guest.post("/account/login/", {"login": "new@example.org", "password": word})
    assert guest.get("/proof/").status_code == 200


def test_who_would_see_nothing_for_want_of_a_facility_is_warned_of(
    client: Client, house: House
) -> None:
    said = {"email": "new@example.org", "roles": ["auditor"]}
    assert "without any, staff" in client.get("/administration/people/new/").content.decode()
    page = client.post("/administration/people/new/", said, follow=True).content.decode()
    assert f"new@example.org has no facility, and so {UNSEEN}" in page
    assert "No facility: sees only their own" in page
    person = User.objects.get(email="new@example.org")
    path = f"/administration/people/{person.pk}/"
    assert f"This person {UNSEEN}" in client.get(path).content.decode()
    asks = client.post(path, {"roles": ["requester"]}, follow=True).content.decode()
    assert "sees no request" not in asks
    assert UNSEEN not in client.get(path).content.decode()
    every = {"roles": ["auditor"], "sees_all_facilities": "on"}
    assert "sees no request" not in client.post(path, every, follow=True).content.decode()


def test_without_a_mail_server_the_page_says_where_the_mail_lies(
    client: Client, house: House, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    page = client.post("/administration/people/new/", NEW, follow=True).content.decode()
    assert "a link is on its way" not in page
    assert f"newest file in {tmp_path}" in page
    assert "No mail server is set." in page
    assert list(tmp_path.glob("*.log"))


def test_the_mail_names_no_secret_in_its_subject(client: Client, house: House) -> None:
    client.post("/administration/people/new/", NEW)
    assert mail.outbox[0].subject == "Your account in Discless"
    assert mail.outbox[0].to == ["new@example.org"]


def test_a_mail_server_that_refuses_leaves_the_account_and_says_so(
    client: Client, house: House, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    answer = client.post("/administration/people/new/", NEW, follow=True)
    assert "did not take the invitation" in answer.content.decode()
    assert User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"email": "NORTHFIELD-STAFF@example.org"}, "has an account already"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["king"]}, "king"),
        ({"email": "\x00"}, "Remove the characters that cannot be shown."),
        ({"email": "x" * 3000}, "such as name@example.org."),
    ],
)
def test_bad_invitations_are_answered_and_write_nothing(
    client: Client, house: House, other: dict[str, Any], sentence: str
) -> None:
    answer = client.post("/administration/people/new/", NEW | {"first_name": "Sam"} | other)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="Sam"' in answer.content.decode()
    assert User.objects.count() == 2


def test_a_name_that_another_house_takes_at_the_same_moment_is_refused_with_a_sentence(
    client: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "free_slug", lambda _name, _taken: house.staff.username)
    answer = client.post("/administration/people/new/", NEW)
    assert answer.status_code == 422
    assert "Send it once more" in answer.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_last_administrator_can_neither_leave_nor_be_switched_off(
    client: Client, house: House
) -> None:
    me = house.administrator
    answer = client.post(f"/administration/people/{me.pk}/", {"roles": ["auditor"]})
    assert answer.status_code == 422
    assert "last administrator" in answer.content.decode()
    client.post(f"/administration/people/{me.pk}/switch/", {"on": "0"})
    me = User.objects.get(pk=me.pk)
    assert me.is_active
    assert me.has_role(Role.ADMINISTRATOR)


def test_a_second_administrator_lets_the_first_go(client: Client, house: House) -> None:
    staff = house.staff
    client.post(f"/administration/people/{staff.pk}/", {"roles": ["administrator"]})
    client.post(f"/administration/people/{house.administrator.pk}/", {"roles": ["auditor"]})
    assert User.objects.get(pk=staff.pk).roles == {Role.ADMINISTRATOR}
    assert User.objects.get(pk=house.administrator.pk).roles == {Role.AUDITOR}
    assert client.get("/administration/people/").status_code == 403


def test_a_person_who_is_switched_off_is_out_at_once(client: Client, house: House) -> None:
    theirs = Client()
    theirs.force_login(house.staff)
    assert theirs.get("/work/queue/").status_code == 200
    client.post(f"/administration/people/{house.staff.pk}/switch/", {"on": "0"})
    assert theirs.get("/work/queue/").status_code == 302
    client.post(f"/administration/people/{house.staff.pk}/switch/", {"on": "1"})
    assert User.objects.get(pk=house.staff.pk).is_active
    assert theirs.get("/work/queue/").status_code == 302
    assert client.get("/administration/people/").status_code == 200


def test_opening_one_person_is_recorded(client: Client, house: House) -> None:
    page, subject = f"/administration/people/{house.staff.pk}/", f"user:{house.staff.pk}"
    assert client.get(page).status_code == 200
    looks = AuditEntry.objects.filter(verb="administration.viewed")
    assert [one.subject for one in looks] == [f"administration:{subject}"]


def test_people_and_facilities_of_another_organization_are_out_of_reach(
    client: Client, house: House
) -> None:
    other = make_house("Lakeside")
    for path in ("", "switch/", "invite/"):
        where = f"/administration/people/{other.staff.pk}/{path}"
        assert client.post(where, said_of(other.staff)).status_code == 404
    said = said_of(house.staff, facilities=[other.facility.pk])
    answer = client.post(f"/administration/people/{house.staff.pk}/", said)
    assert answer.status_code == 422
    assert not house.staff.facilities.exists()
    assert "lakeside" not in client.get("/administration/people/").content.decode()


def test_changes_and_refusals_are_in_the_log(client: Client, house: House) -> None:
    client.post("/administration/people/new/", NEW)
    client.post(f"/administration/people/{house.staff.pk}/", {"roles": ["supervisor"]})
    client.post(f"/administration/people/{house.staff.pk}/switch/", {"on": "0"})
    stranger = Client()
    stranger.force_login(User.objects.get(email="new@example.org"))
    assert stranger.get("/administration/").status_code == 403
    verbs = list(AuditEntry.objects.order_by("at").values_list("verb", flat=True))
    for verb in ("person.invited", "person.changed", "person.switched_off"):
        assert verb in verbs
    refused = AuditEntry.objects.get(verb="door.refused")
    assert (refused.subject, refused.outcome) == ("administration:start", "4")
    changed = bytes(AuditEntry.objects.get(verb="person.changed").body).decode()
    assert '"roles_before":"release_staff"' in changed
    assert '"roles":"supervisor"' in changed


def test_a_change_that_cannot_be_logged_does_not_happen(
    client: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**said: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("requests_app.house.ledger.record", broken)
    client.raise_request_exception = False
    answer = client.post(f"/administration/people/{house.staff.pk}/", {"roles": ["supervisor"]})
    assert answer.status_code == 500
    assert User.objects.get(pk=house.staff.pk).roles == {Role.RELEASE_STAFF}
