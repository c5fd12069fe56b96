"""No door takes a birth that lies ahead, or longer ago than anybody lives."""

from datetime import date, timedelta

import pytest

from requests_app.intake.identity import verify_identity
from requests_app.models import Patient
from requests_app.refusals import Incomplete
from tests.requests_app.cast import AT, file_request, make_cast

pytestmark = pytest.mark.django_db


AHEAD, LONG_AGO = "cannot lie ahead", "more than 130 years ago"


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(2099, 1, 1), AHEAD),
        (AT.date() + timedelta(days=1), AHEAD),
        (date(1, 1, 1), LONG_AGO),
        (date(AT.year - 131, 12, 31), LONG_AGO),
    ],
)
def test_a_birth_that_cannot_be_makes_no_patient(born: date, words: str) -> None:
    request = file_request(make_cast().northfield, patient_birth_date=None)
    with pytest.raises(Incomplete, match=words) as refusal:
        verify_identity(request, record_number="MRN-1", birth_date=born, by=None, at=AT)
    assert refusal.value.field == "birth_date"
    assert not Patient.objects.exists()
    request.refresh_from_db()
    assert request.patient_birth_date is None


def test_a_birth_of_today_is_one() -> None:
    request = file_request(make_cast().northfield, patient_birth_date=None)
    verify_identity(request, record_number="MRN-1", birth_date=AT.date(), by=None, at=AT)
    assert Patient.objects.get().birth_date == AT.date()
