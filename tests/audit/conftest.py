"""Who reviews the log."""

import pytest
from django.test import Client

from requests_app.vocabulary import Role
from tests.requests_app.cast import Cast, make_cast


@pytest.fixture
def cast() -> Cast:
    """Return the cast of two facilities."""
    return make_cast()


@pytest.fixture
def auditor(cast: Cast, client: Client) -> Client:
    """Return a browser of the auditor of one facility."""
    client.force_login(cast.people[Role.AUDITOR])
    return client
