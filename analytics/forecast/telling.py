"""The story of one request, told event by event: where it stood, when it waited, when it stopped."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.forecast.moves import (
    ENDS,
    ENDS_HOLDS,
    HOLDS,
    RECEIVED,
    WAITS,
    state_after,
    waits_on_requester,
)

NOT_YET = 2**60
"""A moment that has not come."""
_STOPPED = ""


@dataclass
class Telling:
    """What is known so far; events come in order of time.

    `visits` are (state, entered, left) while the contract clock is not stopped, `stops` are
    (at, undone) of that clock, `waits` are (begun, over) of the requester's holds, joined where
    they overlap.
    """

    stop: str
    state: str = RECEIVED
    visits: list[tuple[str, int, int]] = field(default_factory=list)
    stops: list[tuple[int, int]] = field(default_factory=list)
    waits: list[tuple[int, int]] = field(default_factory=list)
    _holds: list[str | None] = field(default_factory=list)
    _began: set[str] = field(default_factory=set)
    _since: int = 0
    _waits_since: int | None = None

    @property
    def is_stopped(self) -> bool:
        """Say whether the contract clock has stopped."""
        return bool(self.stops) and self.stops[-1][1] == NOT_YET

    @property
    def stands(self) -> str:
        """Where it stands: waiting on the requester goes before any state of ours."""
        if self.is_stopped:
            return _STOPPED
        return self.state if self._waits_since is None else WAITS

    def begin(self, at: int) -> None:
        """Receive it."""
        self._since = at

    def hear(self, at: int, activity: str, reason: str | None) -> None:
        """Take the next event."""
        stood = self.stands
        if activity in HOLDS | ENDS_HOLDS:
            self._hold(at, activity, reason)
        if activity not in HOLDS | ENDS:
            self.state = state_after(self.state, activity)
            self._clock(at, activity)
        if self.stands != stood:
            self._leave(stood, at)
            self._since = at

    def end(self) -> None:
        """Close the story; what goes on has no end yet."""
        self._leave(self.stands, NOT_YET)
        if self._waits_since is not None:
            self.waits.append((self._waits_since, NOT_YET))

    def _leave(self, state: str, at: int) -> None:
        if state != _STOPPED:
            self.visits.append((state, self._since, at))

    def _clock(self, at: int, activity: str) -> None:
        """A failed delivery takes back the stop: the images are not there until the next one."""
        if activity == self.stop and not self.is_stopped:
            self.stops.append((at, NOT_YET))
        elif activity == "delivery_failed" and self.is_stopped:
            self.stops[-1] = (self.stops[-1][0], at)

    def _hold(self, at: int, activity: str, reason: str | None) -> None:
        """Begin a hold, or end holds as `clock.fold` does: all where nothing is left to wait for."""
        if activity == "hold_started":
            self._holds.append(reason)
            self._began |= {reason} if reason else set()
        elif activity == "hold_ended" and reason in self._began:
            self._holds = [one for one in self._holds if one != reason]
        else:
            self._holds = []
        waits = any(waits_on_requester(one) for one in self._holds)
        if waits and self._waits_since is None:
            self._waits_since = at
        elif not waits and self._waits_since is not None:
            self.waits.append((self._waits_since, at))
            self._waits_since = None
