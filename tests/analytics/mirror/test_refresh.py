"""What a process knows of published mirrors, asked by several at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from analytics.mirror import refresh
from analytics.mirror.arranged import replaced, split
from analytics.mirror.fold import fold
from analytics.mirror.lineage import steps_after
from analytics.mirror.partition import nothing
from analytics.mirror.published import Facts, Published
from analytics.mirror.refresh import known, remember, served
from project.bench_world import world

SOURCE = "made up"


@pytest.fixture
def first() -> Iterator[Published]:
    mirror = fold(world(40))
    facts = Facts(source=SOURCE, as_of=mirror.log.as_of, watermark="1", zone="UTC")
    yield Published("0", facts, split(mirror), {})
    refresh._SHOWN.pop(SOURCE, None)
    refresh._SERVED.pop(SOURCE, None)


def after(last: Published, name: str, gone: int) -> Published:
    facts = replace(last.facts, steps=steps_after(last, (gone,)))
    return Published(name, facts, replaced(last.pieces, [gone], nothing()), {})


def test_who_ask_at_once_share_one_snapshot(first: Published) -> None:
    remember(SOURCE, first)
    with ThreadPoolExecutor(8) as pool:
        shots = list(pool.map(lambda _: served(SOURCE, first.facts.as_of), range(64)))
    assert len(set(map(id, shots))) == 1


def test_what_is_known_never_goes_back(first: Published) -> None:
    second = after(first, "1", 3)
    third = after(second, "2", 5)
    for published in (first, third, second, first):  # the slower ones read before
        remember(SOURCE, published)
    assert known(SOURCE) is third
    anew = replace(third, name="3", facts=replace(third.facts, steps=(), follows="2"))
    for published in (anew, third):  # folded whole: it tells no step, and what it followed
        remember(SOURCE, published)
    assert known(SOURCE) is anew


def test_a_child_that_was_forked_serves_whoever_was_serving_then() -> None:
    lock = refresh._SERVING[0]
    refresh._begin()
    assert refresh._SERVING[0] is not lock
