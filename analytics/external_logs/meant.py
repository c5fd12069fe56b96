"""Words of a log as a mapping means them; those of channels are read later, beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pyarrow as pa

from analytics.external_logs.raw import each_word


def as_meant(rows: pa.Table, values: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """Return rows with the words that `values` gives, by field, for those written."""
    for field, own in values.items():
        if field != "channel" and field in rows.column_names:
            meant = each_word(rows[field], partial(_meaning, own), pa.string())
            rows = rows.set_column(rows.column_names.index(field), field, meant)
    return rows


def _meaning(own: Mapping[str, str], word: str) -> str:
    return own.get(word, word)
