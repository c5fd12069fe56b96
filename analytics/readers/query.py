"""What the address asks for: the overview's filters, read and written; bad values get a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import parse_qs, urlencode

from analytics.metrics.slices import Slices, no_slice, read_slices, written
from analytics.sources.opening import LIVE
from requests_app.vocabulary import RequesterType

CLOCKS: dict[str, tuple[str, str]] = {
    "contract": ("sla_compliance", "Contract, 5 business days"),
    "legal": ("legal_sla_compliance", "Patient access, 30 days"),
}
LOG_CLOCKS: dict[str, tuple[str, str]] = {"contract": ("sla_compliance", "The log's own deadline")}
"""An imported log names no right by which somebody asked: it has its deadlines, and no legal clock."""
COMPARISONS = ("before", "none")
LONGEST = 8000  # characters of an address: a web server refuses longer ones
EARLIEST, LATEST = date(1950, 1, 1), date(2100, 1, 1)
Problems = list[tuple[str, str]]
"""Words of an address that were not understood, each with what is said of it."""
_KNOWN = frozenset({"from", "to", "facility", "source", "clock", "compare", "asked", "slice"})


@dataclass(frozen=True, kw_only=True)
class Query:
    """The filters of one view; `problems` say which of the asked ones were not understood.

    `unread` are the words of the address that those problems are about. `kept` are words of the
    page's own that its filters leave as they are.
    """

    since: date | None = None
    until: date | None = None
    facilities: tuple[str, ...] = ()
    source: str = LIVE
    clock: str = "contract"
    compare: str = "before"
    asked: str = ""
    slices: Slices = ()
    problems: tuple[str, ...] = field(default=(), compare=False)
    unread: tuple[str, ...] = field(default=(), compare=False)
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def is_live(self) -> bool:
        """True for live work, false for an imported log."""
        return self.source == LIVE

    @property
    def clocks(self) -> dict[str, tuple[str, str]]:
        """The clocks to choose from: each a measure and its words."""
        return CLOCKS if self.is_live else LOG_CLOCKS

    @property
    def date(self) -> str:
        """What the forecast is about, in words: a log has no contract but its own deadlines."""
        return "the contract date" if self.is_live else "the log's own deadline"

    @property
    def sla_key(self) -> str:
        """The measure of the chosen clock."""
        return self.clocks[self.clock][0]

    @property
    def said(self) -> tuple[str, ...]:
        """The slices as the address writes them."""
        return written(self.slices)

    @property
    def is_narrowed(self) -> bool:
        """Whether more than facilities and days is chosen."""
        return bool(self.asked or self.slices)

    def cut(self, name: str, word: str) -> Slices:
        """Return the slices with one of them set to one word."""
        return (*(one for one in self.slices if one[0] != name), (name, (word,)))

    def without(self, name: str, word: str) -> str:
        """Return the query string of this view without one word of a slice."""
        left = [one for one in self.said if one != f"{name}={word}"]
        return self.address(slices=read_slices(left)[0])

    def address(self, **changes: object) -> str:
        """Return the query string of this view with changes."""
        new = replace(self, **changes)  # type: ignore[arg-type]
        pairs: list[tuple[str, str]] = [("facility", one) for one in new.facilities]
        days = {"from": new.since, "to": new.until}
        pairs += [(name, day.isoformat()) for name, day in days.items() if day]
        plain = Query()
        for name in ("source", "clock", "compare", "asked"):
            if getattr(new, name) != getattr(plain, name):
                pairs.append((name, getattr(new, name)))
        pairs += [("slice", one) for one in new.said]
        pairs += new.kept
        return "?" + urlencode(pairs) if pairs else "?"


def read(
    search: str,
    *,
    also: frozenset[str] = frozenset(),
    keep: frozenset[str] = frozenset(),
    place: str = "page",
) -> Query:
    """Read a query string; what is not understood is left at its default and named.

    `also` are words of the page that are not filters, `keep` those of them that go with its filters;
    `place` is what the reader takes it for.
    """
    if len(search) > LONGEST:
        return _unread("The address is too long; none of its filters was used.")
    try:
        given = parse_qs(search.lstrip("?"), max_num_fields=250)
    except ValueError:
        return _unread("The address holds too many filters; none was used.")
    problems = list(_strange(given, _KNOWN | also | keep, place))
    since, until = _days(given, problems)
    asked = _word(given, "asked", "", ("", *(kind.value for kind in RequesterType)), problems)
    # A field of a form that was left alone comes as a blank word.
    slices, strange = read_slices(one for one in given.get("slice", []) if one)
    problems += [("slice", no_slice(one)) for one in strange[:1]]
    source = _source(given, problems)
    clocks = tuple(Query(source=source).clocks)
    return Query(
        since=since,
        until=until,
        facilities=tuple(dict.fromkeys(one for one in given.get("facility", []) if one)),
        source=source,
        clock=_word(given, "clock", "contract", clocks, problems),
        compare=_word(given, "compare", "before", COMPARISONS, problems),
        asked=asked,
        slices=slices,
        problems=tuple(sentence for _, sentence in problems if sentence),
        unread=tuple(dict.fromkeys(name for name, _ in problems)),
        kept=tuple((name, word) for name, words in given.items() if name in keep for word in words),
    )


def _strange(given: Iterable[str], known: frozenset[str], place: str) -> Iterator[tuple[str, str]]:
    """Yield the words that are no filters of a place, each with what is said of it."""
    for name in given:
        if name not in known:
            yield name, f"{name[:40]!r} is not a filter of this {place}."


def _unread(why: str) -> Query:
    """Return the usual view of an address that was not read."""
    return Query(problems=(why,), unread=("address",))


def usual_period(as_of: date, first: date | None = None) -> tuple[date, date]:
    """Return the 13 whole weeks before the week of a day.

    Where the first request came in this week, whole weeks hold none: from its day to that very day.
    """
    sunday = as_of - timedelta(days=as_of.weekday() + 1)
    if first is not None and first > sunday:
        return min(first, as_of), as_of
    return sunday - timedelta(days=90), sunday


def _source(given: dict[str, list[str]], problems: Problems) -> str:
    said = given.get("source", [LIVE])[-1]
    source = said[:60].replace("\x00", "") or LIVE
    if said and source != said:
        why = "The name of the source is too long, or holds a sign that no name has."
        problems.append(("source", why))
    return source


def _days(given: dict[str, list[str]], problems: Problems) -> tuple[date | None, date | None]:
    since, until = _day(given, "from", problems), _day(given, "to", problems)
    if since and until and until < since:
        said = "The period ends before it begins, so the usual period is shown."
        problems += [("from", said), ("to", "")]
        return None, None
    return since, until


def _day(given: dict[str, list[str]], name: str, problems: Problems) -> date | None:
    text = given.get(name, [""])[-1]
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        why = f"{text[:40]!r} is not a day such as 2026-11-24, so the usual one is used."
        problems.append((name, why))
        return None
    if not EARLIEST <= day <= LATEST:
        why = f"{text} is out of reach; choose a day from {EARLIEST.year} to {LATEST.year}."
        problems.append((name, why))
        return None
    return day


def _word(
    given: dict[str, list[str]], name: str, usual: str, known: tuple[str, ...], problems: Problems
) -> str:
    word = given.get(name, [usual])[-1]
    if word in known:
        return word
    problems.append((name, f"{word[:40]!r} is not one of {', '.join(filter(None, known))}."))
    return usual
