"""Who imports logs."""

import pytest
from django.test import Client

from requests_app.vocabulary import Role
from tests.requests_app.cast import make_cast


@pytest.fixture
def analyst(client: Client) -> Client:
    """Return a browser of an analyst."""
    client.force_login(make_cast().people[Role.ANALYST])
    return client
