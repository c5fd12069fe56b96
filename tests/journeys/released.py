"""A request on its way from the form to its link, step by step over HTTP."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from journey_cast import facility, zipped_study

from requests_app.models import (
    ImagingRequest,
    KeptSecret,
)
from requests_app.vocabulary import State


def ask(client: Client, **changes: str) -> ImagingRequest:
    """File a request by the public form."""
    page = client.get("/ask/")
    key = re.search(r'name="submission_key" value="([^"]+)"', page.content.decode())
    assert key is not None
    said = {
        "facility": facility().pk,
        "requester_type": "patient",
        "requester_name": "Sample Patient 0417",
        "requester_email": "patient0417@example.org",
        "patient_given_name": "Sample Patient",
        "patient_family_name": "0417",
        "patient_birth_date": "1958-04-27",
        "scope": "All CT abdomen since 2024",
        "wants_reports": "on",
        "submission_key": key[1],
    }
    answer = client.post("/ask/", said | changes)
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    return ImagingRequest.objects.get(submission_key=f"form-{(said | changes)['submission_key']}")


def do(client: Client, request: ImagingRequest, key: str, **said: object) -> object:
    """Take one step with the state that stands now."""
    request.refresh_from_db()
    said.setdefault("expected", request.state)
    return client.post(f"/work/requests/{request.number}/do/{key}/", said)


def attach(client: Client, request: ImagingRequest) -> None:
    """Attach a zip with one study."""
    file = SimpleUploadedFile("images.zip", zipped_study(), "application/zip")
    answer = client.post(f"/work/requests/{request.number}/images/", {"files": [file]})
    assert answer.status_code == 302, answer.content.decode()[-1500:]


def ready(client: Client) -> ImagingRequest:
    """Walk a request from the form to READY."""
    request = ask(Client())
    assert do(client, request, "identity", record_number="MRN-0417").status_code == 302
    for reason in ("hold", "release"):
        assert do(client, request, reason, reason="LO05", note="Which scans?").status_code == 302
    for key in ("complete", "approve"):
        assert do(client, request, key).status_code == 302
    attach(client, request)
    assert do(client, request, "ready").status_code == 302
    request.refresh_from_db()
    assert request.state == State.READY
    return request


MAILED = "A mail with it goes to patient0417@example.org within a minute."


def sent(client: Client, says: str = MAILED) -> tuple[ImagingRequest, str]:
    """Send a ready request by link and return the path of the link."""
    request = ready(client)
    answer = do(
        client,
        request,
        "link",
        recipient_name="Sample Patient 0417",
        recipient_email="patient0417@example.org",
        days="30",
    )
    page = f"/work/requests/{request.number}/"
    assert answer.status_code == 302
    assert re.fullmatch(page + r"\?shown=\d+", page := answer["Location"])
    kept = str(list(KeptSecret.objects.values()))
    told = client.get(page).content.decode()
    shown = re.search(r"https?://[^/]+(/s/([A-Za-z0-9_-]+)/)", told)
    assert shown is not None
    assert shown[2] not in kept, "the database holds the secret in clear"
    assert says in told
    assert shown[2] not in client.get(page).content.decode(), "it is shown once"
    return request, shown[1]
