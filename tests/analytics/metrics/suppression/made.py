"""Tables to attack: made of whole arrays, so that all their margins agree."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from analytics.metrics.suppression.cells import Cell, CountTable, Figure

NAMES = ("facility", "month", "code")


def table(
    counts: Sequence, *names: str, counted: str = "requests", margins: bool = True
) -> CountTable:
    """Return a table of an array, with every margin or with none."""
    array = np.array(counts)
    names = names or NAMES[: array.ndim]
    words = [
        [f"{name[0]}{i}" for i in range(n)] for name, n in zip(names, array.shape, strict=True)
    ]
    places = product(*([*range(n), *([None] if margins else [])] for n in array.shape))
    cells = {}
    for place in places:
        part = array[tuple(slice(None) if i is None else i for i in place)]
        named = tuple(None if i is None else words[axis][i] for axis, i in enumerate(place))
        cells[named] = int(part.sum())
    return CountTable(counted=counted, dimensions=tuple(names), cells=cells)


def share(name: str, numerator: Cell, n: Cell, counts: tuple[int, int]) -> Figure:
    """Return a percentage to one decimal."""
    return Figure(name=name, value=round(100 * counts[0] / counts[1], 1), n=n, parts=(numerator,))
