"""Every address of the product with sample values, taken from the resolver; and how to knock."""

import json
from collections.abc import Iterator

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from journey_cast import facility, somebody

from analytics.models import UploadedLog
from audit.access import record
from audit.proof.entry import Action, EventCode
from requests_app.intake.submit import Submission, submit
from requests_app.models import User
from requests_app.vocabulary import LegalBasis, RequesterType, Role

ANONYMOUS, STRANGER = "anonymous", "staff of another facility"
SAMPLES: dict[str, object] = {
    "token": "no-such-token",
    "link_id": 1,
    "instance": 1,
    "frame": 0,
    "window": "soft",
    "uidb36": "1",
    "draft": "none",
    "slug": "northfield",
    "person_id": 99999999,
    "holiday_id": 99999999,
    "policy_id": 99999999,
    "key_id": 99999999,
}
"""Values of parameters that mean the same everywhere."""
DIFFERENT: dict[str, dict[str, object]] = {
    "staff:step": {"key": "take"},
    "administration:rule": {"key": "contract"},
    "account_reset_password_from_key": {"key": "none"},
    "reports:download": {"name": "sla_compliance", "kind": "csv"},
    "logs:rejected": {"name": "sample"},
    "logs:run": {"run": 99999999},
    "logs:run_state": {"run": 99999999},
    "logs:run_cancel": {"run": 99999999},
    "logs:run_resume": {"run": 99999999},
    "logs:delete": {"name": "not-there"},
}
QUERIES = {
    "dashboards:behind": "?key=sla_compliance",
    "dashboards:behind_csv": "?key=sla_compliance",
}
"""What an address must say beside its path."""
BEHIND: dict[str, tuple[str, ...]] = {
    "dashboards:part": ("_dash-layout", "_dash-dependencies", "_dash-update-component", "none"),
}
"""Addresses that stand for many: each `path` behind them is a door of its own."""
CALLBACK = {
    "output": "head-answer.data",
    "outputs": {"id": "head-answer", "property": "data"},
    "inputs": [{"id": "address", "property": "search", "value": ""}],
    "changedPropIds": ["address.search"],
    "parsedChangedPropsIds": ["address.search"],
}


def patterns(resolver: URLResolver | None = None, room: str = "") -> Iterator[tuple[str, set[str]]]:
    """Yield the name and the parameters of every address."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inner = f"{room}{one.namespace}:" if one.namespace else room
            yield from patterns(one, inner)
        elif isinstance(one, URLPattern):
            yield f"{room}{one.name}", set(one.pattern.regex.groupindex)


def doors() -> Iterator[tuple[str, str, set[str]]]:
    """Yield each door: its key in the matrix, the address behind it and its parameters."""
    for name, parameters in patterns():
        for path in BEHIND.get(name, ("",)):
            yield f"{name} {path}".strip(), name, parameters


def sample_world() -> dict[str, object]:
    """Write one of each thing that an address may name, all of Northfield; return their keys."""
    place = facility()
    said = Submission(
        facility=place,
        requester_type=RequesterType.PATIENT,
        legal_basis=LegalBasis.PATIENT_ACCESS,
        requester_name="Sample Patient 0417",
        recipient_name="Sample Patient 0417",
        patient_family_name="0417",
        scope="CT abdomen",
    )
    entry = record(
        verb="request.viewed",
        code=EventCode.PATIENT_RECORD,
        action=Action.READ,
        subject="request:R-000001",
        facility=place.slug,
        at=timezone.now(),
    )
    UploadedLog.objects.create(
        organization=place.organization,
        name="sample",
        folder="none",
        digest="0" * 64,
        mapping={},
        answer={"rejected": [], "rows_imported": 0},
        as_of=0,
        uploaded_at=timezone.now(),
    )
    return {"number": submit(said, by=None, at=timezone.now()).request.number, "entry_id": entry.pk}


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


def address(key: str, name: str, parameters: set[str], world: dict[str, object]) -> str:
    """Return an address with sample values."""
    values = SAMPLES | DIFFERENT.get(name, {}) | world | {"path": key.rpartition(" ")[2]}
    path = reverse(name, kwargs={one: values[one] for one in parameters})
    return path + QUERIES.get(name, "")


BODIES: dict[str, tuple[str, str]] = {
    "_dash-update-component": (json.dumps(CALLBACK), "application/json"),
    "/transition/": (json.dumps({"to": "approved"}), "application/json"),
    "/do/take/": ("expected=received", "application/x-www-form-urlencoded"),
}
"""What must be sent to learn whether somebody may, by the end of an address."""


def knock(client: Client, method: str, where: str) -> tuple[int, str]:
    """Return the status of an answer and where it leads, and let go of its files."""
    body, kind = next((BODIES[end] for end in BODIES if where.endswith(end)), ("", ""))
    answer = client.generic(method, where, body, content_type=kind)
    for let_go in answer._resource_closers:  # close() would end the test's own connection too
        let_go()
    return answer.status_code, answer.headers.get("Location", "")
