"""What every test may lean on: a real PostgreSQL, real data where it lies, its own files."""

import asyncio
import atexit
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

BASE = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for the whole run, in a folder of its own; xdist's workers share it."""
    gc.set_threshold(200_000, 50, 50)  # looking for rings of dead objects is a twentieth of a run
    if "DATABASE_URL" in os.environ:
        return
    if not hasattr(config, "workerinput"):
        var = BASE / "var" / f"test-{os.getpid()}"
        os.environ["DISCLESS_TEST_VAR"] = str(var)
        _start(var)
    _point_django_at(Path(os.environ["DISCLESS_TEST_VAR"]))


def _roomily(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    runtestprotocol(item, nextitem=nextitem)


# Python 3.11 asks the system for room for its calls, and gives it back, at each call that begins
# on the edge of a piece of 16 KiB: a loop there does so thousands of times. A call that says it
# needs half a MiB lays all that it calls into one large piece.
_roomily.__code__ = _roomily.__code__.replace(co_stacksize=66_000)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run each test with room for deep calls: half of all page faults were the edges of pieces."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _roomily(item, nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files of slow tests first, so that no worker waits for another's at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Never look for dead objects among what the imports left for good."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Let the end of the process find them again."""
    gc.unfreeze()


def _start(var: Path) -> None:
    from project.embedded import postgres
    from project.embedded.processes import stop

    server = postgres.start(var, durable=False)
    postgres.make_database(var)

    def end() -> None:
        stop([server], seconds=30)
        shutil.rmtree(var, ignore_errors=True)

    atexit.register(end)


def _point_django_at(var: Path) -> None:
    """The settings were read before this file: turn them to the run's own server."""
    from django.conf import settings

    from project.embedded.places import run_folder
    from project.embedded.postgres import password_of

    place = {"HOST": str(run_folder(var)), "PASSWORD": password_of(var)}
    settings.DATABASES["default"].update(place)
    from django.db import connections

    connections["default"].settings_dict.update(place)
    settings.VAR = var
    settings.STATIC_ROOT = var / "static"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    # Sign-ins are not what most tests are about; a slow hash would be most of their time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shared_data() -> Path:
    """The folder of real and hostile files; without it CI fails, others skip aloud."""
    folder = BASE.parent / "shared" / "data"
    if not folder.is_dir():
        said = "the folder of shared test data is not beside the project"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return folder


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, settings: object) -> None:
    """Give every test its own files outside the database."""
    for name, folder in (
        ("BLOB_ROOT", "blobs"),
        ("FRAME_ROOT", "frames"),
        ("MIRROR_ROOT", "mirror"),
        ("UPLOAD_ROOT", "uploads"),
        ("EMAIL_FILE_PATH", "mail"),
    ):
        setattr(settings, name, tmp_path / folder)
    settings.AUDIT_KEY_PATH = tmp_path / "audit" / "ed25519.pem"  # type: ignore[attr-defined]
    settings.CACHES = {  # type: ignore[attr-defined]
        name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
        for name in ("default", "process")
    }
    from analytics.mirror.refresh import _SHOWN
    from audit.access import _pseudonym_key

    _SHOWN.clear()
    _pseudonym_key.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Tests with real transactions are cleaned by TRUNCATE, which the log refuses in earnest."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        for table in ("auditentry", "sequenced", "signedstate", "review"):
            cursor.execute(f"ALTER TABLE audit_{table} DISABLE TRIGGER audit_{table}_keeps_all")


@pytest.fixture(scope="session", autouse=True)
def _static_files(django_test_environment: None) -> Iterator[None]:
    """List the static files once: each client of a test builds all the middleware anew."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    known = WhiteNoiseMiddleware(lambda _: None).files
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            WhiteNoiseMiddleware, "add_files_from_finders", lambda one: one.files.update(known)
        )
        yield


@pytest.fixture(scope="session", autouse=True)
def _pages_as_served(django_test_environment: None) -> Iterator[None]:
    """Render as in earnest: Django's copies of every template's context cost a tenth of a page."""
    from django.template import Template

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", lambda one, context: one.nodelist.render(context))
        yield


@pytest.fixture
def contexts_of_pages(_pages_as_served: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers carry the context of their page after all, as `answer.context`."""
    from django.template import Template
    from django.test.utils import instrumented_test_render

    monkeypatch.setattr(Template, "_render", instrumented_test_render)


@pytest.fixture(scope="session")
def _launched() -> Iterator[tuple[Any, asyncio.AbstractEventLoop]]:
    """Chromium, and the loop that Playwright runs in this thread: begun once, at the first use."""
    from playwright.sync_api import sync_playwright

    from tests.browser import launch

    with sync_playwright() as engine:
        browser, loop = launch(engine), asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture(scope="module")
def _browser(_launched: tuple[Any, asyncio.AbstractEventLoop]) -> Iterator[Any]:
    """Chromium: unpacked, or the machine's own; a loud skip where there is neither."""
    browser, loop = _launched
    # The tests that drive it use the ORM in the loop's thread, one call at a time; to all others
    # this thread runs no loop.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        asyncio._set_running_loop(loop)
        yield browser
        asyncio._set_running_loop(None)


@pytest.fixture
def chromium(_browser: Any) -> Iterator[Any]:
    """A browser that knows nothing of other tests."""
    yield _browser
    for context in _browser.contexts:
        context.close()
