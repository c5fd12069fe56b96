"""A limit counts each key apart, and anew in each window."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from requests_app.throttle import Limit, neighbourhood

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMIT = Limit(name="test", times=2, within=timedelta(minutes=5))


def test_so_many_are_within_the_limit_and_the_next_is_not() -> None:
    assert [LIMIT.take(AT, "a") for _ in range(4)] == [True, True, False, False]


def test_keys_are_counted_apart() -> None:
    for _ in range(3):
        LIMIT.take(AT, "a")
    assert LIMIT.take(AT, "b")
    assert LIMIT.take(AT, "a", "b")


def test_a_new_window_begins_anew() -> None:
    for _ in range(3):
        LIMIT.take(AT, "a")
    assert not LIMIT.take(AT + timedelta(minutes=4, seconds=59), "a")
    assert LIMIT.take(AT + timedelta(minutes=5), "a")


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 5), (1, 5), (60, 4), (241, 1), (299, 1)])
def test_the_wait_is_told_in_whole_minutes(seconds: int, minutes: int) -> None:
    assert LIMIT.minutes_left(AT + timedelta(seconds=seconds)) == minutes


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
    ],
)
def test_who_may_choose_among_many_addresses_counts_once(address: str, part: str) -> None:
    assert neighbourhood(address) == part


def test_without_the_cache_nothing_is_limited_and_the_log_says_so(
    settings: object, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = {  # type: ignore[attr-defined]
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"unix://{tmp_path}/nobody-listens.sock",
        }
    }
    limit = Limit(name="test", times=1, within=timedelta(minutes=1))
    assert [limit.take(AT, "somebody") for _ in range(3)] == [True] * 3
    assert "out of reach" in caplog.text


@pytest.mark.django_db
def test_without_the_table_of_the_cache_nothing_is_limited_and_the_log_says_so(
    settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = {  # type: ignore[attr-defined]
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "no_such_table",
        }
    }
    limit = Limit(name="test", times=1, within=timedelta(minutes=1))
    for _ in range(2):
        before = transaction.savepoint()
        assert limit.take(AT, "somebody")
        transaction.savepoint_rollback(before)
    assert "out of reach" in caplog.text
