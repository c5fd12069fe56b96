"""The pages of accounts stand in our frame, and their sentences are ours."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from requests_app.models import User
from requests_app.vocabulary import Role
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db
PASSWORD = "only for tests 9431"


@pytest.fixture
def person() -> User:
    one = make_cast().people[Role.RELEASE_STAFF]
    one.email, one.password = "staff0417@example.org", make_password(PASSWORD)
    one.save(update_fields=["email", "password"])
    return one


def test_asking_for_the_password_again_stands_in_our_frame(client: Client, person: User) -> None:
    client.force_login(person)
    text = client.get("/account/reauthenticate/").content.decode()
    assert "discless.css" in text
    assert "Is it still you?" in text
    assert text.count("<h1") == 1
    wrong = client.post("/account/reauthenticate/", {"password": "wrong"})
    assert "That is not your password. Try again." in wrong.content.decode()


def test_a_wrong_password_says_what_to_do(person: User) -> None:
    client = Client()
    said = {"login": person.email, "password": "wrong"}
    text = client.post("/account/login/", said).content.decode()
    assert "That email and password do not fit together. Try again." in text
    empty = client.post("/account/login/", {}).content.decode()
    assert "Write your password." in empty
    assert "This field is required" not in empty
