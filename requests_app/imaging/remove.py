"""Take a study off a request that it does not belong to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from requests_app.imaging.context import check_studies
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.links import close_links
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock, transition
from requests_app.models import Event, ImagingRequest, Instance, Study, User
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.vocabulary import EventKind, State, Usability


def remove_study(
    request: ImagingRequest, study: Study, *, why: str, by: User | None, at: datetime
) -> Event:
    """Remove a study, close the links that show it, and say so in the journal.

    A request that was ready is checked again; one that was unusable because of this study is
    not any more. The stored bytes stay, listed by nothing.
    """
    if not why.strip():
        raise Incomplete("Say why the study is removed. Write it.", field="note")
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        gone = locked.studies.filter(pk=study.pk).first()
        if gone is None:
            raise TransitionRefused("This study was removed before. Look at the request again.")
        close_links(locked, by=by, at=at, study=gone)
        images = Instance.objects.filter(series__study=gone).count()
        gone.delete()
        note = f"{images} image{'' if images == 1 else 's'}: {why.strip()}"
        what = Particulars(note=note)
        event = record(locked, EventKind.IMAGES_REMOVED, by=by, at=at, particulars=what)
        _look_again(request, locked, by=by, at=at)
    return event


def _look_again(
    request: ImagingRequest, locked: ImagingRequest, *, by: User | None, at: datetime
) -> None:
    if locked.state == State.READY:
        transition(request, to=State.RETRIEVED, by=by, at=at)
    elif locked.state == State.UNUSABLE:
        left = check_studies(locked, list(locked.studies.all()))
        if left and all(one.verdict is not Usability.NOT_USABLE for one in left):
            record(locked, EventKind.IMAGES_USABLE, by=by, at=at)
            transition(request, to=State.RETRIEVED, by=by, at=at)
