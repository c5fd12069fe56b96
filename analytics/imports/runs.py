"""Files that the worker imports: the page with the bar, its poll, cancel and resume."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from analytics.external_logs.drafts import KEEPS, Draft
from analytics.external_logs.runs import OPEN, ask_to_stop, begin_again, is_left_behind
from analytics.imports.door import reader, record_act, zone_of
from analytics.models import ImportRun
from audit.access import if_there
from requests_app.models import User

AT_ONCE = 1024**2  # bytes; a larger file is imported by the worker
HEAD = 20_000  # rows of such a file that are shown before it is
State = ImportRun.State
WORDS = {
    "": "Waiting for its turn",
    "reading": "Reading the file",
    "checking": "Checking every row",
    "building": "Putting the rows to the log",
    "storing": "Storing",
}
ENDS = {
    State.DONE: "Imported",
    State.CANCELLED: "Cancelled. Nothing of the file was stored.",
    State.FAILED: "Not imported. Nothing of the file was stored.",
}
LEFT = "Interrupted. Nothing of the file was stored yet; it goes on by itself, or now."


def start_run(
    request: HttpRequest, person: User, kept: Draft, name: str, given: dict[str, Any]
) -> ImportRun:
    """Hand a confirmed file to the worker; a second click gives the same run."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        found = runs_of(person).filter(draft=kept.key, state__in=OPEN).first()
        if found is not None:
            return found
        run = ImportRun.objects.create(
            name=name,
            organization_id=person.organization_id,
            asked_by=person,
            draft=kept.key,
            mapping=given,
            proposed_zone=zone_of(person),
            asked_at=timezone.now(),
        )
        record_act(request, "log.import_started", name, size=len(kept.whole))
    return run


def rows_shown(kept: Draft) -> int | None:
    """Return how many rows of a file its page reads; None stands for all.

    What the worker refused may lie further down: that file is read whole. So are linked tables,
    whose first rows need not belong together.
    """
    if len(kept.whole) <= AT_ONCE or kept.steps is not None:
        return None
    return None if ImportRun.objects.filter(draft=kept.key, state=State.FAILED).exists() else HEAD


def runs_of(person: User) -> QuerySet[ImportRun]:
    """Return the runs of the person's organization that are open, or of a day and without a log."""
    since = timezone.now() - timedelta(seconds=KEEPS)
    runs = ImportRun.objects.filter(organization=person.organization_id)
    return runs.filter(Q(asked_at__gte=since) | Q(state__in=OPEN)).exclude(state=State.DONE)


def _own_run(person: User, key: int) -> ImportRun:
    ours = ImportRun.objects.filter(organization=person.organization_id)
    return if_there(ours.filter(pk=key).first())


def _shown(run: ImportRun) -> dict[str, Any]:
    """Return what the page and its poll say of a run."""
    is_left = is_left_behind(run)
    said = WORDS.get(run.stage, WORDS[""])
    if run.stop_asked and run.state in OPEN:
        said = "Stopping"
    said = LEFT if is_left else ENDS.get(State(run.state), said)
    return {
        "state": "left" if is_left else run.state,
        "percent": run.percent,
        "said": said,
        "is_open": run.state in OPEN and not is_left,
    }


@login_required
@require_GET
def run(request: HttpRequest, run: int) -> HttpResponse:
    """Show how far a file is."""
    found = _own_run(reader(request), run)
    record_act(request, "log.import_watched", found.name)
    return render(request, "analytics/imports/run.html", {"run": found, **_shown(found)})


@login_required
@require_GET
def state(request: HttpRequest, run: int) -> JsonResponse:
    """Answer how far a file is, for the bar of a page that is open."""
    return JsonResponse(_shown(_own_run(reader(request), run)))


@login_required
@require_POST
def cancel(request: HttpRequest, run: int) -> HttpResponse:
    """Stop an import; nothing of it stays but the file, for a day."""
    found = _own_run(reader(request), run)
    with transaction.atomic():
        ask_to_stop(found)
        record_act(request, "log.import_cancelled", found.name)
    return redirect("logs:run", run=run)


@login_required
@require_POST
def resume(request: HttpRequest, run: int) -> HttpResponse:
    """Begin again what was cancelled, failed, or left behind by a worker that died."""
    found = _own_run(reader(request), run)
    with transaction.atomic():
        if begin_again(found):
            record_act(request, "log.import_resumed", found.name)
        else:
            messages.info(request, "It is being imported, or is done already.")
    return redirect("logs:run", run=run)
