"""Keep text from becoming a formula when a spreadsheet opens it."""

from analytics.reports.document import Value

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def guarded(value: Value) -> Value:
    """Return text that a spreadsheet shows as text; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_STARTS):
        return f"'{value}"
    return value
