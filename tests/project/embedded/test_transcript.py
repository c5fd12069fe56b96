"""An ordinary day leaves the terminal alone; trouble is shown, and the file has every line."""

from pathlib import Path

import pytest

from project.embedded.transcript import Transcript, is_worth_showing


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("postgres", "2026-11-25 17:00:00 UTC [7] LOG:  starting PostgreSQL 17"),
        ("postgres", "2026-11-25 17:00:00 UTC [7] FATAL:  the database system is starting up"),
        ("postgres", "FATAL:  terminating connection due to administrator command"),
        ("valkey", "7:M 25 Nov # WARNING Memory overcommit_memory is set to 0!"),
        ("web", "WARNING django.request Unprocessable Entity: /ask/"),
    ],
)
def test_lines_of_an_ordinary_day_are_not_shown(name: str, line: str) -> None:
    assert not is_worth_showing(name, line, stopping=False)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("postgres", '2026-11-25 17:00:00 UTC [7] FATAL:  role "x" does not exist'),
        ("postgres", "2026-11-25 17:00:00 UTC [7] PANIC:  could not write to the disk"),
        ("valkey", "7:M 25 Nov # Can't open the append-only file"),
        ("web", "ERROR django.request Internal Server Error: /ask/"),
        ("worker", "Traceback (most recent call last):"),
    ],
)
def test_trouble_is_shown(name: str, line: str) -> None:
    assert is_worth_showing(name, line, stopping=False)


def test_while_all_stops_only_trouble_is_shown() -> None:
    assert is_worth_showing("worker", "worker: Warm shutdown (MainProcess)", stopping=False)
    assert not is_worth_showing("worker", "worker: Warm shutdown (MainProcess)", stopping=True)
    assert is_worth_showing("worker", "[ERROR/MainProcess] lost", stopping=True)


def test_every_line_is_in_the_file_of_its_part(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path)
    for name, line in (("web", "one 100 %"), ("worker", "two"), ("web", "three")):
        transcript.keep(name, line)
    transcript.close()
    web = (tmp_path / "log" / "web.log").read_text().splitlines()
    assert [line.split(" ", 2)[2] for line in web] == ["one 100 %", "three"]
    assert (tmp_path / "log" / "worker.log").read_text().endswith("two\n")
    assert (tmp_path / "log").stat().st_mode & 0o077 == 0
