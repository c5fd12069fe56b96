"""The SLA compliance report: who was on time, by facility, who was late, and how it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from analytics.charts.marks import reading
from analytics.charts.slices import narrowed, say_word
from analytics.charts.words import count, day, moment, one, period, plural, span
from analytics.metrics.catalogue import BY_KEY, label_of
from analytics.metrics.compute import compute
from analytics.metrics.definition import METHOD_VERSION, Result
from analytics.metrics.question import Question, asking
from analytics.metrics.selection import Selection, option
from analytics.mirror.refresh import Snapshot
from analytics.reports.builders.tables import NUMBER, definitions, excluded, figures
from analytics.reports.document import (
    Bar,
    Cell,
    Column,
    Document,
    Intervals,
    Seal,
    Section,
    Table,
    Value,
)

KEYS = (
    "sla_compliance",
    "legal_sla_compliance",
    "turnaround_censored_median",
    "turnaround_censored_p90",
    "physical_media_share_out",
    "immediately_usable",
    "requests_received",
    "open_requests",
)
LATE_SHOWN = 500
_READINGS = {"below": "Below target", "met": "Above target", "unsure": "Cannot tell"}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a report is asked for."""

    source: str
    snapshot: Snapshot
    selection: Selection
    since: date
    until: date
    names: Mapping[str, str]
    seal: Seal | None
    zones: Mapping[str, str] = field(default_factory=dict)
    """The zone of each facility whose days are not those of the selection."""
    is_demonstration: bool = False
    organization: str = ""
    owner: str = ""
    """The slug of whose log it is: other organizations may hold one of the same name."""
    imported: datetime | None = None
    """When the log was imported; None for live work."""


def build(order: Order) -> Document:
    """Return the report of an order."""
    mirror, selection = order.snapshot.mirror, order.selection
    now = compute(mirror, selection, KEYS, by="facility")
    earlier = selection.before()
    before = compute(mirror, earlier, KEYS) if earlier else {}
    sla = now["sla_compliance"]
    as_of = datetime.fromtimestamp(mirror.log.as_of, UTC)
    with asking(mirror, selection) as ask:
        late, late_total = _late(ask, order)
    is_live = order.source == "live"
    return Document(
        name="sla_compliance",
        title=f"SLA compliance: {period(order.since, order.until)}",
        subtitle=_subtitle(order, as_of),
        sections=(
            Section(heading="In short", paragraphs=(_in_short(sla, before, order),)),
            Section(heading="Figures", table=figures(now, before, is_live=is_live)),
            _by_facility(sla, order),
            Section(heading="What was left out", table=excluded(now, is_live=is_live)),
            Section(heading="How it was counted", table=definitions(now, is_live=is_live)),
            _late_section(late, late_total, _deadline(order)),
        ),
        facts=_facts(order, as_of),
        reproduce=_reproduce(order, as_of),
        seal=order.seal,
        is_demonstration=order.is_demonstration,
        figures=_flat(now),
    )


def _facts(order: Order, as_of: datetime) -> tuple[tuple[str, str], ...]:
    selection, log = order.selection, order.snapshot.mirror.log
    named = [order.names.get(one, one) for one in selection.facilities or ()]
    chosen = "all of the source" if selection.facilities is None else ", ".join(named) or "none"
    return (
        ("Organization", order.organization or "not named"),
        ("Source", _source(order)),
        ("Period", f"received {period(order.since, order.until)}, both days included"),
        ("Days drawn in", selection.zone),
        ("Facilities", chosen),
        ("Asked by", say_word("requester_type", selection.requester_type or "anyone")),
        ("Filters", "; ".join(narrowed(selection, order.names)) or "none"),
        ("As of", moment(as_of)),
        ("Times are exact to the", log.granularity),
        ("Method version", METHOD_VERSION),
        ("State of the data", _state(order)),
        ("Data hash (SHA-256)", order.snapshot.content or "not published"),
    )


def _state(order: Order) -> str:
    """Say how far the data had come when it was read, and what tells it from any other."""
    mark = order.snapshot.watermark
    what = mark if " " in mark else f"transactions {mark} of the database"
    if order.source != "live":  # the mark of a log is a folder of no meaning to a reader
        when = f" as imported {moment(order.imported)}" if order.imported else ""
        what = f"log {order.source}{when}"
    return f"{what}; told from any other by its hash, which the command reproduce compares"


def _source(order: Order) -> str:
    said = "live work" if order.source == "live" else f"imported log {order.source}"
    return f"{said}: made up, for demonstration" if order.is_demonstration else said


def _subtitle(order: Order, as_of: datetime) -> str:
    local = as_of.astimezone(ZoneInfo(order.selection.zone))
    facilities = order.selection.facilities
    n = len(facilities) if facilities is not None else len(order.names)
    places = plural(n, "facility", "facilities") if n else "no facility"
    when = f"{local:%a}, {day(local.date(), year=True)}, {local:%H:%M %Z}"
    log = "" if order.source == "live" else f"imported log {order.source}"
    head = [part for part in (order.organization, log) if part]
    cut = [f"only {one}" for one in _cut(order)]
    return " · ".join([*head, places, *cut, f"as of {when}", f"method {METHOD_VERSION}"])


def _cut(order: Order) -> tuple[str, ...]:
    """Say what was left in beside facilities and days: of everything else the report is silent."""
    asked = order.selection.requester_type
    who = (f"asked by: {say_word('requester_type', asked)}",) if asked else ()
    return (*who, *narrowed(order.selection, order.names))


def _reproduce(order: Order, as_of: datetime) -> str:
    at = [f"--as-of {as_of.isoformat()}"]
    if order.source != "live":
        owner = [option("organization", order.owner)] if order.owner else []
        at = [option("source", order.source), *owner]
    command = ".venv/bin/python manage.py report sla_compliance"
    return " ".join([command, order.selection.words(), *at])


def _deadline(order: Order) -> str:
    """Say whose deadline is met or missed: a log has its own, and no contract."""
    return "the contract" if order.source == "live" else "the log's own deadline"


def _in_short(sla: Result, before: Mapping[str, Result], order: Order) -> str:
    names, deadline = order.names, _deadline(order)
    if sla.value is None or sla.low is None or sla.high is None:
        return f"Whether {deadline} was met cannot be stated: {sla.why or 'no request came due'}."
    target = BY_KEY[sla.key].target or 95.0
    side = {"below": "below", "met": "above", "unsure": "not clearly apart from"}
    was = before.get(sla.key)
    share = f"{one(sla.value)}% of matured requests met {deadline}"
    sure = f"({span(sla.low, sla.high)}; n = {count(sla.n)})"
    stands = side[reading(int(sla.numerator or 0), sla.n, target)]
    words = [f"{share} {sure}, {stands} the {target:g}% target."]
    below = [
        names.get(group.group, group.group)
        for group in sla.by
        if reading(int(group.numerator or 0), group.n, target) == "below"
    ]
    if below:
        words.append(
            f"{' and '.join(below[:3])} {'is' if len(below) == 1 else 'are'} clearly below it."
        )
    if was is not None and was.value is not None:
        words.append(f"In the period before it was {one(was.value)}% (n = {count(was.n)}).")
    return " ".join(words)


def _by_facility(sla: Result, order: Order) -> Section:
    names, label = order.names, label_of(sla.key, is_live=order.source == "live")
    target = BY_KEY[sla.key].target or 95.0
    groups = sorted(sla.by, key=lambda group: group.value or 0)
    rows, bars = [], []
    for group in groups:
        if group.value is None or group.low is None or group.high is None:
            continue
        name = names.get(group.group, group.group)
        stands = _READINGS[reading(int(group.numerator or 0), group.n, target)]
        rows.append(
            (name, group.value, span(group.low, group.high), group.numerator, group.n, stands)
        )
        bars.append(Bar(label=name, value=group.value, low=group.low, high=group.high))
    columns = (
        Column(heading="Facility"),
        Column(heading="Met", is_number=True, digits=1, unit="%"),
        Column(heading="95% interval"),
        Column(heading="In time", is_number=True),
        NUMBER,
        Column(heading="Reading"),
    )
    caption = f"{label} by facility, target {target:g}%"
    return Section(
        heading="SLA by facility",
        table=Table(name="By facility", caption=caption, columns=columns, rows=tuple(rows)),
        chart=Intervals(caption=caption, bars=tuple(bars), target=target) if bars else None,
    )


def _late(ask: Question, order: Order) -> tuple[list[tuple[Cell, ...]], int]:
    """Return late matured requests by number only, the longest first, and how many there are."""
    metric = BY_KEY["sla_compliance"]
    rows = ask.rows(
        "SELECT coalesce(number, request_id), facility, contract_due, contract_stop, "
        "(coalesce(contract_stop, $as_of) - contract_due) / 86400e0 AS over "
        f"FROM cases WHERE $selection AND ({metric.where}) AND NOT ({metric.counts}) "
        "ORDER BY over DESC, request_id"
    )
    shown: list[tuple[Cell, ...]] = []
    for number, facility, due, stop, over in rows[:LATE_SHOWN]:
        # A due date is a day of its facility: elsewhere its midnight may fall into another day.
        zone = ZoneInfo(order.zones.get(facility, ask.selection.zone))
        was_due = datetime.fromtimestamp(due - 1, zone).date()
        released = datetime.fromtimestamp(stop, zone).date() if stop else "still open"
        shown.append((number, order.names.get(facility, facility), was_due, released, over))
    return shown, len(rows)


def _late_section(rows: list[tuple[Cell, ...]], total: int, deadline: str) -> Section:
    words = f"{plural(total, 'matured request')} missed {deadline}."
    if total > len(rows):
        words += f" The {len(rows)} longest are listed; the list behind the figure has them all."
    columns = (
        Column(heading="Request"),
        Column(heading="Facility"),
        Column(heading="Was due"),
        Column(heading="Released"),
        Column(heading="Calendar days over", is_number=True, digits=1),
    )
    table = Table(
        name="Late", caption="Late requests, by number only", columns=columns, rows=tuple(rows)
    )
    return Section(heading="Late requests", paragraphs=(words,), table=table if rows else None)


def _flat(now: Mapping[str, Result]) -> dict[str, Value]:
    """Return every number by name, as the files' machine-readable part."""
    names = ("value", "numerator", "denominator", "n", "low", "high")
    return {f"{key}.{name}": getattr(result, name) for key, result in now.items() for name in names}
