"""A command that needs the database finds it running; one that does not starts nothing."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import OperationalError, ProgrammingError

from project.embedded.session import needs_database, told_plainly
from tests.another_process import BASE, database_url

COUNT = ("due", "--rule=contract", "--from=2026-03-02")


@pytest.mark.parametrize("option", [("--facility", "x"), ("--facility=x",), ("--fac", "x")])
def test_a_due_date_of_a_facility_needs_the_database(option: tuple[str, ...]) -> None:
    assert needs_database((*COUNT, *option))


@pytest.mark.parametrize("command", [COUNT, ("due", "--from", "x"), (), ("help",), ("up",)])
def test_a_command_without_rows_needs_no_database(command: tuple[str, ...]) -> None:
    assert not needs_database(command)


def test_a_command_about_figures_needs_the_database() -> None:
    assert needs_database(("metrics",))


def manage(place: str, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command on a database; Django's own `postgres` there has none of our tables."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=BASE,
        env=os.environ | {"DATABASE_URL": place},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "command", [("metrics", "--json"), ("due", "--rule=contract", "--from=2026-03-02", "--fac=x")]
)
def test_a_database_without_tables_is_told_in_a_sentence(command: tuple[str, ...]) -> None:
    found = manage(database_url("postgres"), *command)
    assert (found.returncode, found.stdout) == (1, "")
    assert "lacks tables of this version" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_database_that_does_not_answer_is_told_in_a_sentence(tmp_path: Path) -> None:
    found = manage(f"postgresql://nobody@/none?host={quote(str(tmp_path))}", "metrics")
    assert (found.returncode, "does not answer" in found.stderr) == (1, True)
    assert "Traceback" not in found.stderr


def test_an_error_of_ours_is_no_matter_of_set_up() -> None:
    with pytest.raises(ProgrammingError), told_plainly(["metrics"]):
        raise ProgrammingError("a syntax error in our own SQL")
    with pytest.raises(OperationalError), told_plainly(["metrics", "--traceback"]):
        raise OperationalError("the whole story was asked for")
