"""Take a study off a request that it does not belong to."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from requests_app.imaging.context import check_studies
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.links import close_links
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock, transition
from requests_app.models import Delivery, Event, ImagingRequest, Instance, Study, User
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.vocabulary import EventKind, State, Usability


def remove_study(
    request: ImagingRequest, study: Study, *, why: str, by: User | None, at: datetime
) -> Event:
    """Remove a study, close the links that show it, and say so in the journal.

    The journal keeps which study it was and to whom deliveries had released it: the rows that
    say so go with the study.
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
        what = _what_goes(gone, why.strip())
        gone.delete()
        event = record(locked, EventKind.IMAGES_REMOVED, by=by, at=at, particulars=what)
        _look_again(request, locked, by=by, at=at)
    return event


def _what_goes(study: Study, why: str) -> Particulars:
    images = Instance.objects.filter(series__study=study)
    shown = Delivery.objects.filter(instances__in=images).distinct()
    names = ", ".join(shown.values_list("recipient_name", flat=True))
    count, deliveries = images.count(), shown.count()
    released = f"released by {deliveries} deliver{'y' if deliveries == 1 else 'ies'} ({names})"
    note = (
        f"{count} image{'' if count == 1 else 's'} of study {study.study_instance_uid}, "
        f"{released if deliveries else 'never released'}: {why}"
    )
    return Particulars(note=note, study=study.study_instance_uid, deliveries=deliveries)


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
