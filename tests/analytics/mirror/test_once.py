"""What is made for a mirror is made once, and nobody waits for another mirror's."""

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from analytics.mirror.once import Once
from tests.analytics import synthetic


def test_many_at_once_make_it_once() -> None:
    mirror, once, made = synthetic.mirror(), Once[object](), []

    def make() -> object:
        made.append(object())
        return made[-1]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: once.of(mirror, make), range(32)))
    assert len(made) == 1
    assert set(map(id, found)) == {id(made[0])}


def test_another_mirrors_is_made_meanwhile() -> None:
    slow, quick, once, go = synthetic.mirror(), synthetic.mirror(), Once[bool](), Event()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(once.of, slow, lambda: go.wait(20))
        assert once.of(quick, lambda: True)
        assert not waiting.done()
        go.set()
        assert waiting.result(20)


def test_it_ends_with_its_mirror() -> None:
    once, mirror, made = Once[object](), synthetic.mirror(), []
    once.of(mirror, lambda: made)
    assert once.of(mirror, object) is made
    del mirror
    gc.collect()
    assert not list(once._made)
