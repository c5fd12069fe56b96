"""Django's form of a postgresql:// address, or of the embedded server."""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from project.embedded.places import run_folder
from project.embedded.postgres import DATABASE, USER, password_of

ENGINE = "django.db.backends.postgresql"
EXAMPLE = "postgresql://user:password@host:5432/name?sslmode=verify-full"


def embedded(var: Path) -> dict[str, object]:
    """Return the place of the embedded server."""
    return {
        "ENGINE": ENGINE,
        "HOST": str(run_folder(var)),
        "NAME": DATABASE,
        "USER": USER,
        "PASSWORD": password_of(var),
    }


def server(url: str) -> dict[str, object]:
    """Return the place that an address names; nothing for no address, a sentence for nonsense."""
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read ({error}); write {EXAMPLE}, with signs in the password "
            "percent-encoded."
        ) from error
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not name:
        # The address itself is not repeated: it holds a password.
        raise ImproperlyConfigured(f"DATABASE_URL names no PostgreSQL database; write {EXAMPLE}.")
    return {
        "ENGINE": ENGINE,
        "HOST": unquote(parts.hostname or ""),
        "PORT": port or "",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
