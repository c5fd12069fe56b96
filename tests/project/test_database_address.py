"""An address of a database is read whole, or refused without repeating its password."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.database import server


def test_every_part_of_an_address_is_read() -> None:
    place = server("postgresql://discless:p%40ss%20word@db.example:5433/images?sslmode=verify-full")
    assert place["HOST"] == "db.example"
    assert place["PORT"] == 5433
    assert place["NAME"] == "images"
    assert place["USER"] == "discless"
    assert place["PASSWORD"] == "p@ss word"
    assert place["OPTIONS"] == {"sslmode": "verify-full"}


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@db/images",
        "postgresql://u:secret@db",
        "db.example:5432/secret",
        "postgresql://u:secret@db:x/images",
    ],
)
def test_nonsense_is_refused_without_the_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as refused:
        server(url)
    assert "secret" not in str(refused.value)


def test_no_address_means_the_embedded_server() -> None:
    assert server("") == {}
