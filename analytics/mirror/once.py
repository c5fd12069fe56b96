"""What is made once for each mirror, and ends with it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from analytics.mirror.fold import Mirror

Made = TypeVar("Made")


class Once(Generic[Made]):
    """Who wants what is being made waits for it; who wants that of another mirror does not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._makers: WeakKeyDictionary[Mirror, Lock] = WeakKeyDictionary()
        self._made: WeakKeyDictionary[Mirror, Made] = WeakKeyDictionary()

    def of(self, mirror: Mirror, make: Callable[[], Made]) -> Made:
        """Return what was made for a mirror; make it where nobody did yet."""
        with self._lock:
            maker = self._makers.setdefault(mirror, Lock())
        with maker:
            if mirror not in self._made:
                self._made[mirror] = make()
            return self._made[mirror]
