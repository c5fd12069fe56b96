"""Every address of the product, visited as every role, by GET and POST; none crashes."""

from collections.abc import Iterator

import pytest
from access_matrix import ANONYMOUS, DOORS, ELSEWHERE_TESTED, EVERYBODY, OPEN_TO_VISITORS, STRANGER
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from journey_cast import facility, somebody

from requests_app.intake.submit import Submission, submit
from requests_app.models import ImagingRequest, User
from requests_app.vocabulary import LegalBasis, RequesterType, Role

pytestmark = pytest.mark.django_db
SAMPLES: dict[str, object] = {
    "key": "take",
    "token": "no-such-token",
    "link_id": 1,
    "instance": 1,
    "frame": 0,
    "window": "soft",
    "path": "none",
    "name": "none",
    "kind": "csv",
    "uidb36": "1",
    "entry_id": "00000000-0000-0000-0000-000000000000",
}


def patterns(
    resolver: URLResolver | None = None, room: str = ""
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the name and the parameters of every address."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inner = f"{room}{one.namespace}:" if one.namespace else room
            yield from patterns(one, inner)
        elif isinstance(one, URLPattern):
            yield f"{room}{one.name}", dict.fromkeys(one.pattern.regex.groupindex)


@pytest.fixture
def asked() -> ImagingRequest:
    """A request at Northfield."""
    return submit(
        Submission(
            facility=facility(),
            requester_type=RequesterType.PATIENT,
            legal_basis=LegalBasis.PATIENT_ACCESS,
            requester_name="Sample Patient 0417",
            recipient_name="Sample Patient 0417",
            patient_family_name="0417",
            scope="CT abdomen",
        ),
        by=None,
        at=timezone.now(),
    ).request


def cast() -> dict[str, User | None]:
    """Return everybody who may knock."""
    people: dict[str, User | None] = {role: somebody(role, facility()) for role in Role}
    stranger = somebody(Role.SUPERVISOR, facility("elsewhere"), name="stranger")
    return people | {ANONYMOUS: None, STRANGER: stranger}


def client_of(person: User | None) -> Client:
    """Return a browser of this person; a crash becomes a 500 and not an exception."""
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


def address(name: str, parameters: dict[str, object], asked: ImagingRequest) -> str:
    """Return an address with sample values."""
    values = {key: SAMPLES.get(key, "1-abc") for key in parameters}
    if "number" in values:
        values["number"] = asked.number
    return reverse(name, kwargs=values)


def visit(client: Client, method: str, where: str) -> int:
    """Return the status of an answer, and let go of its files."""
    answer = client.generic(method, where)
    for let_go in answer._resource_closers:  # close() would end the test's own connection too
        let_go()
    return answer.status_code


def may(name: str, who: str, method: str, status: int) -> str:
    """Return what is wrong with an answer, or nothing."""
    if status >= 500:
        return "crashed"
    door = DOORS[name]
    if method not in door.methods:
        return "" if status in (302, 403, 404, 405) else "answered a method it does not take"
    passed = status not in (403, 405) and not (status == 404 and door.elsewhere)
    if who == ANONYMOUS and who not in door.opens_to:
        return "" if status == 302 else "did not ask a visitor to sign in"
    if who in door.opens_to:
        is_missing = name in ("staff:frame", "portal:tracking") or name.startswith("portal:share")
        return "" if passed or (is_missing and status == 404) else "kept out somebody it opens to"
    return "" if status in (403, 404) else "let somebody in"


def test_every_declared_address_lets_in_whom_it_should(asked: ImagingRequest) -> None:
    found = dict(patterns())
    wrong = []
    for who, person in cast().items():
        client = client_of(person)
        for name in DOORS:
            where = address(name, found[name], asked)
            for method in ("GET", "POST"):
                status = visit(client, method, where)
                problem = may(name, who, method, status)
                if problem:
                    wrong.append(f"{method} {name} as {who}: {status}, {problem}")
    assert wrong == []


def test_every_other_address_stands_and_keeps_visitors_out(asked: ImagingRequest) -> None:
    wrong = []
    people = cast()
    clients = {who: client_of(person) for who, person in people.items()}
    for name, parameters in patterns():
        if name in DOORS:
            continue
        where = address(name, parameters, asked)
        for who in EVERYBODY:
            for method in ("GET", "POST"):
                if name == "account_logout" and method == "POST":
                    continue
                status = visit(clients[who], method, where)
                if status >= 500:
                    wrong.append(f"{method} {name} as {who}: {status}")
                if who == ANONYMOUS and status == 200 and name not in OPEN_TO_VISITORS:
                    wrong.append(f"{method} {name} lets visitors in")
    assert wrong == []


def test_no_address_is_left_undeclared() -> None:
    for name, _ in patterns():
        room = name.split(":")[0].split("_")[0]
        assert name in DOORS or room in ELSEWHERE_TESTED, f"declare {name} in access_matrix.py"
