"""How deep property tests dig: a few examples with every change, many before a release."""

import os

_TIMES = int(os.environ.get("EXAMPLES", "1"))


def examples(few: int) -> int:
    """Return so many examples, times the number in EXAMPLES."""
    return few * _TIMES
