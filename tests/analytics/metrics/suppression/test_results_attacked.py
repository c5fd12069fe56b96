"""Whoever reads several results can work no small count out."""

from math import inf

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.metrics.definition import Group, Result
from analytics.metrics.suppression.published import PublishedResult
from tests.analytics.metrics.suppression.attacker import Attacker, added
from tests.analytics.metrics.suppression.printed import numbers, result, suppressed_together
from tests.depth import examples

COUNTS = st.sampled_from([0, 1, 2, 4, 9, 10, 11, 13, 25, 60])


@st.composite
def measures(draw: st.DrawFn) -> list[Result]:
    """Requests received, released and due, by facility, with those left out."""
    received = draw(st.lists(COUNTS, min_size=1, max_size=4))
    names = [f"f{i}" for i in range(len(received))]

    def some(of: list[int]) -> list[int]:
        return [n - min(draw(COUNTS), n) for n in of]

    released, due = some(received), some(received)
    met = some(due)

    def by(counts: list[int], hits: list[int] | None = None) -> tuple[Group, ...]:
        return tuple(
            Group(
                group=name,
                value=float(n) if n else None,
                n=n,
                numerator=None if hits is None else hits[i],
            )
            for i, (name, n) in enumerate(zip(names, counts, strict=True))
        )

    left = {"open": sum(received) - sum(released), "not due yet": sum(received) - sum(due)}
    excluded = {why: {why: n} if n else {} for why, n in left.items()}
    total = sum(received)
    return [
        result("requests_received", total, total, by=by(received, received), denominator=None),
        result("turnaround_mean", sum(released), by=by(released), excluded=excluded["open"]),
        result(
            "sla_compliance", sum(due), sum(met), by=by(due, met), excluded=excluded["not due yet"]
        ),
    ]


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
@given(measures())
def test_no_count_follows_from_several_results(results: list[Result]) -> None:
    found = suppressed_together(results, by="facility")
    assert not {n for one in found.values() for n in numbers(one)} & set(range(1, 11))
    reader, outsider = Attacker([]), Attacker([])
    wanted = [*told(results, found, reader, sees=True)]
    told(results, found, outsider, sees=False)
    for terms, count in wanted:
        if 0 < count < 11:
            (low, high), widest = reader.bounds(terms), outsider.bounds(terms)
            assert low <= max(1, widest[0]), (low, high, widest)
            assert high >= min(10, widest[1]), (low, high, widest)


def told(
    results: list[Result], found: dict[str, PublishedResult], reader: Attacker, *, sees: bool
) -> list[tuple[dict, int]]:
    """Tell a reader all that is printed; return every count, and every difference, to go for.

    Unknown are, of every facility, those counted and the rest of each measure; those received are
    all that a measure looks at and all that it leaves out.
    """
    counts: list[tuple[dict, int]] = []

    def learn(terms: dict, count: float, shown: float | None) -> None:
        is_seen = count == 0 or (sees and shown is not None)
        reader.rows.append((terms, *((count, count) if is_seen else (1, inf))))
        counts.append((terms, int(count)))

    wholes = {}
    for said in results:
        one = found[said.key]
        is_share = said.key == "sla_compliance"
        hit, rest = ({(said.key, part, group.group): 1 for group in said.by} for part in "hr")
        groups = list(zip(said.by, one.by, strict=True))
        for group, shown in groups:
            yes, no = ({(said.key, part, group.group): 1} for part in "hr")
            learn(added(yes, no), group.n, shown.n)
            if is_share:
                learn(yes, group.numerator or 0, shown.numerator)
                learn(no, group.n - (group.numerator or 0), None)
            else:
                reader.rows.append((no, 0, 0))
        learn(added(hit, rest), said.n, one.n)
        if is_share:
            learn(hit, said.numerator or 0, one.numerator)
            learn(rest, said.n - (said.numerator or 0), None)
        wholes[said.key] = added(hit, rest)
        for why, n in said.excluded.items():
            learn({(said.key, why): 1}, n, one.excluded[why])
            wholes[said.key] = added(wholes[said.key], {(said.key, why): 1})
    everything = wholes.pop("requests_received")
    for terms in wholes.values():
        reader.rows.append((added(everything, {name: -n for name, n in terms.items()}), 0, 0))
    return counts
