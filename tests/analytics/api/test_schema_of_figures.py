"""The schema of the analyst's API is what its doors take and answer."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from requests_app.vocabulary import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_source")]
DOORS = ("cases", "cost", "forecast", "graph", "metrics", "without")
FILTERS = {"source", "from", "to", "facility", "asked", "slice"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """Return the schema as the page of the API shows it."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


@pytest.mark.parametrize("door", DOORS)
def test_an_answer_has_the_fields_of_the_schema(
    client: Client, person: Any, schema: dict[str, Any], door: str
) -> None:
    client.force_login(person(Role.ANALYST, everything=True))
    body = client.get(f"/api/analytics/{door}/?from=2026-01-01&to=2026-12-31").json()
    said = schema["paths"][f"/api/analytics/{door}/"]["get"]["responses"]["200"]
    name = said["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    told = schema["components"]["schemas"][name]
    assert set(told["required"]) <= set(body) <= set(told["properties"])


@pytest.mark.parametrize("door", DOORS)
def test_the_schema_names_each_filter(schema: dict[str, Any], door: str) -> None:
    said = schema["paths"][f"/api/analytics/{door}/"]["get"]["parameters"]
    assert {one["name"] for one in said} >= FILTERS
