"""Rows whose cells may end elsewhere: text stands behind the mark that closes one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from analytics.external_logs.formats.csv_dialect import Dialect

CROOKED = "a quotation mark stands within a cell, so that its cells can be read in two ways"


class Doubtful(list[str]):
    """The cells of a row that can be read in two ways: fit to name columns, and for nothing else."""


@dataclass(frozen=True, kw_only=True)
class _Patterns:
    """A mark that opens, a quoted cell that closes, or does at a later mark, any cell, and a row."""

    opens: re.Pattern[str]
    quoted: re.Pattern[str]
    opened: re.Pattern[str]
    plain: re.Pattern[str]
    row: re.Pattern[str]


def is_crooked(lines: Sequence[str], cells: Sequence[str], dialect: Dialect) -> bool:
    """Say whether the cells of a record were cut at a guess, since a mark is out of place in it.

    Text behind a closing mark breaks RFC 4180 (section 2): the mark that opened may have been a
    stray, or the one that closed a letter. Another reading counts where it cuts elsewhere, and is
    as wide as the file, or the record as read is not, or by the other a mark is left over that
    closes a cell which none opened: "5" film is one cell by all of them.
    """
    if not has_text_behind(lines, dialect):
        return False
    text = _text_of(lines, dialect)
    own, is_wide = _bare(cells, dialect), len(cells) == dialect.width
    apart, joined = (_cut(text, dialect, is_letter) for is_letter in (True, False))
    return any(
        _bare(one, dialect) != own
        and (not is_wide or len(one) == dialect.width or _has_close(other, dialect))
        for one, other in ((apart, joined), (joined, apart))
    )


def has_text_behind(lines: Sequence[str], dialect: Dialect) -> bool:
    """Say whether anything but blanks follows a mark that closes a cell of a record."""
    text = _text_of(lines, dialect)
    return dialect.quote in text and _patterns(dialect).row.fullmatch(text) is None


def _text_of(lines: Sequence[str], dialect: Dialect) -> str:
    text = (lines[0] if len(lines) == 1 else "".join(lines)).rstrip("\r\n")
    return text.replace(f"{dialect.escape}{dialect.quote}", "  ") if dialect.escape else text


def _cut(text: str, dialect: Dialect, is_letter: bool) -> list[str]:
    """Return cells where a mark that opens one wrongly is a letter, or closes at a later mark."""
    ways, cells, at = _patterns(dialect), list[str](), 0
    while True:
        found = ways.quoted.match(text, at)
        if found is None and not is_letter and ways.opens.match(text, at):
            found = ways.opened.match(text, at)
            is_letter = found is None  # what closes no cell here closes none further down
        found = found or ways.plain.match(text, at)
        assert found is not None
        cells.append(found[0])
        if found.end() == len(text):
            return cells
        at = found.end() + 1


def _has_close(cells: Iterable[str], dialect: Dialect) -> bool:
    """Say whether a cell ends in a mark and begins without one."""
    texts = map(str.strip, cells)
    return any(one.endswith(dialect.quote) and not one.startswith(dialect.quote) for one in texts)


def _bare(cells: Iterable[str], dialect: Dialect) -> list[str]:
    """Return cells without marks, their escapes and blanks: what is left is cut alike or is not."""
    return [re.sub(rf"[{re.escape(dialect.quote)}\\\s]", "", cell) for cell in cells]


@cache
def _patterns(dialect: Dialect) -> _Patterns:
    """Blanks around the marks of a cell are let pass, and marks within an unquoted one."""
    mark, apart = re.escape(dialect.quote), re.escape(dialect.delimiter)
    ends = rf" *+(?={apart}|\Z)"
    quoted = f" *+{mark}[^{mark}]*+(?:{mark}{mark}[^{mark}]*+)*+{mark}{ends}"
    cell = f"(?:{quoted}|(?! *+{mark})[^{apart}]*+)"
    return _Patterns(
        opens=re.compile(f" *+{mark}"),
        quoted=re.compile(quoted),
        opened=re.compile(f" *+{mark}.*?{mark}{ends}", re.DOTALL),
        plain=re.compile(f"[^{apart}]*+"),
        row=re.compile(f"{cell}(?:{apart}{cell})*+"),
    )
