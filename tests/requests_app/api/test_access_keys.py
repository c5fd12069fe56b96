"""Programs call with a key: in a person's name, within the person's scope, and never beyond the key."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from requests_app.api import authentication
from requests_app.house.keys import MOST, end_key, holder_of, issue_key, live_keys
from requests_app.house.ledger import Keeper
from requests_app.house.people import switch
from requests_app.models import AccessKey, User
from requests_app.refusals import Incomplete, NotAllowed
from requests_app.tokens import hash_of
from requests_app.vocabulary import Role
from tests.requests_app.cast import AT, Cast, file_request, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts_of_pages")]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def supervisor(cast: Cast) -> User:
    return cast.people[Role.SUPERVISOR]


def made(person: User, *, may_write: bool = False, days: int = 30) -> tuple[AccessKey, str]:
    return issue_key(person, "monthly", days=days, may_write=may_write, at=timezone.now())


def call(secret: str, path: str = "/api/requests/", method: str = "get", **said: Any) -> Any:
    return getattr(Client(), method)(path, **said, headers={"authorization": f"Bearer {secret}"})


def told() -> Counter[str]:
    verbs = AuditEntry.objects.filter(verb__startswith="key.").values_list("verb", flat=True)
    return Counter(verbs)


def test_a_key_opens_what_its_person_may_see_and_no_more(cast: Cast, supervisor: User) -> None:
    ours = file_request(cast.northfield)
    _, secret = made(supervisor)
    assert [row["number"] for row in call(secret).json()["results"]] == [ours.number]
    assert call(secret, "/api/analytics/definitions/").status_code == 200
    _, other = made(cast.people[Role.RELEASE_STAFF])
    assert call(other, "/api/analytics/definitions/").status_code == 403


def test_the_secret_is_kept_nowhere(supervisor: User) -> None:
    key, secret = made(supervisor)
    assert secret.startswith("discless_")
    stored = AccessKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(stored)
    assert stored["secret_hash"] == hash_of(secret)
    call(secret)
    assert secret not in str(list(AuditEntry.objects.values()))


def test_a_call_without_a_key_is_asked_for_one() -> None:
    answer = Client().get("/api/requests/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["error"] == {
        "code": "not_signed_in",
        "sentence": "Sign in, or send an access key: Authorization: Bearer and the key.",
    }


def test_a_program_reads_what_every_call_takes_and_a_stranger_is_refused(supervisor: User) -> None:
    _, secret = made(supervisor)
    answer = call(secret, "/api/")
    assert answer.status_code == 200
    by_path = {(one["method"], one["path"]): one for one in answer.json()["calls"]}
    figures, cost = (by_path["GET", f"/api/analytics/{one}/"] for one in ("metrics", "cost"))
    holds = {one["name"]: one["holds"] for call in (cost, figures) for one in call["fields"]}
    assert holds["by"].startswith("groups (") and "facility, " in holds["by"]
    assert "percent" in holds["swing"] and "2026-01-31" in holds["from"]
    assert all(holds.values())
    refused = call("discless_unknown", "/api/")
    assert (refused.status_code, set(refused.json())) == (401, {"error"})
    assert Client().get("/api/").status_code == 302


def test_the_page_of_the_calls_shows_code_as_code(client: Client, supervisor: User) -> None:
    client.force_login(supervisor)
    page = client.get("/api/").content.decode()
    assert "<code>calibration</code> says how right" in page
    assert "`" not in page


@pytest.mark.parametrize("secret", ["", "discless_unknown", "x" * 5000, "d\u00e9j\u00e0"])
def test_a_key_that_nobody_made_opens_nothing(secret: str) -> None:
    answer = call(secret.encode("utf-8").decode("latin-1"))
    assert answer.status_code == 401
    assert set(answer.json()["error"]) == {"code", "sentence"}


def test_an_ended_or_expired_key_opens_nothing_and_its_use_is_recorded(supervisor: User) -> None:
    key, secret = made(supervisor)
    assert holder_of(secret, key.expires_at - timedelta(seconds=1)) == key
    assert holder_of(secret, key.expires_at) is None
    assert call(secret).status_code == 200
    end_key(supervisor, key.pk, at=timezone.now())
    assert call(secret).status_code == 401
    assert told() == {"key.issued": 1, "key.used": 1, "key.ended": 1, "key.refused": 1}


def test_the_first_use_of_a_day_is_recorded(supervisor: User) -> None:
    key, secret = made(supervisor)
    for hours in (1, 2, 25, 26):
        holder_of(secret, key.created_at.replace(hour=0) + timedelta(hours=hours))
    assert told()["key.used"] == 2


def test_a_key_that_only_reads_changes_nothing_and_the_try_is_recorded(
    cast: Cast, supervisor: User
) -> None:
    request = file_request(cast.northfield)
    path = f"/api/requests/{request.number}/hold/"
    said = {"data": {"reason": "LO05"}, "content_type": "application/json"}
    _, secret = made(supervisor)
    refused = call(secret, path, "post", **said)
    assert refused.status_code == 403
    assert refused.json()["error"]["sentence"].startswith("This key only reads.")
    assert AuditEntry.objects.filter(verb="door.refused").count() == 1
    _, writing = made(supervisor, may_write=True)
    assert call(writing, path, "post", **said).status_code == 200


def test_what_a_key_does_is_done_by_its_person(cast: Cast, supervisor: User) -> None:
    request = file_request(cast.northfield)
    _, secret = made(supervisor)
    call(secret, f"/api/requests/{request.number}/")
    look = AuditEntry.objects.filter(verb="request.viewed").get()
    assert look.agent == f"user:{supervisor.pk}"


def test_an_account_that_is_switched_off_and_on_again_has_no_keys(
    cast: Cast, supervisor: User
) -> None:
    _, secret = made(supervisor)
    keeper = Keeper(organization=supervisor.organization, at=timezone.now())
    switch(keeper, supervisor, on=False)
    assert call(secret).status_code == 401
    switch(keeper, supervisor, on=True)
    assert call(secret).status_code == 401


def test_no_key_is_made_as_its_person_is_switched_off(supervisor: User) -> None:
    read_before = User.objects.get(pk=supervisor.pk)
    keeper = Keeper(organization=supervisor.organization, at=timezone.now())
    switch(keeper, supervisor, on=False)
    with pytest.raises(NotAllowed):
        made(read_before)
    assert not AccessKey.objects.exists()


def test_a_key_that_only_reads_may_ask_what_an_address_takes(cast: Cast, supervisor: User) -> None:
    request = file_request(cast.northfield)
    _, secret = made(supervisor)
    for path in ("/api/requests/", f"/api/requests/{request.number}/hold/"):
        assert call(secret, path, "options").status_code == 200
    assert not AuditEntry.objects.filter(verb="door.refused").exists()


def test_a_key_speaks_for_its_person_beside_a_session_of_another(
    cast: Cast, supervisor: User
) -> None:
    request = file_request(cast.northfield)
    _, secret = made(supervisor, may_write=True)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people[Role.RELEASE_STAFF])
    path, said = f"/api/requests/{request.number}/hold/", {"reason": "LO05"}
    for scheme, status in (("Basic", 403), ("Bearer", 200)):
        headers = {"authorization": f"{scheme} {secret}"}
        answer = client.post(path, said, content_type="application/json", headers=headers)
        assert answer.status_code == status
    assert request.events.latest("seq").actor == supervisor


@pytest.mark.parametrize(
    "path", ["/overview/", "/reports/", "/logs/", "/proof/", "/administration/", "/account/keys/"]
)
def test_pages_do_not_open_by_a_key(supervisor: User, path: str) -> None:
    _, secret = made(supervisor, may_write=True)
    answer = call(secret, path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_requesters_have_no_keys(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        made(cast.people[Role.REQUESTER])


def test_a_person_has_so_many_keys_and_no_more(supervisor: User) -> None:
    for _ in range(MOST):
        made(supervisor)
    with pytest.raises(Incomplete, match="End one first"):
        made(supervisor)
    end_key(supervisor, live_keys(supervisor, timezone.now())[0].pk, at=timezone.now())
    made(supervisor)


def test_a_key_lives_no_longer_than_is_offered(supervisor: User) -> None:
    with pytest.raises(Incomplete):
        issue_key(supervisor, "for ever", days=100_000, may_write=False, at=AT)


def test_somebody_elses_key_is_not_there_to_end(cast: Cast, supervisor: User) -> None:
    key, secret = made(supervisor)
    client = Client()
    client.force_login(cast.people[Role.RELEASE_STAFF])
    assert client.post(f"/account/keys/{key.pk}/end/").status_code == 404
    assert call(secret).status_code == 200


def test_who_tries_many_keys_is_slowed(monkeypatch: pytest.MonkeyPatch, supervisor: User) -> None:
    few = authentication.Limit(name="few-keys", times=2, within=timedelta(minutes=1))
    monkeypatch.setattr(authentication, "GUESSES", few)
    assert [call(f"discless_{n}").status_code for n in range(3)] == [401, 401, 429]
    _, secret = made(supervisor)
    assert call(secret).status_code == 200


def test_a_program_that_goes_on_with_an_ended_key_does_not_fill_the_log(
    monkeypatch: pytest.MonkeyPatch, supervisor: User
) -> None:
    few = authentication.Limit(name="few-ended", times=2, within=timedelta(days=1))
    monkeypatch.setattr(authentication, "GUESSES", few)
    key, secret = made(supervisor)
    end_key(supervisor, key.pk, at=timezone.now())
    assert [call(secret).status_code for _ in range(4)] == [401, 401, 429, 429]
    assert told()["key.refused"] == 2


def test_the_page_shows_a_secret_once_and_ends_keys(supervisor: User) -> None:
    client = Client()
    client.force_login(supervisor)
    empty = client.post("/account/keys/", {"name": "", "days": "30"})
    assert empty.status_code == 422
    assert "Say what the key is for" in empty.content.decode()
    page = client.post("/account/keys/", {"name": "Monthly figures", "days": "30"}, follow=True)
    (kept,) = page.redirect_chain
    assert re.fullmatch(r"/account/keys/\?shown=\d+", kept[0])
    (key,) = live_keys(supervisor, timezone.now())
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert call(secret).status_code == 200
    again = client.get(kept[0]).content.decode()
    assert "Monthly figures" in again
    assert secret not in again
    assert client.post(f"/account/keys/{key.pk}/end/").status_code == 302
    assert call(secret).status_code == 401
