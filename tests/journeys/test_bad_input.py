"""Nothing that a person sends crashes; every answer says what to do next."""

import itertools

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from journey_cast import facility, somebody
from released import ask

from requests_app.models import ImagingRequest
from requests_app.staff.steps import STEPS
from requests_app.vocabulary import Role

pytestmark = pytest.mark.django_db
WEIRD = (
    "",
    "\x00",
    "x" * 5000,
    "-1",
    "99999999999999999999",
    "9999-99-99",
    "0001-01-01",
    "9999-12-31",
    "💿\u202e",
)
ASK = (
    "facility",
    "requester_type",
    "requester_name",
    "requester_email",
    "patient_birth_date",
    "scope",
    "submission_key",
)
LISTS = ("tab", "facility", "asked", "medium", "band", "page", "search", "state")


@pytest.fixture
def staff(client: Client) -> Client:
    """A browser of a supervisor."""
    client.force_login(somebody(Role.SUPERVISOR, facility()))
    client.raise_request_exception = False
    return client


def test_the_public_form_answers_every_weird_value_with_a_sentence(client: Client) -> None:
    client.raise_request_exception = False
    facility()
    for field, value in itertools.product(ASK, WEIRD):
        answer = client.post("/ask/", {field: value})
        assert answer.status_code == 422, (field, value, answer.status_code)
        assert b"need a second look" in answer.content


def test_lists_answer_weird_filters(staff: Client) -> None:
    for page in ("queue", "outside-images", "deliveries"):
        for value in WEIRD:
            answer = staff.get(f"/work/{page}/", dict.fromkeys(LISTS, value))
            assert answer.status_code == 200, (page, value)
    for value in WEIRD:
        assert staff.post("/work/queue/", {"words": value}, follow=True).status_code == 200


@pytest.mark.parametrize("key", sorted(STEPS))
def test_every_step_answers_weird_values(staff: Client, key: str) -> None:
    request = ask(Client())
    fields = [name for name in STEPS[key].form(request=request).fields if name != "expected"]
    turn = sorted(STEPS).index(key) % 2
    for value in (WEIRD[:2] + WEIRD[-4:])[turn::2]:
        request.refresh_from_db()
        said = dict.fromkeys(fields, value) | {"expected": request.state}
        answer = staff.post(f"/work/requests/{request.number}/do/{key}/", said)
        assert answer.status_code < 500, (key, value)


# One door reads it for all steps: three of them are enough.
@pytest.mark.parametrize("key", sorted(STEPS)[:3])
def test_a_step_from_no_known_state_is_refused(staff: Client, key: str) -> None:
    request = ask(Client())
    for value in WEIRD:
        again = staff.post(f"/work/requests/{request.number}/do/{key}/", {"expected": value})
        assert again.status_code in (409, 422), (key, value)


def test_a_new_request_of_staff_keeps_what_was_written(staff: Client) -> None:
    for value in WEIRD:
        said = {"requester_name": "Example Law Office", "scope": value, "studies_from": value}
        answer = staff.post("/work/new/", said)
        assert answer.status_code == 422
        assert b"Example Law Office" in answer.content


def test_uploads_of_nothing_and_of_strange_names_are_answered(staff: Client) -> None:
    request = ask(Client())
    for files in (
        [],
        [SimpleUploadedFile("../../etc/passwd", b"x")],
        [SimpleUploadedFile("a", b"")],
    ):
        answer = staff.post(f"/work/requests/{request.number}/images/", {"files": files})
        assert answer.status_code in (302, 409, 422)


def test_the_api_answers_weird_bodies_in_one_shape(staff: Client) -> None:
    request = ask(Client())
    for body in ("", "[]", "{", '{"to": "\\u0000"}', '{"to": 3, "expected": []}', "null", '"x"'):
        for path in ("/api/requests/", f"/api/requests/{request.number}/transition/"):
            answer = staff.post(path, body, content_type="application/json")
            assert answer.status_code in (400, 415), (path, body, answer.status_code)
            assert answer.json()["error"]["sentence"]
    assert ImagingRequest.objects.count() == 1


def test_a_move_by_the_api_that_someone_else_made_first_is_409(staff: Client) -> None:
    request = ask(Client())
    body = '{"to": "approved", "expected": "locating"}'
    path = f"/api/requests/{request.number}/transition/"
    answer = staff.post(path, body, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "moved_meanwhile"


def test_a_second_submit_by_the_api_with_one_key_files_nothing(staff: Client) -> None:
    body = {
        "facility": facility().slug,
        "requester_type": "patient",
        "legal_basis": "patient_access",
        "requester_name": "Sample Patient 0417",
        "recipient_name": "Sample Patient 0417",
        "patient_family_name": "0417",
        "scope": "CT abdomen",
    }
    answers = [
        staff.post("/api/requests/", body, "application/json", headers={"Idempotency-Key": "k-1"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert ImagingRequest.objects.count() == 1


@pytest.mark.parametrize("body", ["[" * 1500 + "]" * 1500, '{"a":' * 50_000 + "1" + "}" * 50_000])
def test_json_nested_too_deeply_gets_a_sentence(client: Client, body: str) -> None:
    client.force_login(somebody(Role.RELEASE_STAFF, facility()))
    answer = client.post("/api/requests/", body, "application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["sentence"]


@pytest.mark.parametrize(
    ("field", "word"),
    [("facility", "\0"), ("facility", "north\0field"), ("patient_birth_date", "9999-12-31")],
)
def test_a_word_of_the_api_that_cannot_be_names_its_field(
    client: Client, field: str, word: str
) -> None:
    said = {"facility": facility().slug, "requester_type": "patient", "scope": "CT abdomen"}
    said |= {"legal_basis": "patient_access", "requester_name": "Sample Patient 0417"}
    said |= {"recipient_name": "Sample Patient 0417", "patient_family_name": "0417"}
    client.force_login(somebody(Role.RELEASE_STAFF, facility()))
    answer = client.post("/api/requests/", said | {field: word}, "application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize("key", ['"aaaaaaaaaa\\000"', '"aaaaaaaaaa\\377"', "a" * 5000, "%00"])
def test_a_cookie_that_holds_no_key_of_ours_is_no_session(client: Client, key: str) -> None:
    client.raise_request_exception = False
    for page, status in (("/account/login/", 200), ("/api/requests/", 401), ("/logs/new/", 302)):
        answer = client.get(page, headers={"cookie": f"sessionid={key}"})
        assert answer.status_code == status, page


def test_json_with_half_of_a_surrogate_pair_is_broken_json(staff: Client) -> None:
    for word in ("direction", "facility", "\ud800"):
        answer = staff.post("/api/requests/", {word: "\ud800"}, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
