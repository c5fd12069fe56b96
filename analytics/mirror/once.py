"""What is made once for each mirror, and ends with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from analytics.mirror.fold import Change, Mirror

Made = TypeVar("Made")


class Once(Generic[Made]):
    """Who wants what is being made waits for it; who wants that of another mirror does not."""

    def __init__(self) -> None:
        self._begin()
        self._made: WeakKeyDictionary[Mirror, Made] = WeakKeyDictionary()
        self._left: WeakSet[Mirror] = WeakSet()
        # Who was making something when a process was forked is not there to end it.
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._lock = Lock()
        self._makers: WeakKeyDictionary[Mirror, Lock] = WeakKeyDictionary()

    def there(self, mirror: Mirror) -> Made | None:
        """Return what was made for a mirror already, if it was."""
        return self._made.get(mirror)

    def was_left(self, mirror: Mirror) -> bool:
        """Say whether what was made for a mirror followed a later one."""
        return mirror in self._left and mirror not in self._made

    def of(
        self,
        mirror: Mirror,
        make: Callable[[], Made],
        patch: Callable[[Made, Change], Made | None] | None = None,
    ) -> Made:
        """Return what was made for a mirror; make it where nobody did yet.

        What was made for one before, the last first, is patched where that can be done: `patch`
        returns None where it cannot. Who waits for that holds the mirror before, so that changes
        that follow each other faster than they are patched in still do so one by one.
        """
        with self._lock:
            maker = self._makers.setdefault(mirror, Lock())
        with maker:
            try:
                return self._made[mirror]
            except KeyError:
                patched = self._patched(mirror, patch) if patch is not None else None
            made = make() if patched is None else patched
            self._made[mirror] = made
            return made

    def _patched(self, mirror: Mirror, patch: Callable[[Made, Change], Made | None]) -> Made | None:
        for change in mirror.changes:
            before = change.before
            if before is None:
                continue
            with self._lock:
                maker = self._makers.setdefault(before, Lock())
            with maker:  # it may be in the making still
                made = self._made.pop(before, None)  # one of them at a time: it may be large
            if made is not None:
                self._left.add(before)
                return patch(made, change)
        return None
