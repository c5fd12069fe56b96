"""Keep out of the log what opens a page (links, trackings, resets, access keys) and what was typed.

Keep it short too: a closed door is a line.
"""

import logging
import re

from django.core.exceptions import PermissionDenied

_SECRET = re.compile(r"(/(?:s|track|account/password/reset/key)/)[^/\s?\"']+")
_KEY = re.compile(r"discless_[\w-]{43}", re.ASCII)


class WithoutSecrets(logging.Filter):
    """Replaces what opens a page by a dash, in the message and in its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without secrets."""
        record.msg = _without(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_without(word) for word in record.args)
        return True


class WithoutTypedAddresses(logging.Filter):
    """Replaces the address of a request by the pattern of ours that it met, or by a dash.

    What somebody typed may be a name, and a page that is not there would write it down.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without what was typed."""
        path = getattr(getattr(record, "request", None), "path", None)
        if path is not None and isinstance(record.args, tuple):
            match = getattr(record.request, "resolver_match", None)  # type: ignore[attr-defined]
            ours = f"/{match.route}" if match is not None else "-"
            # Django escapes what it hands to the logger.
            typed = (path, path.encode("unicode_escape").decode("ascii"))
            record.args = tuple(ours if word in typed else word for word in record.args)
        return True


class WithoutClosedDoors(logging.Filter):
    """Leaves a closed door one line: that somebody may not pass is no fault to trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without the traceback of a refusal."""
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = record.exc_text = None
        return True


def _without(word: object) -> object:
    return _KEY.sub("-", _SECRET.sub(r"\1-", word)) if isinstance(word, str) else word
