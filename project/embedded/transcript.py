"""What the parts say: every line goes to a file below VAR/log, the terminal shows what matters."""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

from project.embedded.places import make_private

LARGEST, KEPT = 5 * 1024**2, 2  # bytes of a file, and older files beside it
TROUBLE = re.compile(r"\b(ERROR|CRITICAL|FATAL|PANIC|Traceback)\b")
USUAL: dict[str, re.Pattern[str]] = {
    "postgres": re.compile(
        r"\b(LOG|NOTICE): |database system is (starting up|shutting down)|administrator command"
    ),
    "valkey": re.compile(r"overcommit_memory"),
    "web": re.compile(r"^WARNING django\.request "),
}
"""Lines of each part that belong to an ordinary day: a start, a stop, a form with a gap."""


def is_worth_showing(name: str, line: str, *, stopping: bool) -> bool:
    """Say whether a line belongs on the terminal; while all stops only trouble does."""
    usual = USUAL.get(name)
    if usual is not None and usual.search(line):
        return False
    return not stopping or TROUBLE.search(line) is not None


class Transcript:
    """Writes the lines of the parts to VAR/log, one file for each part, bounded in size."""

    def __init__(self, var: Path) -> None:
        self.folder = var / "log"
        self._files: dict[str, RotatingFileHandler] = {}

    def keep(self, name: str, line: str) -> None:
        """Append a line with the time at which it was heard."""
        if name not in self._files:
            make_private(self.folder)
            file = RotatingFileHandler(
                self.folder / f"{name}.log", maxBytes=LARGEST, backupCount=KEPT
            )
            file.setFormatter(logging.Formatter("{asctime} {message}", style="{"))
            self._files[name] = file
        record = logging.LogRecord(name, logging.INFO, "", 0, line, None, None)
        self._files[name].handle(record)

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
