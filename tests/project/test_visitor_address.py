"""The address in the log is the visitor's, as far as trusted proxies tell it."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from project.middleware import VisitorAddress


@pytest.mark.parametrize(
    ("trusted", "said", "address"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "198.51.100.7", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "<script>", "127.0.0.1"),
    ],
)
def test_only_trusted_hops_are_believed(
    settings: Any, trusted: int, said: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = trusted
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": said}
    VisitorAddress(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == address
