"""Keep secrets out of the log: the addresses of links, tracking pages and resets hold one."""

import logging
import re

_SECRET = re.compile(r"(/(?:s|track|account/password/reset/key)/)[^/\s?\"']+")


class WithoutSecrets(logging.Filter):
    """Replaces what opens a page by a dash, in the message and in its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without secrets."""
        record.msg = _without(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_without(word) for word in record.args)
        return True


def _without(word: object) -> object:
    return _SECRET.sub(r"\1-", word) if isinstance(word, str) else word
