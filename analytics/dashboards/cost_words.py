"""The cost of discs in words: the finding, four cards, parts, what the saving hangs on, what counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from analytics.charts.money import dollar_span, dollars
from analytics.charts.tornado import Bar, bars
from analytics.charts.words import WIDER, count, fewer, plural, sample, span, too_few
from analytics.costs.answer import Costs
from analytics.costs.asked import SWINGS_BY, in_three_figures, written
from analytics.costs.assumptions import DECLARED, Of
from analytics.costs.moved import DISCS, MOVE, Swing, label_of
from analytics.costs.volume import Volume
from analytics.dashboards import links
from analytics.readers.query import Query
from analytics.statistics.intervals import FEW
from requests_app.vocabulary import Channel
from requests_app.words import plain, say

Context = dict[str, Any]
SHARE_OUT = "physical_media_share_out"
_FINE = 100.0  # below so many dollars cents are shown


@dataclass(frozen=True, kw_only=True)
class Money:
    """One card: a figure, the range or the sum behind it, and what it stands on."""

    key: str
    label: str
    value: str
    range: str
    foot: str
    door: str = ""


def _no_saving(found: Costs) -> str:
    """Return why no saving is shown, and what to do about it; nothing where one is."""
    return too_few("discs") if found.too_few else found.why


def lede(found: Costs) -> Context:
    """Return the finding in bold, and what would follow from it."""
    strong = f"A disc costs {dollars(found.per_disc.whole)} and a link {dollars(found.per_link)}"
    volume = found.volume
    if found.why:
        few = f"With {fewer('discs')} no saving is shown; {WIDER}"
        why = few if found.too_few else f"The discs cannot be counted: {found.why}"
        return {"strong": strong, "rest": f", on the assumptions below. {why}."}
    least, most = found.surely.saved, found.at_most.saved
    verb = "set free" if min(least, most) >= 0 else "cost"
    moved = f"Moving {written(MOVE, found.asked.move)} of {_discs(volume)} to links would {verb}"
    rest = f", on the assumptions below. {moved} {_sum(abs(least), abs(most))}."
    return {"strong": strong, "rest": rest}


def _discs(volume: Volume) -> str:
    """Return the discs of a view: a range where the way of some is not known."""
    return f"{span(volume.discs, volume.discs + volume.unknown, digits=0)} discs"


def _sum(least: float, most: float) -> str:
    return dollar_span(least, most, cents=max(abs(least), abs(most)) < _FINE)


def cards(query: Query, found: Costs) -> list[Money]:
    """Return the four figures: a disc, a link, how many discs, what moving some changes."""
    volume, assumed = found.volume, found.asked.assumed
    few = _no_saving(found)
    work = found.per_disc.handling / found.per_disc.whole if found.per_disc.whole else 0.0
    n = sample(plural(volume.deliveries, "delivery", "deliveries"))
    return [
        Money(
            key="disc",
            label="One disc",
            value=dollars(found.per_disc.whole),
            range=f"{100 * work:.0f}% of it work by hand",
            foot="assumed, not measured",
        ),
        Money(
            key="link",
            label="One link",
            value=dollars(found.per_link),
            range=f"{_minutes(assumed.link_minutes)} of work",
            foot="assumed, not measured",
        ),
        Money(
            key="discs",
            label="Discs sent",
            value="—" if volume.why else span(volume.discs, volume.discs + volume.unknown, 0),
            range="not known, not zero" if volume.why else _known(volume),
            foot="" if volume.why else f"{n}, counted",
            door="" if volume.why else links.behind(query, SHARE_OUT, part="counted"),
        ),
        Money(
            key="saving",
            label="Set free by moving some" if found.surely.saved >= 0 else "Lost by moving some",
            value=("—" if volume.why else "too few")
            if few
            else _sum(abs(found.surely.saved), abs(found.at_most.saved)),
            range=_why_not_moved(found)
            or f"{span(found.surely.moved, found.at_most.moved)} discs moved",
            foot="" if few else "counted discs, assumed prices",
        ),
    ]


def _why_not_moved(found: Costs) -> str:
    """Return in the words of a card why nothing is moved; the page says the whole of it elsewhere."""
    if found.too_few:
        return fewer("discs")
    return "hangs on the number of discs" if found.why else ""


def _known(volume: Volume) -> str:
    """Return what is known of the ways that deliveries went."""
    if volume.unknown:
        return f"range from {count(volume.unknown)} of unknown channel"
    return "the channel of each is known" if volume.deliveries else "nothing was delivered"


def parts(found: Costs) -> Context:
    """Return the parts of a disc's cost with the sum behind each, and the link beside it."""
    assumed, cost = found.asked.assumed, found.per_disc
    wage = f"{dollars(assumed.loaded_wage)} an hour"
    again = f"{written('failure_share', assumed.failure_share)} made once more"
    rows = [
        ("Work by hand", f"{_minutes(assumed.handling_minutes)} at {wage}", cost.handling),
        ("Disc, sleeve and mailer", "each disc", cost.material),
        (
            "Postage",
            f"{dollars(assumed.postage)} for {written('ship_share', assumed.ship_share)} of discs",
            cost.postage,
        ),
        ("Burner", "its price over its discs", cost.amortisation),
        (
            "Failed discs",
            f"{again}, {_minutes(assumed.rework_minutes)} of work",
            cost.rework,
        ),
    ]
    link = f"{_minutes(assumed.link_minutes)} at {wage}"
    link += f" and {dollars(assumed.link_price)}" if assumed.link_price else ""
    return {
        "rows": [{"what": what, "how": how, "sum": dollars(part)} for what, how, part in rows],
        "whole": dollars(cost.whole),
        "link": {"how": link, "sum": dollars(found.per_link)},
    }


def _minutes(value: float) -> str:
    return f"{value:g} minute{'' if value == 1 else 's'}"


def tornado(found: Costs) -> Context:
    """Return the bars, the one that matters most first; nothing where there is no volume."""
    if why := _no_saving(found):
        return {"why": why}
    saved, swings = found.surely.saved, found.swings
    fine = all(max(abs(swing.at_least), abs(swing.at_greatest)) < _FINE for swing in swings)
    drawn = bars(swings, saved)
    first = swings[0]
    title = "The saving hangs on nothing here"
    if first.width:
        ends = dollar_span(first.at_least, first.at_greatest, cents=fine)
        title = f"It hangs most on “{label_of(first.assumption).lower()}”: {ends}"
    return {
        "title": title,
        "saved": dollars(saved, cents=fine),
        "by": written(SWINGS_BY, found.asked.swing),
        "rows": [_bar(swing, bar, fine=fine) for swing, bar in zip(swings, drawn, strict=True)],
    }


def _bar(swing: Swing, bar: Bar, *, fine: bool) -> Context:
    return {
        "label": label_of(swing.assumption),
        "reach": _reach(swing),
        "at_least": dollars(swing.at_least, cents=fine),
        "at_greatest": dollars(swing.at_greatest, cents=fine),
        "bar": bar,
    }


def _reach(swing: Swing) -> str:
    """Return from where to where an assumption goes, in its unit."""
    name = swing.assumption
    if name == DISCS:
        is_known = swing.least == swing.greatest
        reach = span(swing.least, swing.greatest, digits=0)
        return f"{reach}: every channel known" if is_known else reach
    of = DECLARED[name].of if name in DECLARED else Of.SHARE
    low, high = (written(name, round(end, 6)) for end in (swing.least, swing.greatest))
    if of in (Of.DOLLARS, Of.WAGE):
        reach = dollar_span(swing.least, swing.greatest)
    else:
        reach = (low if low == high else f"{low}–{high}") + " minutes" * (of is Of.MINUTES)
    return f"{reach}: no swing" if swing.least == swing.greatest else reach


def volume_words(query: Query, volume: Volume) -> Context:
    """Return what was counted as a disc and what was not, with doors."""
    rows = [_channel(query, word, n, is_disc=True) for word, n in volume.by_channel.items()]
    rows += [_channel(query, word, n, is_disc=False) for word, n in volume.apart.items()]
    others = [
        ("Unknown channel", volume.unknown, "may be a disc", "unknown"),
        ("By link or network", volume.electronic, "no", "rest"),
    ]
    for label, n, counts, part in others:
        if n:
            door = links.behind(query, SHARE_OUT, part=part)
            rows.append({"label": label, "n": count(n), "counts": counts, "door": door})
    return {"rows": rows, "n": count(volume.deliveries)}


def _channel(query: Query, word: str, n: int, *, is_disc: bool) -> Context:
    return {
        "label": say(Channel(word)) if word in set(Channel) else plain(word),
        "n": count(n),
        "counts": "a disc" if is_disc else "no",
        "door": links.behind(query, "deliveries_by_channel", group=word),
    }


def failures(query: Query, volume: Volume) -> Context:
    """Return the log's own share of failed discs, with an address that assumes it."""
    noted = volume.failures
    untold = "How many discs failed is not known"
    if not noted.made and volume.unknown:
        return {"title": untold, "why": "No delivery here is known to be on a disc."}
    if not noted.made:
        return {"title": "No disc was made", "why": "None in this view, so none failed."}
    if noted.share is None:
        why = "No failed disc is noted here. That is none, or nobody notes them."
        return {"title": untold, "why": why}
    if noted.made < FEW:
        return {"title": untold, "why": f"{fewer('discs').capitalize()}: too few to say."}
    low, high = noted.interval
    text = in_three_figures("failure_share", noted.share)
    kept = (*(pair for pair in query.kept if pair[0] != "failure_share"), ("failure_share", text))
    return {
        "title": f"Here {text} of discs failed",
        "share": text,
        "ends": span(100 * low, 100 * high),
        "failed": count(noted.failed),
        "made": count(noted.made),
        "use": replace(query, kept=kept).address(),
    }
