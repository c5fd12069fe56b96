"""The first and the last day that a calendar can hold are answered with a page, wherever they stand."""

import pytest
from django.test import Client
from journey_cast import facility, somebody

from requests_app.models import ImagingRequest
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db
FAR = ("0001-01-01", "9999-12-31")
FILTERED = (
    "/overview/?from={}&to={}",
    "/overview/behind/?key=sla_compliance&from={}&to={}",
    "/overview/behind.csv?key=sla_compliance&from={}&to={}",
    "/reports/?from={}&to={}",
    "/reports/sla_compliance.csv?from={}&to={}",
    "/reports/sla_compliance.pdf?from={}&to={}",
    "/proof/?since={}&until={}",
    "/proof/access-log.csv?since={}&until={}",
    "/work/queue/?since={}&until={}&due={}",
)
NEW = {
    "requester_type": "patient",
    "legal_basis": "patient_access",
    "requester_name": "Sample Patient 0417",
    "recipient_name": "Sample Patient 0417",
    "patient_family_name": "0417",
    "scope": "CT abdomen",
    "direction": "outbound",
    "intake": "fax",
    "priority": "routine",
    "preferred_channel": "link_secure",
}


@pytest.fixture
def director() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(somebody(Role.HIM_DIRECTOR, facility()))
    return client


@pytest.fixture
def auditor() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(somebody(Role.AUDITOR, facility()))
    return client


@pytest.fixture
def staff() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(somebody(Role.SUPERVISOR, facility()))
    return client


@pytest.mark.parametrize("page", FILTERED)
def test_pages_with_filters_answer_far_days(
    page: str, director: Client, auditor: Client, staff: Client
) -> None:
    who = auditor if page.startswith("/proof/") else staff if "/work/" in page else director
    for since in FAR:
        for until in FAR:
            days = iter((since, until, until))
            answer = who.get("".join(p + next(days, "") for p in page.split("{}")))
            b"".join(answer) if answer.streaming else None
            assert answer.status_code == 200, (page, since, until)


@pytest.mark.parametrize("since", FAR)
@pytest.mark.parametrize("until", FAR)
def test_a_review_of_far_days_is_answered(auditor: Client, since: str, until: str) -> None:
    said = {"since": since, "until": until, "finding": ""}
    answer = auditor.post("/proof/review/", said, follow=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("day", FAR)
@pytest.mark.parametrize(
    "field", ["patient_birth_date", "studies_from", "studies_to", "need_by", "received_at"]
)
def test_a_request_with_a_far_day_is_refused_or_can_be_shown(
    staff: Client, field: str, day: str
) -> None:
    said = NEW | {"facility": str(facility().pk), "submission_key": "k" * 32, field: day}
    answer = staff.post("/work/new/", said)
    assert answer.status_code in (302, 422), answer.content.decode()[-800:]
    for request in ImagingRequest.objects.all():
        assert staff.get(f"/work/requests/{request.number}/").status_code == 200
    assert staff.get("/work/queue/").status_code == 200


def test_without_a_far_day_each_door_files_the_request(staff: Client) -> None:
    said = NEW | {"facility": str(facility().pk), "submission_key": "k" * 32}
    assert staff.post("/work/new/", said).status_code == 302
    said = NEW | {"facility": facility().slug}
    assert staff.post("/api/requests/", said, "application/json").status_code == 201


@pytest.mark.parametrize("day", FAR)
def test_the_api_answers_far_days(staff: Client, day: str) -> None:
    said = NEW | {"facility": facility().slug, "patient_birth_date": day, "received_at": day}
    answer = staff.post("/api/requests/", said, "application/json")
    assert answer.status_code in (201, 400), answer.content
    for request in ImagingRequest.objects.all():
        assert staff.get(f"/api/requests/{request.number}/").status_code == 200
        assert staff.get(f"/work/requests/{request.number}/").status_code == 200


@pytest.mark.parametrize("day", FAR)
def test_the_public_form_answers_far_birth_dates(day: str) -> None:
    client = Client(raise_request_exception=False)
    said = NEW | {
        "facility": str(facility().pk),
        "requester_email": "patient0417@example.org",
        "patient_given_name": "Sample Patient",
        "patient_birth_date": day,
        "submission_key": "k" * 32,
        "wants_reports": "on",
    }
    answer = client.post("/ask/", said)
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        assert client.get(answer["Location"]).status_code == 200
