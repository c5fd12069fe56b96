"""Whose house is administered."""

import pytest
from django.test import Client

from tests.requests_app.administration.house_made import House, make_house


@pytest.fixture
def house(client: Client) -> House:
    """A house whose administrator is signed in."""
    found = make_house("Northfield")
    client.force_login(found.administrator)
    return found
