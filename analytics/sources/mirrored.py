"""The mirror of live work, kept current: only what changed is read and folded again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

import analytics
import requests_app
from analytics.eventlog import LIVE
from analytics.mirror import kept, published
from analytics.mirror.amended import amended
from analytics.mirror.arranged import arranged, split, with_more
from analytics.mirror.compared import differing
from analytics.mirror.cut import Plan
from analytics.mirror.fold import fold
from analytics.mirror.lineage import steps_after
from analytics.mirror.partition import Partitions
from analytics.mirror.pieces import pack_but_newest
from analytics.mirror.published import Facts, Published, Snapshot
from analytics.mirror.refresh import known, remember, served
from analytics.sources import outbox
from analytics.sources.copied import by_index
from analytics.sources.live import (
    COUNTED_BY,
    SECOND,
    Reading,
    live_log,
    read_live,
    settings_now,
    zone_of,
)
from analytics.sources.parts import parts_of, parts_of_all
from requests_app.models import Facility
from requests_app.sla.history import Needs, last_midnight, needs_today
from requests_app.vocabulary import Direction, State

AHEAD = 60  # seconds by which the clock of another process may be ahead of ours
AHEAD_OF_FOLDING = 2  # parts: they are of unequal size, and memory holds them unpacked
_COMPLETE = "complete"


def live_snapshot(at: datetime) -> Snapshot:
    """Return live work, folding again what changed since it was published last."""
    moment = at.replace(microsecond=0)
    root = published.root_of(LIVE)
    name, is_waiting = outbox.state(LIVE, before=moment + SECOND)
    shown = last_of(root)
    if shown is None or is_waiting or name != shown.name or not _holds(shown, moment):
        with published.locked(LIVE):
            shown = refreshed(root, last_of(root), moment)
    remember(LIVE, shown)
    return served(LIVE, int(moment.timestamp()))


def _holds(shown: Published, moment: datetime) -> bool:
    """Say whether rows are as they would be read at a moment, if nothing happened."""
    moment = _lifted(moment, shown)
    now, ends = int(moment.timestamp()), shown.stale_from
    return (
        shown.facts.as_of <= now
        and (ends is None or now < ends)
        and shown.facts.needs_of == _day(moment)
        and shown.facts.shape == shape()
    )


def _lifted(moment: datetime, last: Published | None) -> datetime:
    """Return the moment, or that of the last snapshot where another clock is a little ahead."""
    ahead = last.facts.as_of - moment.timestamp() if last is not None else 0
    return moment + timedelta(seconds=ahead) if 0 < ahead <= AHEAD else moment


def refreshed(root: Path, last: Published | None, at: datetime) -> Published:
    """Return the next snapshot, or the last where nothing changed; the caller holds the lock."""
    moment = _lifted(at.replace(microsecond=0), last)
    with outbox.one_moment() as watermark:
        return Refresh(root=root, last=last, moment=moment, watermark=watermark).run()


def last_of(root: Path) -> Published | None:
    """Return the current snapshot; None where there is none, or it is not whole."""
    shown, name = known(LIVE), published.current(root)
    if name is None or (shown is not None and shown.name == name):
        return shown if name else None
    return published.read(root, name, known=shown)


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """A mirror read from nothing, and the files in which increments had given something else."""

    published: Published
    differing: tuple[str, ...]


def rebuild(at: datetime, *, only_check: bool) -> Rebuilt:
    """Read everything, compare its files with those of increments, and publish it where it differs.

    Both are as of one moment of the database. With `only_check` the increments stay published.
    Where there are none, of this code and up to the last change, all is read once and published.
    """
    root = published.root_of(LIVE)
    with published.locked(LIVE):
        last = last_of(root)
        moment = _lifted(at.replace(microsecond=0), last)
        with outbox.one_moment() as watermark:
            step = Refresh(root=root, last=last, moment=moment, watermark=watermark)
            found, is_whole = step.taken()
            otherwise: tuple[str, ...] = ()
            if not is_whole:
                usual = needs_today(moment)
                whole = everything(moment, needs=usual)
                otherwise = differing(found, whole)
                if not only_check and (otherwise or needs_of(found.facts) != usual):
                    found = replace(step, last=found).publish(whole, usual, found.name)
                    outbox.settle(LIVE, found.name)
    remember(LIVE, found)
    return Rebuilt(published=found, differing=otherwise)


@dataclass(frozen=True, kw_only=True)
class Refresh:
    """One step from the last snapshot to the next, inside one transaction and the lock."""

    root: Path
    last: Published | None
    moment: datetime
    watermark: str

    def run(self) -> Published:
        """Publish the next snapshot, or return the last where it still holds."""
        return self.taken()[0]

    def taken(self) -> tuple[Published, bool]:
        """Do what `run` does, and say whether everything was read for it."""
        name, _ = outbox.state(LIVE, before=self._before)
        found, is_whole = self._next(name)
        if found.name != name:
            outbox.settle(LIVE, found.name)
        return found, is_whole

    def _next(self, name: str | None) -> tuple[Published, bool]:
        last = self.last
        if last is None or name not in (last.name, last.facts.follows) or not self._fits(last):
            return self.anew(name), True
        taken = outbox.take(before=self._before, midnight=last_midnight(self.moment))
        # Days of receipt are drawn in the source's one zone: another touches every row.
        is_moved = zone_of(Facility.objects.all()) != last.facts.zone
        if taken.is_everything or is_moved:
            return self.anew(name), True
        return self._some(last, taken, name), False

    @property
    def _before(self) -> datetime:
        return self.moment + SECOND

    def _fits(self, last: Published) -> bool:
        return last.facts.shape == shape() and last.facts.as_of <= self.moment.timestamp()

    def anew(self, name: str | None) -> Published:
        """Read and fold all of it, and publish it."""
        needs = needs_today(self.moment)
        return self.publish(everything(self.moment, needs=needs), needs, name)

    def publish(self, whole: Partitions, needs: Needs, name: str | None) -> Published:
        """Publish all of it, as it was folded at the moment."""
        outbox.clear(before=self._before)
        return self._publish(whole, needs, name)

    def _some(self, last: Published, taken: outbox.Taken, name: str | None) -> Published:
        now, is_new_day = int(self.moment.timestamp()), last.facts.needs_of != _day(self.moment)
        needs = needs_of(last.facts)
        usual = needs_today(self.moment) if is_new_day or taken.has_past else needs
        ids = set(taken.ids).union(*(one.stale(now) for one in last.pieces.values()))
        if usual != needs:
            ids.update(_open(last))
        if not ids and not is_new_day:
            return last
        pieces = last.pieces
        for part in parts_of(ids):
            with by_index():
                log = live_log(self.moment, ids=part, needs=usual)
            pieces = amended(pieces, part, fold(log))
        return self._publish(pieces, usual, name, changed=tuple(sorted(ids)))

    def _publish(
        self,
        pieces: Partitions,
        needs: Needs,
        follows: str | None,
        *,
        changed: tuple[int, ...] | None = None,
    ) -> Published:
        facts = Facts(
            source=LIVE,
            as_of=int(self.moment.timestamp()),
            watermark=self.watermark,
            zone=zone_of(Facility.objects.all()),
            follows=follows or "",
            calendar=COUNTED_BY,
            needs=_as_words(needs),
            needs_of=_day(self.moment),
            shape=shape(),
            steps=steps_after(self.last, changed) if self.last and changed is not None else (),
            settings=settings_now(),
        )
        made = published.publish(self.root, facts, pieces, last=self.last)
        pack_but_newest(pieces)
        kept.remove_old(self.root, at=self.moment)
        return made


def everything(moment: datetime, *, needs: Needs | None = None) -> Partitions:
    """Return all live work in packed pieces; the caller holds the database at one moment."""
    usual = needs_today(moment) if needs is None else needs
    pieces: Partitions = {}
    with ThreadPoolExecutor(1) as folder:
        folding: deque[Future[Partitions]] = deque()
        for part in parts_of_all():
            with by_index():
                reading = read_live(moment, ids=part.ids, needs=usual)
            while len(folding) >= AHEAD_OF_FOLDING:
                pieces = with_more(pieces, folding.popleft().result())
            folding.append(folder.submit(_packed, reading, part.plans))
        for one in folding:
            pieces = with_more(pieces, one.result())
    return arranged(pieces)


def _packed(reading: Reading, plans: Mapping[str, Plan]) -> Partitions:
    """Count, fold and pack a part of the work, while the next part is read."""
    pieces = split(fold(reading.log()), plans)
    for piece in pieces.values():
        piece.stored.pack()
    return pieces


def _open(last: Published) -> Iterable[int]:
    for piece in last.pieces.values():
        cases = piece.of("cases").columns(["request_id", "outcome"])
        found = cases.filter(cases["outcome"].is_null())
        yield from (int(one) for one in found["request_id"].to_pylist())


def _day(moment: datetime) -> str:
    return last_midnight(moment).date().isoformat()


def _as_words(needs: Needs) -> dict[str, int]:
    instant = timedelta(microseconds=1)
    return {
        f"{way} {state}" + f" {_COMPLETE}" * is_complete: span // instant
        for (way, state, is_complete), span in sorted(needs.items())
    }


def needs_of(facts: Facts) -> Needs:
    """Return the typical needs that a snapshot was folded with."""
    found = {}
    for words, span in (facts.needs or {}).items():
        way, state, *more = words.split(" ")
        stage = Direction(way), State(state), more == [_COMPLETE]
        found[stage] = timedelta(microseconds=span)
    return found


@cache
def shape() -> str:
    """Return the hash of the code that rows come from: other code folds everything anew."""
    ours, theirs = Path(str(analytics.__file__)).parent, Path(str(requests_app.__file__)).parent
    files = [ours / "eventlog.py", theirs / "failure_codes.py", theirs / "vocabulary.py"]
    files.append(theirs / "lifecycle" / "states.py")
    for room in (ours / "mirror", ours / "sources", theirs / "sla"):
        files += sorted(room.glob("*.py"))
    return sha256(b"\n".join(file.read_bytes() for file in files)).hexdigest()[:16]
