"""Whatever a browser sends below the overview, Dash is never upset: 400, 404 or 405, and no crash."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.dashboards.asked import NotUnderstood, order_for, search_of
from audit.models import AuditEntry

UPDATE = "/overview/_dash-update-component"
GOOD = {
    "output": "head-answer.data",
    "inputs": [{"id": "address", "property": "search", "value": ""}],
}
INPUT = GOOD["inputs"][0]
BROKEN = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b'"x"',
    b"\xff\xfe",
    b"[" * 100_000,
    b"NaN",
    *(
        json.dumps(said).encode()
        for said in (
            {},
            GOOD | {"output": "nothing.data"},
            GOOD | {"output": "head.children"},
            GOOD | {"output": ["head-answer.data"]},
            GOOD | {"output": None},
            GOOD | {"output": "..head-answer.data...weekly-answer.data.."},
            GOOD | {"inputs": []},
            GOOD | {"inputs": None},
            GOOD | {"inputs": {"id": "address"}},
            GOOD | {"inputs": [INPUT, INPUT]},
            GOOD | {"inputs": [INPUT | {"id": {"type": "x", "index": "ALL"}}]},
            GOOD | {"inputs": [INPUT | {"property": "href"}]},
            GOOD | {"inputs": [INPUT | {"value": 7}]},
            GOOD | {"inputs": [INPUT | {"value": ["?"]}]},
            GOOD | {"inputs": [INPUT | {"value": "?facility=\ud800"}]},
            {"output": "head-answer.data"},
            {"inputs": GOOD["inputs"]},
        )
    ),
]
NOWHERE = (
    "none",
    "_dash-",
    "_reload-hash",
    "_favicon.ico",
    "_dash-layout/more",
    "_dash-component-suites/",
    "_dash-component-suites/nothing/there.js",
    "_dash-component-suites/dash/nothing.js",
    "_dash-component-suites/dash/../../settings.py",
    "_dash-component-suites/dash/%2e%2e/version.py",
    "_dash-component-suites/%00/x.js",
    "_dash-component-suites/x",
    "_dash-component-suites/dash/%ff.js",
    "_dash-component-suites/%ff/x.js",
    "_dash-component-suites/dash/%ed%a0%80.js",
    "_dash-component-suites/dash/deps/react@0.v0_0m0.js",
    "assets/x.css",
)


@pytest.fixture
def director(person, small_source: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person("him_director", everything=True))
    return client


def send(client: Client, body: bytes):
    return client.post(UPDATE, body, content_type="application/json")


@pytest.mark.django_db
@pytest.mark.parametrize("body", BROKEN)
def test_a_callback_of_another_shape_is_refused_with_a_sentence(
    director: Client, body: bytes
) -> None:
    answer = send(director, body)
    assert answer.status_code == 400
    assert "Reload it" in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="dashboard.viewed").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "", "x" * 300])
def test_a_callback_that_is_no_json_is_refused_with_a_sentence(
    person, small_source: None, kind: str
) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(person("him_director", everything=True))
    client.get("/overview/")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.post(UPDATE, json.dumps(GOOD).encode(), content_type=kind, headers=token)
    assert answer.status_code == 400
    assert "Reload it" in answer.content.decode()
    asked = client.post(UPDATE, json.dumps(GOOD), content_type="application/json", headers=token)
    assert asked.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", NOWHERE)
def test_an_address_where_nothing_is_answers_404(director: Client, path: str) -> None:
    assert director.get(f"/overview/{path}").status_code == 404


@pytest.mark.django_db
def test_other_methods_are_refused(director: Client) -> None:
    for path in ("", "_dash-layout", "_dash-dependencies"):
        assert director.post(f"/overview/{path}").status_code == 405
    for method in ("get", "put", "delete"):
        assert getattr(director, method)(UPDATE).status_code == 405


@pytest.mark.django_db
def test_every_script_of_the_page_is_there(director: Client) -> None:
    import re

    page = director.get("/overview/").content.decode()
    scripts = re.findall(r'src="(/overview/_dash-component-suites/[^"]+)"', page)
    assert len(scripts) > 3
    assert {director.get(one).status_code for one in scripts} == {200}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "search",
    [
        None,
        "",
        "?",
        "?from=0001-01-01&to=9999-12-31",
        "?facility=%00&facility=%ED%A0%80",
        "?%",
        "é\x00",
    ],
)
def test_a_callback_about_odd_filters_is_answered(director: Client, search: str | None) -> None:
    said = GOOD | {"inputs": [INPUT | {"value": search}], "more": "words", "state": [{"id": 1}]}
    answer = send(director, json.dumps(said).encode())
    assert answer.status_code == 200
    assert "html" in answer.json()["response"]["head-answer"]["data"]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["output", "inputs", "id", "property", "value"]) | st.text(),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_either_understood_or_refused(said: object) -> None:
    try:
        part, search = search_of(json.dumps(said).encode())
    except NotUnderstood:
        return
    assert json.loads(order_for(part, search))["output"] == f"{part}-answer.data"
