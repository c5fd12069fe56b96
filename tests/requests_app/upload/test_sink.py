"""The upload door lets in whom the staff page would, keeps nothing of a broken upload, and says why."""

import errno
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from audit.models import AuditEntry
from project import tries
from requests_app.imaging import store
from requests_app.imaging.store import Draft, sweep
from requests_app.models import ImagingRequest, Instance, Receipt, User
from requests_app.tasks import sweep_uploads
from requests_app.throttle import Limit
from requests_app.vocabulary import Role, State
from tests.requests_app.cast import Cast, approve_request, file_request, make_cast
from tests.requests_app.imaging.dicom_made import bytes_of, ct_slice
from tests.requests_app.upload.calls import form, headers_of, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def approved(cast: Cast) -> ImagingRequest:
    return approve_request(cast.northfield)


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def staff(cast: Cast) -> Client:
    return client_of(cast.people[Role.RELEASE_STAFF])


def address(request: ImagingRequest) -> str:
    return f"/work/requests/{request.number}/images/stream/"


def left_over(settings: object) -> list[Path]:
    return [path for path in Path(settings.BLOB_ROOT).rglob("*") if path.is_file()]  # type: ignore[attr-defined]


SLICE = bytes_of(ct_slice())


def test_an_upload_in_small_pieces_is_received_like_one_by_the_form(
    approved: ImagingRequest, staff: Client
) -> None:
    body = form(("a.dcm", SLICE), ("b.dcm", bytes_of(ct_slice(2))), channel="physical_cd")
    pieces = [body[n : n + 777] for n in range(0, len(body), 777)]
    status, said, _ = post(address(approved), headers_of(staff), pieces)
    assert (status, said) == (200, {"next": f"/work/requests/{approved.number}/"})
    receipt = Receipt.objects.get()
    assert (receipt.file_count, receipt.channel) == (2, "physical_cd")
    assert receipt.received_by is not None
    approved.refresh_from_db()
    assert approved.state == State.RETRIEVED


def test_two_files_of_one_name_are_both_kept(approved: ImagingRequest, staff: Client) -> None:
    body = form(("IM0001", SLICE), ("IM0001", bytes_of(ct_slice(2))))
    assert post(address(approved), headers_of(staff), [body])[0] == 200
    assert Instance.objects.count() == 2


def test_a_file_name_never_becomes_a_path(
    approved: ImagingRequest, staff: Client, settings: object
) -> None:
    body = form(("../../../evil.dcm", SLICE))
    assert post(address(approved), headers_of(staff), [body])[0] == 200
    assert [len(path.name) for path in left_over(settings)] == [64]


def no_cookie(client: Client) -> dict[str, str]:
    return headers_of(client, cookie="")


def wrong_token(client: Client) -> dict[str, str]:
    return headers_of(client, x_csrftoken="x" * 64)


def elsewhere(client: Client) -> dict[str, str]:
    return headers_of(client, origin="https://elsewhere.example")


@pytest.mark.parametrize("spoil", [no_cookie, wrong_token, elsewhere])
def test_a_call_without_proof_is_refused_before_its_body_is_kept(
    approved: ImagingRequest, staff: Client, spoil: object, settings: object
) -> None:
    status, said, _ = post(address(approved), spoil(staff), [form(("a", SLICE))])  # type: ignore[operator]
    assert status == 403
    assert said["error"]["sentence"]
    assert left_over(settings) == []


def test_a_visitor_is_asked_to_sign_in(approved: ImagingRequest) -> None:
    status, said, _ = post(address(approved), headers_of(Client()), [form(("a", SLICE))])
    assert (status, said["error"]["code"]) == (401, "signed_out")


def test_only_those_who_work_on_the_request_get_in(
    approved: ImagingRequest, cast: Cast, settings: object
) -> None:
    body = [form(("a", SLICE))]
    others = [(cast.people[role], 403) for role in (Role.REQUESTER, Role.AUDITOR)]
    for person, expected in [*others, (cast.outsider, 404)]:
        status, said, _ = post(address(approved), headers_of(client_of(person)), body)
        assert (status, bool(said["error"]["sentence"])) == (expected, True), person
    assert left_over(settings) == []


def test_a_refused_person_cannot_make_us_read_a_long_body(
    approved: ImagingRequest, cast: Cast
) -> None:
    pieces = [bytes(1 << 20)] * 50
    status, _, read = post(address(approved), headers_of(client_of(cast.outsider)), pieces)
    assert status == 404
    assert read < 10


def test_a_try_at_anothers_request_is_one_entry_and_many_are_slowed_in_words(
    approved: ImagingRequest, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Limit(name="few-uploads", times=1, within=timedelta(days=1))
    monkeypatch.setattr(tries, "TRIES", few)
    headers = headers_of(client_of(cast.outsider))
    found = [post(address(approved), headers, [form(("a", SLICE))])[:2] for _ in range(2)]
    assert [status for status, _ in found] == [404, 429]
    assert found[1][1]["error"]["code"] == "too_many"
    entry = AuditEntry.objects.get(verb="door.refused")
    assert entry.subject == f"staff:attach_stream {approved.number}"


def test_a_request_that_takes_no_images_says_so_before_the_body(
    cast: Cast, staff: Client, settings: object
) -> None:
    request = file_request(cast.northfield)
    status, said, _ = post(address(request), headers_of(staff), [form(("a", SLICE))])
    assert (status, said["error"]["code"]) == (409, "transition_refused")
    assert left_over(settings) == []


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (form(("a", SLICE), closed=False), "", 400, "broken_upload"),
        (b"", "", 400, "broken_upload"),
        (b"no form at all", "", 400, "broken_upload"),
        (form(("a", SLICE)), "application/json", 400, "broken_upload"),
        (form(("a", SLICE)), "multipart/form-data", 400, "broken_upload"),
        (form(), "", 422, "incomplete"),
        (form(("", b"")), "", 422, "incomplete"),
        (form(channel="x" * 10_000), "", 400, "broken_upload"),
    ],
)
def test_bad_bodies_are_answered_with_a_sentence_and_keep_nothing(
    approved: ImagingRequest,
    staff: Client,
    settings: object,
    body: bytes,
    kind: str,
    status: int,
    code: str,
) -> None:
    headers = headers_of(staff, **({"content_type": kind} if kind else {}))
    found, said, _ = post(address(approved), headers, [body])
    assert (found, said["error"]["code"]) == (status, code)
    assert said["error"]["sentence"]
    assert left_over(settings) == []
    assert not Receipt.objects.exists()


def test_an_upload_past_the_limit_is_413_by_its_length_and_by_its_bytes(
    approved: ImagingRequest, staff: Client, settings: object
) -> None:
    settings.UPLOAD_LIMIT = 10_000  # type: ignore[attr-defined]
    body = form(("a", bytes(6000)), ("b", bytes(6000)))
    for length in ({"content_length": str(5 * 1024**3)}, {}):
        status, said, _ = post(address(approved), headers_of(staff, **length), [body])
        assert (status, said["error"]["code"]) == (413, "too_large")
        assert left_over(settings) == []


def test_more_files_than_may_come_are_413(
    approved: ImagingRequest, staff: Client, settings: object
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2  # type: ignore[attr-defined]
    body = form(*((f"{n}", b"x") for n in range(3)))
    assert post(address(approved), headers_of(staff), [body])[0] == 413
    assert left_over(settings) == []


def test_a_hang_up_leaves_nothing(
    approved: ImagingRequest, staff: Client, settings: object
) -> None:
    body = form(("a", SLICE), ("b", bytes(3 << 20)))[:-500_000]
    pieces = [body[n : n + 65536] for n in range(0, len(body), 65536)]
    status, _, _ = post(address(approved), headers_of(staff), pieces, hang_up=True)
    assert status == 0
    assert left_over(settings) == []
    assert not Receipt.objects.exists()


def test_a_full_disk_is_a_sentence(
    approved: ImagingRequest, staff: Client, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(Draft, "finish", full)
    status, said, _ = post(address(approved), headers_of(staff), [form(("a", SLICE))])
    assert (status, said["error"]["code"]) == (507, "no_room")
    assert left_over(settings) == []


def test_what_a_killed_upload_left_is_swept_a_day_later_and_images_are_not(
    settings: object,
) -> None:
    kept = store.put([b"an image"], most=100)
    old, new = Draft(), Draft()
    work = Path(settings.BLOB_ROOT) / "work" / "receive-1"  # type: ignore[attr-defined]
    work.mkdir(parents=True)
    (work / "000001").write_bytes(b"x")
    for path in (old.path, work, store.path_of(kept.sha256)):
        os.utime(path, (0, 0))
    assert sweep_uploads() == 2
    assert sweep(before=0) == 0
    assert new.path.exists()
    assert not old.path.exists()
    assert store.path_of(kept.sha256).exists()
    new.drop()
    old.drop()


def test_what_another_sweep_removed_meanwhile_stops_none(
    monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    folder = Path(settings.BLOB_ROOT) / "incoming"  # type: ignore[attr-defined]
    folder.mkdir(parents=True)
    gone, left = folder / "gone", folder / "left"
    gone.touch()
    left.touch()
    seen = Path.glob

    def both(self: Path, pattern: str) -> list[Path]:
        found = sorted(seen(self, pattern), key=lambda path: path != gone)
        gone.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Path, "glob", both)
    assert sweep(before=time.time() + 60) == 1
    assert not left.exists()
