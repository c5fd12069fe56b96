"""Give one management command a running database, and stop it again if we started it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError, ProgrammingError
from psycopg.errors import UndefinedColumn, UndefinedTable

from project import environment
from project.embedded import postgres
from project.embedded.lock import instance_lock
from project.embedded.processes import stop

NEEDS_NO_DATABASE = frozenset(
    {"up", "inspect", "help", "version", "makemigrations", "collectstatic", "check"}
    | {"write_reference", "compilemessages", "spectacular", "--help", "--version", "-h"}
)
NO_TABLES = "The database lacks tables of this version. Bring it up to date: manage.py migrate."
NO_ANSWER = (
    "The database does not answer. Check DATABASE_URL, or that no other server has its place."
)
BASE = Path(__file__).resolve().parent.parent.parent


def var_folder() -> Path:
    """Return the folder of everything written at run time."""
    return environment.folder("VAR", BASE / "var")


def needs_database(command: Sequence[str]) -> bool:
    """Say whether a command with these words needs the database; `due` does for a facility only."""
    if not command or command[0] in NEEDS_NO_DATABASE:
        return False
    if command[0] == "due":
        options = [word.partition("=")[0] for word in command[1:]]
        # An option may be shortened: --fac is --facility.
        return any(len(one) > 3 and "--facility".startswith(one) for one in options)
    return True


@contextmanager
def database_for_command(command: Sequence[str]) -> Iterator[None]:
    """Start the embedded PostgreSQL for the length of a command that needs it."""
    var = var_folder()
    is_elsewhere = bool(environment.text("DATABASE_URL", ""))
    if not needs_database(command) or is_elsewhere or postgres.is_ready(var):
        yield
        return
    with instance_lock(var, lambda words: print(words, file=sys.stderr)) as lock:
        child = postgres.start(var, keep=(lock,))
        try:
            postgres.make_database(var)
            yield
        finally:
            stop([child], seconds=30)


@contextmanager
def told_plainly(command: Sequence[str]) -> Iterator[None]:
    """Say in a sentence that the database is not there or not up to date, and end with status 1."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        is_behind = isinstance(error.__cause__, UndefinedTable | UndefinedColumn)
        if "--traceback" in command or (isinstance(error, ProgrammingError) and not is_behind):
            raise
        sys.exit(NO_TABLES if is_behind else NO_ANSWER)
