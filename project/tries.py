"""Things that are not there, or are not the caller's: each try is recorded, and so many are let."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audit.access import record_refusal
from requests_app.throttle import Limit

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

TRIES = Limit(name="not-there", times=60, within=timedelta(minutes=1))
SLOWER = "You named too many things that are not there. Try again in a minute."


def is_one_too_many(http_request: HttpRequest, at: datetime) -> bool:
    """Record that what was named is not there; say whether the person tried too often for that.

    Beyond the limit nothing is told and nothing is recorded: numbers can be tried without end,
    and the log shall not fill the disk.
    """
    user = getattr(http_request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    if not TRIES.take(at, str(user.pk)):
        return True
    record_refusal(http_request, at, is_there=False)
    return False
