"""What a call asks for; what is not understood is refused, not left at its default."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rest_framework.request import Request

from analytics.metrics.catalogue import BY_KEY
from analytics.metrics.lacking import why_not_cut
from analytics.metrics.slices import GROUPINGS
from analytics.readers.heard import no_word
from analytics.readers.query import read
from analytics.readers.view import View, demand_reader, open_view
from requests_app.refusals import DisclessError

OWN = frozenset({"format"})
"""The word of every door here in an address, beside the filters of the pages."""
OF_MEASURES = frozenset({"key", "by", "compare"})
OF_PAGES = frozenset({"limit", "offset"})
"""Words of one door alone."""
_OF_SCREENS = frozenset({"clock", "compare"})
"""Words of the pages that change nothing here, but where a door takes them."""
SEVERAL = frozenset({"key", "slice", "facility", "without"})
"""Words that may stand in an address more than once."""


class NotUnderstood(DisclessError):
    """A question with a word that this door does not know."""

    code = "not_understood"
    status = 422

    def __init__(self, sentence: str, *words: str, mistyped: bool = False) -> None:
        super().__init__(sentence)
        self.words = words
        """The words of the address that were refused."""
        self.mistyped = mistyped
        """Whether how they were written was wrong, so that nothing was looked for."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A view within the reader's scope, the measures wanted, and how they are grouped."""

    view: View
    keys: tuple[str, ...]
    by: str | None


def asked_of(request: Request, at: datetime, *, also: frozenset[str] = frozenset()) -> Asked:
    """Read the address; NotUnderstood names the first word that the door does not know."""
    user: Any = request.user
    demand_reader(user)
    _check_said(request)
    if strange := sorted(_OF_SCREENS.intersection(request.query_params) - also):
        raise NotUnderstood(f"{strange[0]!r} means nothing here. Leave it out.", *strange)
    query = read(
        str(request.META.get("QUERY_STRING", "")),
        also=OWN,
        keep=also - _OF_SCREENS,
        place="address",
    )
    if query.problems:
        # A page goes on with what is usual, and says so; here nothing goes on.
        said = query.problems[0].split(", so ")[0].rstrip(".") + "."
        raise NotUnderstood(said, *query.unread, mistyped=True)
    keys = tuple(dict.fromkeys(request.query_params.getlist("key")))
    if unknown := [key for key in keys if key not in BY_KEY]:
        raise NotUnderstood(
            f"There is no measure {unknown[0][:60]!r}. /api/analytics/definitions/ lists them.",
            "key",
        )
    by = request.query_params.get("by")
    if by is not None and by not in GROUPINGS:
        raise NotUnderstood(f"{by[:60]!r} groups nothing. Known: {', '.join(GROUPINGS)}.", "by")
    view = open_view(user, replace(query, slices=()), at)
    if view.problems:
        raise NotUnderstood(view.problems[0], *view.ignored)
    if (why := no_word(view.snapshot.mirror, view.whole, query.slices)) is not None:
        raise NotUnderstood(why, "slice")
    # What the source cannot be cut by is refused, or said by each figure; it is never left out.
    chosen = replace(view.selection, slices=query.slices)
    return Asked(
        view=replace(view, query=query, selection=chosen), keys=keys or tuple(BY_KEY), by=by
    )


def check_cut(asked: Asked) -> None:
    """Refuse a slice that the source has no word for: rows have no place for a reason."""
    view = asked.view
    if (why := why_not_cut(view.snapshot.mirror.log.missing, view.selection)) is not None:
        raise NotUnderstood(f"The source {why}.", "slice" if view.query.slices else "asked")


def check_no_words(request: Request) -> None:
    """Refuse every word but `format=json`, for a door that has one answer in one form."""
    _check_said(request)
    for name, word in request.query_params.items():
        if name != "format":
            raise NotUnderstood(f"{name[:40]!r} means nothing here. Leave it out.", name)
        if word != "json":
            raise NotUnderstood(
                f"There is no form {word[:40]!r} of this answer: it is JSON alone.", name
            )


def _check_said(request: Request) -> None:
    """Refuse a blank word, which would choose everything, and one that is said twice."""
    for name, words in request.query_params.lists():
        if not all(words) and name != "slice":  # a form of filters has a blank choice
            why = f"{name[:40]!r} is blank. Leave it out to choose all of it."
            raise NotUnderstood(why, name, mistyped=True)
        if len(words) > 1 and name not in SEVERAL:
            why = f"{name[:40]!r} stands in the address more than once."
            raise NotUnderstood(why, name, mistyped=True)


def whole_number(request: Request, name: str, usual: int, most: int) -> int:
    """Return a whole number of the address from 0 to the most allowed."""
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not text.isdecimal() or len(text) > 12 or int(text) > most:
        raise NotUnderstood(f"{name} must be a whole number up to {most}.", name)
    return int(text)
