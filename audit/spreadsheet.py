"""Keep text from becoming a formula when a spreadsheet opens it."""

from typing import TypeVar

Cell = TypeVar("Cell")

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def guarded(cell: Cell) -> Cell | str:
    """Return text that a spreadsheet shows as text; numbers stay numbers."""
    if cell == "%":  # a unit; no sign alone starts anything
        return cell
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_STARTS):
        return f"'{cell}"
    return cell
