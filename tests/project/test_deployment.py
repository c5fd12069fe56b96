"""With an https address every setting is as Django's own check of deployments wants it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

BASE = Path(__file__).resolve().parents[2]
HTTPS = {
    "PUBLIC_ADDRESS": "https://images.hospital.example",
    "SECRET_KEY": "Zq8-" * 20 + "xyUVW159",
}


def run(*words: str, **env: str) -> "subprocess.CompletedProcess[str]":
    # Set by the library that drives browsers in other tests of the same run.
    usual = {name: word for name, word in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return subprocess.run(
        [sys.executable, *words],
        cwd=BASE,
        env={**usual, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_check_of_deployments_is_clean(tmp_path: Path) -> None:
    done = run(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", VAR=str(tmp_path), **HTTPS
    )
    assert done.returncode == 0, done.stderr
    assert "WARNINGS" not in done.stderr


def test_plain_http_is_sent_to_https_but_for_the_health_page(tmp_path: Path) -> None:
    code = """
import django; django.setup()
from django.conf import settings as s
print(s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)
from django.middleware.security import SecurityMiddleware
from django.http import HttpResponse
from django.test import RequestFactory
ask = SecurityMiddleware(lambda request: HttpResponse())
host = {"HTTP_HOST": "images.hospital.example"}
for path, more in (("/ask/", {}), ("/health", {}), ("/ask/", {"HTTP_X_FORWARDED_PROTO": "https"})):
    print(path, ask(RequestFactory().get(path, **host, **more)).status_code)
"""
    env = {"VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "project.settings", **HTTPS}
    done = run("-c", code, **env)
    assert done.stdout.splitlines() == [
        "True True True True",
        "/ask/ 301",
        "/health 200",
        "/ask/ 200",
    ], done.stderr


@pytest.mark.django_db
def test_no_page_may_stand_in_a_frame_or_be_kept() -> None:
    for path in ("/ask/", "/account/login/", "/nowhere"):
        answer = Client().get(path)
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
