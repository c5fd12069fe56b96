"""What a file must carry so that its figures can be counted again: one word, in every format.

Text in CSV, a property of the document in XLSX, DOCX and PDF. A JSON file of measures says the
same in the open.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.metrics.definition import METHOD_VERSION
from analytics.metrics.selection import Selection
from analytics.metrics.slices import SLICES
from analytics.mirror.published import Snapshot
from requests_app.refusals import DisclessError

Figure = str | int | float | None
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
_WORD = re.compile(rb"discless-stamp-1:([A-Za-z0-9_=-]{20,100000})")
_MOST = 1 << 20  # bytes of a stamp, unpacked
_NUMBERS = ("value", "numerator", "denominator", "n", "low", "high")


class Unstamped(DisclessError):
    """A file that says not from what it was counted."""

    code = "unstamped"
    status = 400


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """The data, the selection and the figures of a file. `as_of` is in seconds since 1970.

    `report` is the name of a report, or nothing for measures that were asked for by `keys` and
    grouped `by`.
    """

    source: str
    watermark: str
    content: str
    as_of: int
    selection: Selection
    figures: Mapping[str, Figure]
    report: str = ""
    keys: tuple[str, ...] = ()
    by: str | None = None
    method: str = METHOD_VERSION
    is_published: bool = False
    """Whether it hides small counts: then only the figures that it shows may be looked at."""


def stamp_of(
    report: str,
    source: str,
    snapshot: Snapshot,
    selection: Selection,
    figures: Mapping[str, Figure],
) -> Stamp:
    """Return the stamp of a report."""
    return Stamp(
        report=report,
        source=source,
        watermark=snapshot.watermark,
        content=snapshot.content,
        as_of=snapshot.mirror.log.as_of,
        selection=selection,
        figures=figures,
    )


def written(stamp: Stamp) -> str:
    """Return a stamp as one word."""
    plain = json.dumps(asdict(stamp), default=str, separators=(",", ":"))
    return f"discless-stamp-1:{base64.urlsafe_b64encode(zlib.compress(plain.encode(), 9)).decode()}"


def read_stamp(content: bytes) -> Stamp:
    """Return the stamp of a file of any format; Unstamped where it has none."""
    try:
        return _from_json(content) if content.lstrip()[:1] == b"{" else _from_word(content)
    except (*_MALFORMED, zlib.error, binascii.Error) as error:
        raise Unstamped(
            "This file does not say from what it was counted. Give a report that Discless wrote "
            "(PDF, XLSX, DOCX or CSV), or what `metrics --json` printed."
        ) from error


def _from_word(content: bytes) -> Stamp:
    for text in _texts(content):
        if (found := _WORD.search(text)) is not None:
            unpacked = zlib.decompressobj().decompress(
                base64.urlsafe_b64decode(found.group(1)), _MOST
            )
            said = json.loads(unpacked)
            chosen = _selection(said.pop("selection"))
            return Stamp(**said | {"selection": chosen, "keys": tuple(said["keys"])})
    raise ValueError("no stamp")


def _texts(content: bytes) -> Iterator[bytes]:
    if not content.startswith(b"PK"):
        yield content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book, book.open("docProps/core.xml") as part:
            yield part.read(_MOST)
    except zipfile.BadZipFile as error:
        raise ValueError("no office document") from error


def _selection(said: Mapping[str, Any]) -> Selection:
    days = {name: said[name] and date.fromisoformat(said[name]) for name in ("since", "until")}
    places = said["facilities"]
    slices = tuple((name, tuple(words)) for name, words in said["slices"])
    facilities = tuple(places) if places is not None else None
    chosen = Selection(**{**said, **days, "facilities": facilities, "slices": slices})
    _check_words(chosen)
    return chosen


def _check_words(chosen: Selection) -> None:
    """Refuse a selection that no call could have asked for."""
    words: list[object] = [*(chosen.facilities or ())]
    words += [word for _, listed in chosen.slices for word in listed]
    words += [one for one in (chosen.direction, chosen.requester_type) if one is not None]
    if not all(isinstance(word, str) for word in words):
        raise TypeError("a filter that is no word")
    if strange := {name for name, _ in chosen.slices} - {*SLICES}:
        raise ValueError(f"there is no slice {min(strange)}")
    ZoneInfo(chosen.zone)


def _slices(said: list[str]) -> list[tuple[str, list[str]]]:
    """Return words by slice from options such as modality=CT."""
    found: dict[str, list[str]] = {}
    for one in said:
        name, word = one.split("=", 1)
        found.setdefault(name, []).append(word)
    return list(found.items())


def _from_json(content: bytes) -> Stamp:
    said = json.loads(content)
    filters, period = said["filters"], said["period"]
    chosen = {
        "facilities": filters["facility"],
        "direction": filters["direction"],
        "requester_type": filters["asked"],
        "since": period["from"],
        "until": period["to"],
        "zone": period["zone"],
        "slices": _slices(filters["slice"] or []),
    }
    figures, is_published = figures_of(said["metrics"]), "compared" in said
    if is_published:
        figures = {name: figure for name, figure in figures.items() if figure is not None}
    return Stamp(
        source=said["source"],
        watermark=said["snapshot"]["watermark"],
        content=said["snapshot"]["content"],
        as_of=int(datetime.fromisoformat(said["as_of"]).timestamp()),
        selection=_selection(chosen),
        figures=figures,
        is_published=is_published,
        keys=tuple(one["key"] for one in said["metrics"]),
        by=filters["by"],
        method=said["method"],
    )


def figures_of(metrics: list[dict[str, Any]]) -> dict[str, Figure]:
    """Return every number of results, by name."""
    found: dict[str, Figure] = {}
    for one in metrics:
        found |= {f"{one['key']}.{name}": one[name] for name in _NUMBERS}
        found |= {f"{one['key']}, left out: {why}": n for why, n in one["excluded"].items()}
        for group in (*one["by"], *one.get("within", ())):
            holder = f" within {group['within']}" if group.get("within") is not None else ""
            name = f"{one['key']} of {group['group']}{holder}"
            found |= {f"{name}.{part}": group[part] for part in _NUMBERS if part in group}
    return found
