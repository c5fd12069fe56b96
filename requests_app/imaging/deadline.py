"""How long one upload may be read, all its files together. No Django."""

import time

SECONDS = 900.0  # of wall time for one upload, or one look by `inspect`
SENTENCE = "Reading this upload took too long and was stopped. Send the rest in parts."


class TooSlow(Exception):
    """The time for an upload is over."""


class Deadline:
    """Counts down from when it is made."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, 0 when it is over."""
        return max(0.0, self.end - time.monotonic())

    def check(self) -> None:
        """Raise TooSlow when it is over."""
        if not self.left():
            raise TooSlow
