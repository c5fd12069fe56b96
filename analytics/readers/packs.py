"""A pack as plain values for a row of JSON, and back: counts by their names, no row of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.metrics.suppression.cells import Cell, CountTable, Sum
from analytics.metrics.suppression.pack import Pack, Published, Why

Plain = dict[str, Any]


def as_plain(pack: Pack) -> Plain:
    """Return what the next pack has to be compared with."""
    # What a figure hangs on is a sum as well; the figure itself says no more than its counts do.
    hangs = [Sum(one.n, one.parts) for one in pack.hangs if one.parts]
    return {
        "threshold": pack.threshold,
        "tables": [_plain_table(one) for one in pack.tables],
        "sums": [_plain_sum(one) for one in dict.fromkeys((*pack.sums, *hangs))],
        "guesses": [_plain_sum(one) for one in pack.guesses],
        "cells": [[_plain_cell(at), one.value, one.why] for at, one in pack.cells.items()],
    }


def as_pack(plain: Mapping[str, Any]) -> Pack:
    """Return a pack that was kept, without its figures."""
    cells = {
        _cell(at): Published(value=value, why=Why(why) if why is not None else None)
        for at, value, why in plain["cells"]
    }
    return Pack(
        threshold=plain["threshold"],
        cells=cells,
        figures={},
        tables=tuple(map(_table, plain["tables"])),
        hangs=(),
        sums=tuple(_sums(plain["sums"])),
        guesses=tuple(_sums(plain["guesses"])),
    )


def _plain_cell(one: Cell) -> list[Any]:
    return [one.counted, [list(pair) for pair in one.where]]


def _cell(plain: list[Any]) -> Cell:
    counted, where = plain
    return Cell(counted, tuple((name, word) for name, word in where))


def _plain_sum(one: Sum) -> list[Any]:
    return [_plain_cell(cell) for cell in (one.whole, *one.parts)]


def _sums(plain: Iterable[list[Any]]) -> Iterable[Sum]:
    for whole, *parts in plain:
        yield Sum(_cell(whole), tuple(map(_cell, parts)))


def _plain_table(one: CountTable) -> Plain:
    return {
        "counted": one.counted,
        "dimensions": list(one.dimensions),
        "cells": [[list(place), count] for place, count in one.cells.items()],
        "published": one.published,
    }


def _table(plain: Mapping[str, Any]) -> CountTable:
    return CountTable(
        counted=plain["counted"],
        dimensions=tuple(plain["dimensions"]),
        cells={tuple(place): count for place, count in plain["cells"]},
        published=plain["published"],
    )
