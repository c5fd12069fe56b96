"""A command that needs the database finds it running; one that does not starts nothing."""

import pytest

from project.embedded.session import needs_database

COUNT = ("due", "--rule=contract", "--from=2026-03-02")


@pytest.mark.parametrize("option", [("--facility", "x"), ("--facility=x",), ("--fac", "x")])
def test_a_due_date_of_a_facility_needs_the_database(option: tuple[str, ...]) -> None:
    assert needs_database((*COUNT, *option))


@pytest.mark.parametrize("command", [COUNT, ("due", "--from", "x"), (), ("help",), ("up",)])
def test_a_command_without_rows_needs_no_database(command: tuple[str, ...]) -> None:
    assert not needs_database(command)


def test_a_command_about_figures_needs_the_database() -> None:
    assert needs_database(("metrics",))
