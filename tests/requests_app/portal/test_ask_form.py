"""The form of the public door: readable choices, sections, and birth dates as people write them."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from requests_app.models import Facility, ImagingRequest
from requests_app.portal.forms import KINDS, AskForm, BirthDateField
from requests_app.vocabulary import RequesterType
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Facility:
    return make_cast().northfield


def said(place: Facility, **changes: object) -> dict[str, object]:
    words = {
        "facility": place.pk,
        "requester_type": "patient",
        "requester_name": "Sample Patient 0417",
        "requester_email": "patient0417@example.org",
        "patient_given_name": "Sample Patient",
        "patient_family_name": "0417",
        "patient_birth_date": "04 27 1958",
        "scope": "CT abdomen",
        "submission_key": "a-key-that-nobody-guesses",
    }
    return words | changes


@pytest.mark.parametrize(
    "text", ["04 27 1958", "4/27/1958", "04271958", "04-27-1958", "1958-04-27", " 4.27.1958 "]
)
def test_a_birth_date_is_read_as_people_write_it(text: str) -> None:
    assert BirthDateField().clean(text) == date(1958, 4, 27)


@pytest.mark.parametrize(
    "text", ["27 04 1958", "02 30 1958", "04 27 58", "April", "1", "0001-01-01", "9" * 400, "\x00"]
)
def test_a_birth_date_that_cannot_be_read_is_answered_by_an_example(
    client: Client, place: Facility, text: str
) -> None:
    answer = client.post("/ask/", said(place, patient_birth_date=text))
    assert answer.status_code == 422
    assert "for example 04 27 1958." in answer.content.decode()
    assert "CT abdomen" in answer.content.decode()


def test_nobody_is_born_tomorrow(place: Facility) -> None:
    tomorrow = timezone.now().date().replace(year=timezone.now().year + 1)
    form = AskForm(said(place, patient_birth_date=f"{tomorrow:%m %d %Y}"))
    assert "patient_birth_date" in form.errors


def test_what_was_written_stays_as_it_was_written(client: Client, place: Facility) -> None:
    answer = client.post("/ask/", said(place, patient_birth_date="4/27/1958", scope=""))
    text = answer.content.decode()
    assert 'value="4/27/1958"' in text
    assert "Tell us which images you need." in text


def test_everybody_finds_who_they_are_in_plain_words() -> None:
    assert set(KINDS) == set(RequesterType)
    assert not any("_" in words for words in KINDS.values())


def test_each_field_stands_in_one_section(place: Facility) -> None:
    form = AskForm()
    shown = [field.name for _, fields in form.sections() for field in fields]
    assert sorted(shown) == sorted(field.name for field in form.visible_fields())


def test_a_place_is_chosen_by_hand_where_there_are_several(client: Client, place: Facility) -> None:
    assert "Choose a place" in client.get("/ask/").content.decode()
    answer = client.post("/ask/", said(place, facility=""))
    assert "Choose where the images were taken." in answer.content.decode()
    Facility.objects.exclude(pk=place.pk).update(accepts_requests=False)
    text = client.get("/ask/").content.decode()
    assert "Choose a place" not in text
    assert "Example Health" in text


def test_a_written_birth_date_is_kept_with_the_request(client: Client, place: Facility) -> None:
    assert client.post("/ask/", said(place)).status_code == 302
    assert ImagingRequest.objects.get().patient_birth_date == date(1958, 4, 27)
