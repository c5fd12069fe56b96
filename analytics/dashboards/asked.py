"""What a browser may ask of Dash: a few addresses, and callbacks of one shape."""

from __future__ import annotations

import json
import re

from analytics.dashboards.layout import PARTS
from requests_app.refusals import DisclessError

SUITES, CALLBACK = "_dash-component-suites/", "_dash-update-component"
_PAGES = frozenset({"", "_dash-layout", "_dash-dependencies", CALLBACK})
# A package and a file in it: with less, or with bytes that are no text, Dash breaks.
_FILE = re.compile(rf"{SUITES}[\w@.-]+(?:/[\w@.-]+)+", re.ASCII)
_ADDRESS = ("address", "search")


class NotUnderstood(DisclessError):
    """A callback that no page of ours sends."""

    code = "bad_request"
    status = 400


def methods_of(path: str) -> tuple[str, ...]:
    """Return the methods that an address below the overview answers."""
    return ("POST",) if path == CALLBACK else ("GET", "HEAD")


def is_there(path: str) -> bool:
    """Say whether anything is at an address below the overview; Dash would show an empty page."""
    return path in _PAGES or bool(_FILE.fullmatch(path))


def search_of(body: bytes) -> tuple[str, str]:
    """Return which part a callback asks for, and the query string that it asks about."""
    try:
        said = json.loads(body)
        part = said["output"].removesuffix("-answer.data")
        (given,) = said["inputs"]
        place, search = (given["id"], given["property"]), given.get("value") or ""
        search.encode()  # a half of a surrogate pair has no place in an address
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        part, place, search = "", ("", ""), ""
    if part not in PARTS or place != _ADDRESS:
        raise NotUnderstood("The page asked for something unknown. Reload it.")
    return part, search.removeprefix("?")


def order_for(part: str, search: str) -> bytes:
    """Return the body that Dash is handed: ours, so that no word of the caller's can upset it."""
    name, word = _ADDRESS
    order = {
        "output": f"{part}-answer.data",
        "outputs": {"id": f"{part}-answer", "property": "data"},
        "inputs": [{"id": name, "property": word, "value": search and f"?{search}"}],
        "changedPropIds": [f"{name}.{word}"],
        "parsedChangedPropsIds": [f"{name}.{word}"],
    }
    return json.dumps(order).encode()
