"""Steps by the API: who may take them, and what their description says that they answer."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from requests_app.api.docs import Field, calls
from requests_app.imaging.receive import NamedFile, receive_files
from requests_app.lifecycle.transition import transition
from requests_app.models import ImagingRequest
from requests_app.vocabulary import Role, State
from tests.requests_app.cast import AT, Cast, approve_request, file_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice

pytestmark = pytest.mark.django_db
LETTER = {"basis": "It is not ours.", "review": "Ask for one.", "complaint": "Write to us."}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def post(client: Client, request: ImagingRequest, step: str, **said: object) -> Any:
    path = f"/api/requests/{request.number}/{step}/"
    return client.post(path, said, "application/json")


def test_a_director_denies_by_the_api_as_on_the_page(client: Client, cast: Cast) -> None:
    request = file_request(cast.northfield)
    client.force_login(cast.people[Role.HIM_DIRECTOR])
    answer = post(client, request, "deny", **LETTER)
    assert (answer.status_code, answer.json()["state"]) == (200, "denied")


@pytest.mark.parametrize(
    ("role", "step"),
    [(Role.RELEASE_STAFF, "deny"), (Role.HIM_DIRECTOR, "hold"), (Role.AUDITOR, "transition")],
)
def test_a_step_of_another_role_is_refused_with_our_sentence_before_its_body_is_read(
    client: Client, cast: Cast, role: Role, step: str
) -> None:
    request = file_request(cast.northfield)
    client.force_login(cast.people[role])
    answer = post(client, request, step)
    assert answer.status_code == 403
    assert answer.json()["error"] == {
        "code": "not_allowed",
        "sentence": "Your role does not allow this step. Ask a supervisor.",
    }


def test_a_word_of_no_list_is_answered_with_the_list(client: Client, cast: Cast) -> None:
    request = approve_request(cast.northfield)
    client.force_login(cast.people[Role.SUPERVISOR])
    answer = post(client, request, "transition", to="lost")
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": "invalid",
        "field": "to",
        "sentence": f"'lost' is not one of {', '.join(State)}.",
    }


def test_a_move_by_the_api_moves_and_a_late_one_is_told(client: Client, cast: Cast) -> None:
    request = approve_request(cast.northfield)
    client.force_login(cast.people[Role.SUPERVISOR])
    said = {"to": "locating", "expected": "approved"}
    answer = post(client, request, "transition", **said)
    assert (answer.status_code, answer.json()["state"]) == (200, "locating")
    late = post(client, request, "transition", **said)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "moved_meanwhile")


def test_a_failure_that_was_noted_is_mended_once(client: Client, cast: Cast) -> None:
    request = file_request(cast.northfield)
    client.force_login(cast.people[Role.RELEASE_STAFF])
    assert post(client, request, "mended", reason="IN02").status_code == 409
    assert post(client, request, "noted", reason="IN02", note="No number").status_code == 200
    assert request.events.get(kind="failure_noted").note == "No number"
    assert post(client, request, "noted", reason="no code").status_code == 400
    assert post(client, request, "mended", reason="IN02", note="Asked again").status_code == 200
    event = request.events.get(kind="failure_recovered")
    assert (event.reason, event.note) == ("IN02", "Asked again")
    assert post(client, request, "mended", reason="IN02").status_code == 409


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    return dict(SchemaGenerator().get_schema(request=None, public=True))


def declared(description: dict[str, Any], path: str, method: str, status: str) -> set[str]:
    answer = description["paths"][path][method]["responses"][status]
    schema = answer["content"]["application/json"]["schema"]
    return set(description["components"]["schemas"][schema["$ref"].split("/")[-1]]["properties"])


def test_every_step_declares_its_refusals_in_the_one_shape(description: dict[str, Any]) -> None:
    steps = [
        path
        for path in description["paths"]
        if path.count("/") == 5 and "post" in description["paths"][path]
    ]
    assert len(steps) == 11
    for path in steps:
        answers = description["paths"][path]["post"]["responses"]
        assert set(answers) == {"200", "400", "401", "403", "404", "409", "422"}, path
        assert declared(description, path, "post", "409") == {"error"}
    filed = description["paths"]["/api/requests/"]["post"]["responses"]
    assert set(filed) == {"200", "201", "400", "401", "403", "409"}


def test_what_is_answered_is_what_is_declared(
    client: Client, cast: Cast, description: dict[str, Any]
) -> None:
    request = approve_request(cast.northfield)
    client.force_login(cast.people[Role.SUPERVISOR])
    one = "/api/requests/{number}/"
    shown = client.get(f"/api/requests/{request.number}/").json()
    assert set(shown) == declared(description, one, "get", "200")
    seen = client.get("/api/requests/NONE/").json()
    assert set(seen) == declared(description, one, "get", "404")
    held = post(client, request, "hold", reason="AU01").json()
    assert set(held) == declared(description, f"{one}hold/", "post", "200")
    file = NamedFile(name="a", chunks=[bytes_of(ct_slice(study=1))])
    receive_files(request, [file], by=None, at=AT)
    transition(request, to=State.READY, by=None, at=AT)
    sent = post(client, request, "link", recipient_name="A", recipient_email="a@example.org")
    assert sent.status_code == 200
    assert set(sent.json()) == declared(description, f"{one}link/", "post", "200")


def test_people_read_of_every_change_what_it_does_and_which_fields_it_takes() -> None:
    changes = {call.path: call for call in calls() if call.method == "POST"}
    assert len(changes) == 12
    assert len({call.does for call in changes.values()}) == 12
    assert all(call.fields for call in changes.values())
    link = changes["/api/requests/{number}/link/"].fields
    assert link == (
        Field(name="recipient_name", is_needed=True, holds=""),
        Field(name="expected", is_needed=False, holds="a state, such as ready"),
        Field(name="recipient_email", is_needed=False, holds="an email"),
        Field(name="days", is_needed=False, holds="1 to 90 (30 if left out)"),
    )
