"""The public form may be sent so often from one place and with one email; nothing typed is lost."""

import pytest
from django.test import Client
from journey_cast import facility

from requests_app.models import ImagingRequest, Notice
from requests_app.portal.views import FROM_ADDRESS, TO_MAIL

pytestmark = pytest.mark.django_db


def ask(number: int, *, email: str = "", address: str = "203.0.113.7") -> object:
    """Send the form; each number is another request by another person."""
    said = {
        "facility": facility().pk,
        "requester_type": "patient",
        "requester_name": f"Sample Patient {number}",
        "requester_email": email or f"patient{number}@example.org",
        "patient_given_name": "Sample Patient",
        "patient_family_name": str(number),
        "patient_birth_date": "1958-04-27",
        "scope": f"All CT of visit {number}",
        "wants_reports": "on",
        "submission_key": f"key-of-request-{number}-and-so-on",
    }
    return Client().post("/ask/", said, REMOTE_ADDR=address)


def test_a_flood_from_one_place_is_refused_with_a_sentence_and_keeps_what_was_typed() -> None:
    for number in range(FROM_ADDRESS.times):
        assert ask(number).status_code == 302
    refused = ask(777)
    assert refused.status_code == 429
    page = refused.content.decode()
    assert "send it again in" in page
    assert "All CT of visit 777" in page
    assert int(refused["Retry-After"]) % 60 == 0
    assert ImagingRequest.objects.count() == FROM_ADDRESS.times
    assert ask(778, address="203.0.113.8").status_code == 302


def test_nobody_is_written_to_more_often_than_allowed() -> None:
    for number in range(TO_MAIL.times):
        sent = ask(number, email="Victim@example.org", address=f"203.0.113.{number}")
        assert sent.status_code == 302
    refused = ask(99, email="victim@EXAMPLE.org", address="203.0.113.99")
    assert refused.status_code == 429
    assert Notice.objects.count() == TO_MAIL.times


def test_a_second_click_is_no_second_request() -> None:
    for _ in range(FROM_ADDRESS.times + 5):
        assert ask(1).status_code == 302
    assert ImagingRequest.objects.count() == 1


def test_a_form_with_mistakes_costs_nothing() -> None:
    for _ in range(FROM_ADDRESS.times + 5):
        assert ask(1, email="no address").status_code == 422
    assert ask(1).status_code == 302


def test_an_unknown_tracking_page_is_refused_in_private_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    refused = Client().get("/track/no-such-secret/")
    assert refused.status_code == 404
    assert refused["Cache-Control"] == "no-store"
    assert refused["Referrer-Policy"] == "no-referrer"
    assert "no-such-secret" not in caplog.text


def test_who_is_slowed_does_not_use_up_somebody_elses_mailbox() -> None:
    for number in range(FROM_ADDRESS.times):
        ask(number)
    for number in range(100, 100 + TO_MAIL.times + 1):
        assert ask(number, email="victim@example.org").status_code == 429
    theirs = ask(200, email="victim@example.org", address="198.51.100.4")
    assert theirs.status_code == 302
