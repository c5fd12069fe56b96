"""Import large files in the worker: rows are the work, so that a killed worker loses none of it.

A run is worked on while somebody holds its lock, which PostgreSQL gives back as soon as the
holder's connection ends, by whatever death. A run that says it is running and is not held was
left behind; whoever comes next begins it anew from its file, which is kept while the run is open.
One file is imported at a time in the whole house, and a file that ended its import three times
is not begun a fourth time before somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from analytics.external_logs.as_said import read_as_said
from analytics.external_logs.drafts import Draft, draft_of, drop_draft
from analytics.external_logs.importing import Reading, digest_of
from analytics.external_logs.outcome import in_words
from analytics.external_logs.permission import check_asker
from analytics.external_logs.progress import STORING, Stopped, begin
from analytics.external_logs.refusals import UnusableLog
from analytics.external_logs.saved import remember
from analytics.external_logs.store import earlier_of, held, keep
from analytics.models import ImportRun, UploadedLog
from audit.access import agent_of_account, record
from audit.proof.entry import Action, EventCode
from requests_app.refusals import DisclessError

LOCK = 0x72756E  # advisory lock of a run, by its key
HOUSE = 0  # no run's key: who holds it imports, and nobody else
State = ImportRun.State
OPEN = ImportRun.OPEN
ENDED = (
    "This file ended the import three times: by an error that nobody foresaw, or because the "
    "worker was stopped. Ask whoever runs this house to look into the worker's log."
)
_STARTS = 3  # times that a file is begun; its error or a kill ended each
_TRIES = 3  # times that the log may change while a file is read


def work_off(at: datetime) -> bool:
    """Import the next file that waits or was left behind, the least tried first; say whether.

    While another process imports, nothing is done.
    """
    with _alone(HOUSE) as is_ours:
        if not is_ours:
            return False
        runs = ImportRun.objects.filter(state__in=OPEN).order_by("attempts", "asked_at", "pk")
        return any(work_on(key, at) for key in runs.values_list("pk", flat=True))


def work_on(key: int, at: datetime) -> bool:
    """Import the file of one run; say whether that was ours to do."""
    with _alone(key) as is_ours:
        run = ImportRun.objects.filter(pk=key, state__in=OPEN).first() if is_ours else None
        if run is None:
            return False
        if run.attempts >= _STARTS:
            _end(key, State.FAILED, ENDED)
            return True
        ImportRun.objects.filter(pk=key).update(
            state=State.RUNNING, percent=0, sentence="", attempts=run.attempts + 1
        )
        try:
            _import(run, at)
        except Stopped:
            _end(key, State.CANCELLED, "")
        except DisclessError as error:
            _end(key, State.FAILED, error.sentence)
        return True


def is_left_behind(run: ImportRun) -> bool:
    """Say whether a run says it is running while nobody works on it."""
    if run.state != State.RUNNING:
        return False
    with _alone(run.pk) as is_free:
        return is_free


def ask_to_stop(run: ImportRun) -> None:
    """Ask whoever works on a run to stop; one that nobody works on is cancelled at once."""
    with transaction.atomic():
        now = ImportRun.objects.select_for_update().get(pk=run.pk)
        if now.state not in OPEN:
            return
        now.stop_asked = True
        if now.state == State.WAITING or is_left_behind(now):
            now.state, now.mapping = State.CANCELLED, {}
        now.save(update_fields=["stop_asked", "state", "mapping"])


def begin_again(run: ImportRun) -> bool:
    """Let the worker take a run that ended without its log, or was left behind.

    What ended is tried as often as a new one, by what was said last of its file; what was left
    behind only as often as is left.
    """
    is_over = run.state in (State.CANCELLED, State.FAILED)
    if not is_over and not is_left_behind(run):
        return False
    draft = draft_of(run.draft, run.asked_by_id) if is_over else None
    ImportRun.objects.filter(pk=run.pk, state=run.state).update(
        state=State.WAITING,
        mapping=draft.mapping if draft is not None else run.mapping,
        stop_asked=False,
        percent=0,
        stage="",
        sentence="",
        attempts=0 if is_over else run.attempts,
    )
    return True


@contextmanager
def _alone(key: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, key])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, key])


def _end(key: int, state: str, sentence: str) -> None:
    """Write how a run ended; what was said of its file may name somebody, and stays with that."""
    ImportRun.objects.filter(pk=key).update(state=state, sentence=sentence[:500], mapping={})


def _import(run: ImportRun, at: datetime) -> None:
    """Read outside of any transaction, so that the page sees how far it is; store in one."""
    draft = draft_of(run.draft, run.asked_by_id)
    if draft is None:
        raise UnusableLog("The file is gone: it is kept for a day. Choose it again.")
    for _ in range(_TRIES):
        folder = _folder(run)
        reading = _read(run, draft)
        if reading.log is None:
            raise UnusableLog("The file asks a question first. Open it again and answer.")
        begin(_Told(run.pk), STORING)
        if _store(run, draft, reading, folder, at):
            return
    raise UnusableLog("Others import into this log all the time. Try again later.")


def _read(run: ImportRun, draft: Draft) -> Reading:
    reading, _ = read_as_said(
        draft.content,
        steps=draft.steps,
        name=run.name,
        given=run.mapping,
        organization_id=run.organization_id,
        earlier=earlier_of(run.name, run.organization_id),
        proposed_zone=run.proposed_zone,
        progress=_Told(run.pk),
        at=run.asked_at,
    )
    return reading


def _folder(run: ImportRun) -> str:
    log = UploadedLog.objects.filter(name=run.name, organization=run.organization_id).first()
    return log.folder if log is not None else ""


def _store(run: ImportRun, draft: Draft, reading: Reading, folder: str, at: datetime) -> bool:
    """Store what was read, unless the log changed meanwhile; the end of the run stands with it."""
    owner = run.organization_id
    with held(run.name, owner):
        if _folder(run) != folder:
            return False
        now = ImportRun.objects.select_for_update().get(pk=run.pk)
        if now.stop_asked:
            raise Stopped
        check_asker(run.asked_by_id, owner)
        _, already = keep(
            reading,
            name=run.name,
            digest=digest_of(draft.whole),
            organization_id=owner,
            by_id=run.asked_by_id,
            at=at,
        )
        answer = reading.answer(run.name)
        remember(
            reading.raw.headers, reading.to_remember(), name=run.name, organization_id=owner, at=at
        )
        _record(run, answer, already, at)
        said = in_words(answer, already=already)
        rows = said[0].upper() + said[1:]
        # What was said of the file is kept with its log, and goes with it.
        done = {"state": State.DONE, "percent": 100, "sentence": rows, "mapping": {}}
        ImportRun.objects.filter(pk=run.pk).update(**done)
        transaction.on_commit(lambda: drop_draft(run.draft))
    return True


def _record(run: ImportRun, answer: dict[str, int], already: bool, at: datetime) -> None:
    counts = {key: answer[f"rows_{key}"] for key in ("added", "recognised", "corrected")}
    record(
        verb="log.imported",
        code=EventCode.IMPORT,
        action=Action.CREATE,
        subject=f"log:{run.name}",
        agent=agent_of_account(run.asked_by),
        detail={"already": already, **counts},
        at=at,
    )


class _Told:
    """Writes how far a run is where the page sees it, a percent at a time, and hears a stop."""

    def __init__(self, key: int) -> None:
        self.key, self.last = key, -1

    def __call__(self, stage: str, share: float) -> None:
        percent = int(100 * share)
        if percent == self.last:
            return
        self.last = percent
        runs = ImportRun.objects.filter(pk=self.key)
        if not runs.filter(stop_asked=False).update(stage=stage, percent=percent):
            raise Stopped
