"""What every test may lean on: a real PostgreSQL, real data where it lies, a cast of people."""

import atexit
import os
import secrets
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent
TEST_VAR = BASE / "var" / f"test-{os.getuid()}"


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for the whole run; the workers of xdist share it."""
    if _is_worker(config) or "DATABASE_URL" in os.environ:
        return
    from project.embedded import postgres
    from project.embedded.lock import instance_lock
    from project.embedded.processes import stop

    held = instance_lock(TEST_VAR, print)
    lock = held.__enter__()
    server = postgres.start(TEST_VAR, keep=(lock,), durable=False)
    postgres.make_database(TEST_VAR)

    def end() -> None:
        stop([server], seconds=30)
        held.__exit__(None, None, None)

    atexit.register(end)


# Before Django reads its settings: everything written by tests goes below the test folder.
os.environ["VAR"] = str(TEST_VAR)
os.environ.setdefault("TEST_RUN", secrets.token_hex(4))


@pytest.fixture
def shared_data() -> Path:
    """The folder of real and hostile files; a loud skip where it is not beside the project."""
    folder = BASE.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of shared test data is not beside the project")
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
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }
    from analytics.mirror.refresh import _SHOWN

    _SHOWN.clear()
