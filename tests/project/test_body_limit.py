"""No body over the limit reaches Django; forms with files have limits of their own."""

from collections.abc import Iterator

import pytest
from django.test import Client

from project import body_limit
from project.body_limit import limit_of
from requests_app.models import ImagingRequest
from requests_app.vocabulary import Role
from tests.requests_app.cast import Cast, file_request, make_cast
from tests.requests_app.upload.calls import form, headers_of, send_pieces

pytestmark = pytest.mark.django_db
MIB = 1024**2
PLAIN = {"host": "localhost", "content-type": "application/octet-stream"}
ADDRESSES = ("/health", "/ask/", "/account/login/", "/api/requests/", "/s/none/", "/nowhere")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def asked(cast: Cast) -> ImagingRequest:
    return file_request(cast.northfield)


def long_body() -> Iterator[bytes]:
    yield from [b"x" * MIB] * 20


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_body_of_unknown_length_is_cut_off_at_the_limit(path: str) -> None:
    status, said, read = send_pieces(path, PLAIN, long_body())
    assert status == 413
    assert b"larger than is accepted" in said
    assert read <= 5 + 1 + 4, "the limit, one piece over it, and what is drained"


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_body_that_says_it_is_too_long_is_refused_before_it_is_read(path: str) -> None:
    headers = PLAIN | {"content-length": str(400 * MIB)}
    status, said, read = send_pieces(path, headers, long_body())
    assert status == 413
    assert b"larger than is accepted" in said
    assert read <= 4


def test_the_refusal_looks_like_any_other_page_and_like_json_under_the_api() -> None:
    _, page, _ = send_pieces("/health", PLAIN, long_body())
    assert b"<title>" in page
    _, said, _ = send_pieces("/api/requests/", PLAIN, long_body())
    assert said == b'{"error": {"code": "too_large", "sentence": "%b"}}' % (
        b"What you sent is larger than is accepted."
    )


def test_a_body_within_the_limit_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000  # type: ignore[attr-defined]
    assert send_pieces("/health", PLAIN, [b"x" * 500, b"x" * 500])[0] == 403  # no token
    assert send_pieces("/health", PLAIN, [b"x" * 500, b"x" * 501])[0] == 413


def test_a_length_that_is_no_number_is_not_believed() -> None:
    headers = PLAIN | {"content-length": "-9"}
    assert send_pieces("/health", headers, long_body())[0] == 413


def scope_of(path: str, headers: dict[str, str], method: str = "POST") -> dict[str, object]:
    found = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "headers": found}


def limit(scope: dict[str, object]) -> int:
    from asgiref.sync import async_to_sync

    return async_to_sync(limit_of)(scope)


def test_forms_with_files_have_their_own_limits_for_people_who_are_signed_in(
    asked: ImagingRequest, cast: Cast, settings: object
) -> None:
    client = Client()
    client.force_login(cast.people[Role.RELEASE_STAFF])
    usual = settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # type: ignore[attr-defined]
    images = f"/work/requests/{asked.number}/images/"
    for path, most in ((images, settings.UPLOAD_LIMIT), ("/logs/new/", settings.LOG_LIMIT)):  # type: ignore[attr-defined]
        own = headers_of(client)
        assert limit(scope_of(path, own)) == most + body_limit.OVERHEAD
        assert limit(scope_of(path, own, "GET")) == usual
        assert limit(scope_of(path, {})) == usual
        assert limit(scope_of(path, {"cookie": "sessionid=made-up"})) == usual
        assert limit(scope_of(path, {"cookie": "sessionid=\x00;;=;"})) == usual
    assert limit(scope_of("/ask/", headers_of(client))) == usual


def test_a_log_larger_than_other_bodies_still_gets_in(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    client.force_login(cast.people[Role.ANALYST])
    body = form(("log.csv", b"case,activity,time\n" * 400_000))
    assert len(body) > 6 * MIB
    pieces = [body[start : start + MIB] for start in range(0, len(body), MIB)]
    status, _, read = send_pieces("/logs/new/", headers_of(client), pieces)
    assert status == 422 or status < 400
    assert read >= len(pieces)
