"""How often something may be done: counters in the cache, in windows of equal length.

Without the cache nothing is limited: a patient's link must open on the day the counters are gone.
Where the cache is a table of the database, counting is a read and a write: callers at the same
moment can share one number, so that a few more than the limit get through.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import DatabaseError
from redis.exceptions import RedisError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many times within a length of time, counted apart for each key."""

    name: str
    times: int
    within: timedelta

    def take(self, at: datetime, *key: str) -> bool:
        """Count one more; say whether it was still within the limit."""
        place = self._place(at, *key)
        try:
            cache.add(place, 0, timeout=self.within.total_seconds() + 60)
            with suppress(ValueError):  # the entry ended between the two calls
                return bool(cache.incr(place) <= self.times)
        except (RedisError, DatabaseError):
            _LOG.exception("The counters of %s are out of reach; nothing is limited.", self.name)
        return True

    def minutes_left(self, at: datetime) -> int:
        """Return the whole minutes, at least one, until the window ends."""
        length = self.within.total_seconds()
        return max(1, -int(-(length - at.timestamp() % length) // 60))

    def _place(self, at: datetime, *key: str) -> str:
        # Hashed: no address and no name of an account rests in the cache.
        digest = hashlib.sha256("\0".join(key).encode()).hexdigest()
        return f"limit:{self.name}:{int(at.timestamp() // self.within.total_seconds())}:{digest}"


def neighbourhood(address: str) -> str:
    """Return the part of a client's address that it cannot change at will: IPv6 counts as /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
