"""Live work read in parts is live work read at once."""

import pytest

from analytics.mirror import cut
from analytics.mirror.arranged import split
from analytics.mirror.cut import plans_of
from analytics.mirror.fold import fold
from analytics.mirror.partition import digests_of
from analytics.sources import parts
from analytics.sources.live import live_log
from analytics.sources.mirrored import everything
from requests_app.models import ImagingRequest
from requests_app.vocabulary import State
from tests.analytics.mirror.world import DAY, World
from tests.requests_app.cast import make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Requests of two facilities and three months, one of them drafted again."""
    world = World(make_cast())
    for number in range(9):
        world.at += 9 * DAY
        world.file_somewhere(number)
    world.redraft(4)
    return world


@pytest.mark.parametrize(("small", "long_ago"), [(0, 0), (3, 0), (100, 0), (0, 3), (100, 100)])
@pytest.mark.parametrize("at_once", [1, 3])
def test_parts_add_up_to_the_whole(
    world: World, at_once: int, small: int, long_ago: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "AT_ONCE", at_once)
    monkeypatch.setattr(cut, "SMALL", small)
    monkeypatch.setattr(cut, "LONG_AGO", long_ago)
    assert digests_of(everything(world.at)) == digests_of(split(fold(live_log(world.at))))


@pytest.mark.parametrize("small", [0, 100])
def test_a_request_is_in_one_part_and_what_is_one_piece_is_not_torn_apart(
    world: World, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "AT_ONCE", 2)
    monkeypatch.setattr(cut, "SMALL", small)
    monkeypatch.setattr(cut, "LONG_AGO", small)
    found = [part.ids for part in parts.parts_of_all()]
    filed = ImagingRequest.objects.exclude(state=State.DRAFT)
    assert sorted(one for part in found for one in part) == sorted(
        filed.values_list("pk", flat=True)
    )
    whole = split(fold(live_log(world.at)))
    cells = {
        int(one): key
        for key, piece in whole.items()
        for one in piece.cases["request_id"].to_pylist()
    }
    together = [{cells[pk] for pk in part} for part in found]
    assert sum(map(len, together)) == len(set().union(*together))
    assert len(found) > 1
    assert all(
        part.plans == plans_of(fold(live_log(world.at)).cases) for part in parts.parts_of_all()
    )


def test_some_requests_are_read_in_parts_and_the_missing_with_the_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [*ImagingRequest.objects.values_list("pk", flat=True)[::2], 10**9]
    assert list(parts.parts_of(ids)) == [sorted(ids)]
    monkeypatch.setattr(parts, "AT_ONCE", 2)
    found = list(parts.parts_of(ids))
    assert sorted(one for part in found for one in part) == sorted(ids)
    assert 10**9 in found[-1]
    assert list(parts.parts_of([])) == []
