"""How often each sum counts each request, told apart by nothing else."""

import pytest

from analytics.metrics import alike as looked
from analytics.metrics.alike import alike
from analytics.metrics.compute import compute
from analytics.metrics.grouping import grouping_of
from analytics.metrics.publish import published
from analytics.metrics.question import asking
from analytics.metrics.selection import Selection
from analytics.metrics.statements import Sum
from analytics.mirror.fold import Mirror, fold
from tests.analytics.metrics.test_measures import AS_OF, log_of

DAY = 86400
SENT = Sum(table="steps", predicate="activity = 'available'")
RELEASED = Sum(table="cases", predicate="available IS NOT NULL")
TURNS = Sum(table="turns", predicate="turn <> 0")


def log(*stories: int, **said: object) -> Mirror:
    """Fold requests that were delivered so many times each."""
    way = {"activity": "available", "after": 60, "medium": "link", "channel": "link_secure"}
    row = {"facility": "north", "direction": "outbound", "received": AS_OF - 3 * DAY, **said}
    done = {"available": AS_OF - DAY, "ended": AS_OF - DAY}
    return fold(
        log_of(
            [
                ({**row, **(done if n else {"available": None, "outcome": None})}, [way] * n)
                for n in stories
            ]
        )
    )


def rows(mirror: Mirror, *sums: Sum, by: str | None = None) -> list[list[float]]:
    """Return what each sum counts of each sort of request."""
    with asking(mirror, Selection()) as question:
        found = alike(question, sums, grouping_of(by) if by else None)
    return sorted(found.tolist())


def test_requests_that_no_sum_tells_apart_are_one_row() -> None:
    assert rows(log(0, 1, 1, 2, 2, 2), RELEASED, SENT) == [[0, 0], [1, 1], [1, 2]]


def test_the_days_of_a_month_are_one_group() -> None:
    """A request that came and went in one month is two turns of that month, not one of two days."""
    assert rows(log(1), TURNS, RELEASED, by="month") == [[2, 1]]


def test_a_request_in_two_groups_is_two_rows() -> None:
    """It came in one month and went in the next."""
    found = rows(log(1, received=AS_OF - 40 * DAY), TURNS, RELEASED, by="month")
    assert found == [[1, 0], [1, 1]]


def test_what_has_no_word_is_a_group_too() -> None:
    assert rows(log(1, 2, partner=None), RELEASED, by="partner") == [[1]]


def test_some_of_many_requests_tell_no_more_than_all(monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = log(*range(40))
    every = rows(mirror, RELEASED, SENT)
    monkeypatch.setattr(looked, "SOME", 10)
    some = rows(mirror, RELEASED, SENT)
    assert 0 < len(some) < len(every)
    assert all(row in every for row in some)


@pytest.mark.parametrize("word", ["O'Hare", "$as_of", "a ' || $selection"])
def test_words_of_a_log_are_words_whatever_they_hold(word: str) -> None:
    way = {"activity": "failure_noted", "after": 60, "reason": word}
    row = {"facility": "north", "direction": "outbound", "received": AS_OF - DAY}
    mirror = fold(log_of([({**row, "available": None, "outcome": None}, [way])] * 20))
    results = compute(mirror, Selection(), ["failures_by_code", "requests_received"])
    found = published(mirror, Selection(), results.values()).results
    assert [(one.group, one.n) for one in found["failures_by_code"].by] == [(word, 20)]
