"""Journey 4: from the form to the images, seen and taken away, over HTTP."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from journey_cast import facility, somebody
from released import ask, attach, do, sent

from audit.models import AuditEntry
from requests_app.models import (
    Delivery,
    ImagingRequest,
    Instance,
    ShareLink,
    User,
)
from requests_app.notices.files import BACKEND
from requests_app.vocabulary import Role, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> User:
    """A supervisor of Northfield, signed in."""
    person = somebody(Role.SUPERVISOR, facility())
    client.force_login(person)
    return person


def test_the_form_knows_who_has_an_account_and_leads_back(client: Client) -> None:
    person = somebody(Role.REQUESTER)
    client.force_login(person)
    own = client.get("/ask/").content.decode()
    assert f'value="{person.email}"' in own
    assert "Back to your work" in own
    client.force_login(somebody(Role.SUPERVISOR, facility()))
    assert "example.org" not in client.get("/ask/").content.decode()
    assert "Back to your work" not in Client().get("/ask/").content.decode()


def test_without_a_mail_server_staff_are_told_to_hand_the_link_over(
    client: Client, staff: User, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = BACKEND, "/nowhere"
    _, path = sent(client, "the mail to patient0417@example.org stays a file on the server")
    assert Client().get(path).status_code == 200


def test_a_request_goes_from_the_form_to_the_images_and_is_closed(
    client: Client, staff: User
) -> None:
    request, path = sent(client)
    recipient = Client()
    looked = recipient.get(path)
    assert looked.status_code == 200
    assert looked["Referrer-Policy"] == "no-referrer"
    assert looked["Cache-Control"] == "no-store"
    assert b"0417" not in looked.content
    assert Delivery.objects.get(request=request).first_opened_at is None
    opened = recipient.post(path)
    assert opened.status_code == 302
    assert Delivery.objects.get(request=request).first_opened_at is not None
    page = recipient.get(opened["Location"])
    assert page.status_code == 200
    frames = re.findall(r"\[(\d+), 0\]", page.content.decode())
    assert len(frames) == 3
    frame = recipient.get(f"{opened['Location']}frames/{frames[0]}/0/soft.jpg")
    assert (frame.status_code, frame["Content-Type"]) == (200, "image/jpeg")
    taken = recipient.get(f"{opened['Location']}originals.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(taken.streaming_content)))
    assert archive.namelist() == [f"study-1/series-1/0000{n}.dcm" for n in (1, 2, 3)]
    assert do(client, request, "usable").status_code == 302
    assert do(client, request, "close").status_code == 302
    request.refresh_from_db()
    assert request.state == State.CLOSED
    kinds = list(request.events.values_list("kind", flat=True))
    for kind in ("hold_started", "complete", "available", "first_opened", "downloaded", "closed"):
        assert kind in kinds


def test_a_second_submit_of_the_same_form_files_nothing(client: Client) -> None:
    first = ask(client)
    second = ask(client, submission_key=first.submission_key.removeprefix("form-"))
    assert second.pk == first.pk
    assert ImagingRequest.objects.count() == 1


def test_a_form_sent_again_with_other_words_is_kept_and_asks_before_a_second_request(
    client: Client,
) -> None:
    first = ask(client)
    key = first.submission_key.removeprefix("form-")
    said = {"facility": facility().pk, "requester_type": "patient", "submission_key": key}
    said |= {"requester_name": "Sample Patient 0417", "requester_email": "p@example.org"}
    said |= {"patient_given_name": "Sample Patient", "patient_family_name": "0417"}
    said |= {"patient_birth_date": "1958-04-27", "scope": "MR knee"}
    page = client.post("/ask/", said)
    text = page.content.decode()
    assert page.status_code == 422
    assert "This was sent before with other words" in text
    assert "MR knee" in text
    again = re.search(r'name="submission_key" value="([^"]+)"', text)
    assert again is not None
    assert again[1] != key
    assert client.post("/ask/", said | {"submission_key": again[1]}).status_code == 302
    assert set(ImagingRequest.objects.values_list("scope", flat=True)) == {first.scope, "MR knee"}


def test_a_key_of_the_api_is_each_persons_own_and_of_any_length(client: Client) -> None:
    body = {"facility": facility().slug, "requester_type": "patient", "scope": "CT abdomen"}
    body |= {"legal_basis": "patient_access", "requester_name": "Sample Patient 0417"}
    body |= {"recipient_name": "Sample Patient 0417", "patient_family_name": "0417"}
    people = [somebody(Role.RELEASE_STAFF, facility(), name=name) for name in ("one", "two")]
    long_key = "k" * 60

    def send(key: str, **changes: str) -> tuple[int, str]:
        headers = {"Idempotency-Key": key}
        answer = client.post("/api/requests/", body | changes, "application/json", headers=headers)
        return answer.status_code, answer.json().get("number", "")

    client.force_login(people[0])
    status, number = send(long_key)
    assert status == 201
    assert send(long_key) == (200, number)
    assert send(long_key, scope="MR knee")[0] == 409
    assert send(long_key + "2")[0] == 201
    client.force_login(people[1])
    status, other = send(long_key)
    assert status == 201
    assert other != number


def test_a_move_that_someone_else_made_first_answers_409_with_the_current_page(
    client: Client, staff: User
) -> None:
    request = ask(Client())
    do(client, request, "identity", record_number="MRN-0417")
    do(client, request, "complete")
    assert do(client, request, "approve", expected="received").status_code == 302
    late = do(client, request, "hold", expected="received", reason="LO05")
    assert late.status_code == 409
    assert b"Someone moved this request first" in late.content
    assert b"Start the search" in late.content


def test_unknown_expired_and_revoked_links_look_exactly_alike(client: Client, staff: User) -> None:
    request, path = sent(client)
    answers = [Client().get("/s/nothing-like-it/")]
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(days=1))
    answers.append(Client().get(path))
    ShareLink.objects.update(expires_at=timezone.now() + timedelta(days=9))
    delivery = Delivery.objects.get(request=request)
    assert do(client, request, "revoke", delivery=delivery.pk).status_code == 302
    answers.append(Client().get(path))
    answers.append(Client().post(path))
    assert {answer.status_code for answer in answers} == {404}
    assert '<h1 id="what">This link does not open</h1>' in answers[0].content.decode()
    assert "Go to the start" not in answers[0].content.decode()
    assert len({_bare(answer.content) for answer in answers}) == 1
    assert len({answer["Cache-Control"] for answer in answers}) == 1


def _bare(content: bytes) -> bytes:
    return re.sub(rb'csrfmiddlewaretoken" value="[^"]+"', b"", content)


def test_a_revoked_link_ends_a_session_that_was_open(client: Client, staff: User) -> None:
    request, path = sent(client)
    recipient = Client()
    opened = recipient.post(path)["Location"]
    do(client, request, "revoke", delivery=Delivery.objects.get(request=request).pk)
    assert recipient.get(opened).status_code == 404
    assert recipient.get(f"{opened}originals.zip").status_code == 404


def test_unreadable_images_are_refused_with_reasons_and_nothing_is_lost(
    client: Client, staff: User
) -> None:
    request = ask(Client())
    do(client, request, "identity", record_number="MRN-0417")
    for key in ("complete", "approve"):
        do(client, request, key)
    file = SimpleUploadedFile("notes.dcm", b"no image at all", "application/dicom")
    answer = client.post(f"/work/requests/{request.number}/images/", {"files": [file]}, follow=True)
    assert answer.status_code == 200
    assert b"none can be used" in answer.content
    request.refresh_from_db()
    assert request.state == State.APPROVED


def test_images_of_another_patient_are_told_apart_from_broken_ones(
    client: Client, staff: User
) -> None:
    request = ask(Client())
    do(client, request, "identity", record_number="MRN-9999")
    for key in ("complete", "approve"):
        do(client, request, key)
    attach(client, request)
    page = client.get(f"/work/requests/{request.number}/").content.decode()
    assert "3 files read, and none can be used" in page
    assert "Compare name, record number and birth date." in page
    assert "3 of 3 images name another patient than asked." in page


def test_names_never_go_into_the_address_of_a_search(client: Client, staff: User) -> None:
    request = ask(Client())
    answer = client.post("/work/queue/", {"words": "Sample"})
    assert "Sample" not in answer["Location"]
    assert request.number in client.get(answer["Location"]).content.decode()


def views() -> int:
    """Count the recorded views of images."""
    return AuditEntry.objects.filter(verb="study.viewed").count()


def test_frames_are_recorded_once_a_view_and_never_go_unrecorded(
    client: Client, staff: User
) -> None:
    request, path = sent(client)
    recipient = Client()
    opened = recipient.post(path)["Location"]
    frames = Instance.objects.order_by("pk").values_list("pk", flat=True)
    for _ in range(2):
        for one in frames:
            assert recipient.get(f"{opened}frames/{one}/0/soft.jpg").status_code == 200
    assert views() == 1
    recipient.get(opened)
    recipient.get(f"{opened}frames/{frames[0]}/0/soft.jpg")
    assert views() == 2
    for one in frames:
        address = f"/work/requests/{request.number}/frames/{one}/0/soft.jpg"
        assert client.get(address).status_code == 200
    assert views() == 3
