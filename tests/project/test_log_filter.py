"""No line of the log holds what opens a page."""

import logging

import pytest

from project.log_filter import WithoutSecrets

SECRET = "Zk3-secret_9"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"Not Found: /s/{SECRET}/", "Not Found: /s/-/"),
        (f"Bad Request: /track/{SECRET}/?a=1", "Bad Request: /track/-/?a=1"),
        (
            f"'/account/password/reset/key/1-{SECRET}/' broke",
            "'/account/password/reset/key/-/' broke",
        ),
        ("Not Found: /static/s.css", "Not Found: /static/s.css"),
    ],
)
def test_secrets_are_left_out_of_messages_and_arguments(line: str, kept: str) -> None:
    plain = logging.LogRecord("django", logging.WARNING, "", 0, line, None, None)
    assert WithoutSecrets().filter(plain)
    assert plain.getMessage() == kept
    with_words = logging.LogRecord("django", logging.WARNING, "", 0, "%s %d", (line, 404), None)
    assert WithoutSecrets().filter(with_words)
    assert with_words.getMessage() == f"{kept} 404"


def test_every_handler_of_the_settings_has_the_filter() -> None:
    from django.conf import settings

    for handler in settings.LOGGING["handlers"].values():
        assert "without_secrets" in handler["filters"]
