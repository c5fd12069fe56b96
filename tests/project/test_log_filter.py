"""No line of the log holds what opens a page."""

import logging
import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from project.log_filter import WithoutClosedDoors, WithoutSecrets, WithoutTypedAddresses
from requests_app.house.keys import PREFIX

SECRET = "Zk3-secret_9"
KEY = PREFIX + "Zk3-secret_" * 3 + "0123456789"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"Not Found: /s/{SECRET}/", "Not Found: /s/-/"),
        (f"Bad Request: /track/{SECRET}/?a=1", "Bad Request: /track/-/?a=1"),
        (
            f"'/account/password/reset/key/1-{SECRET}/' broke",
            "'/account/password/reset/key/-/' broke",
        ),
        (f"Not Found: /api/?key={KEY}&by=facility", "Not Found: /api/?key=-&by=facility"),
        ("Not Found: /discless_deploy", "Not Found: /discless_deploy"),
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


def test_the_example_proxy_leaves_the_same_addresses_out_of_its_log() -> None:
    conf = (Path(__file__).parents[2] / "deploy" / "discless.nginx.conf").read_text()
    found = re.search(r"location ~ (\S+) \{\s+access_log off;", conf)
    assert found is not None
    for secret in ("/s/", "/track/", "/account/password/reset/key/1-"):
        assert re.search(found[1], f"{secret}{SECRET}/")
    assert not re.search(found[1], "/account/login/")


def test_every_handler_of_the_settings_has_the_filter() -> None:
    from django.conf import settings

    for handler in settings.LOGGING["handlers"].values():
        assert {*settings.LOGGING["filters"]} == {*handler["filters"]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/zqxdoe/Eva%20Zqxdoe/", "Not Found: -"),
        ("/zqxdoe/Zo%C3%AB/", "Not Found: -"),
        ("/reports/zqxdoe.csv", "Not Found: /reports/<slug:name>.<slug:kind>"),
    ],
)
def test_an_address_that_is_not_there_is_not_written_down(
    admin_client: Client, caplog: pytest.LogCaptureFixture, path: str, kept: str
) -> None:
    assert admin_client.get(path).status_code == 404
    [record] = [one for one in caplog.records if one.name == "django.request"]
    assert record.getMessage() == kept  # by the filters of the settings


def test_a_record_of_no_request_stays_as_it_is() -> None:
    record = logging.LogRecord("celery", logging.WARNING, "", 0, "%s broke", ("a task",), None)
    assert WithoutTypedAddresses().filter(record)
    assert record.getMessage() == "a task broke"


def test_a_closed_door_is_a_line_and_a_bug_keeps_its_traceback() -> None:
    for error, lines in ((PermissionDenied(), 1), (ValueError(), 2)):
        told = (type(error), error, None)
        record = logging.LogRecord("django", logging.WARNING, "", 0, "Forbidden", None, told)
        assert WithoutClosedDoors().filter(record)
        assert len(logging.Formatter().format(record).splitlines()) == lines
