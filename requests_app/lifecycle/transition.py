"""The only place that sets a state: lock, check, write, journal and seal in one transaction."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from requests_app.lifecycle.guards import check_guards
from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.links import end_links
from requests_app.lifecycle.permissions import check_move
from requests_app.lifecycle.states import TRANSITIONS, event_of
from requests_app.lifecycle.waits import reason_of_end
from requests_app.models import Event, ImagingRequest, User
from requests_app.refusals import TransitionConflict, TransitionRefused
from requests_app.vocabulary import EventKind, State


def transition(
    request: ImagingRequest,
    *,
    to: State,
    by: User | None,
    at: datetime,
    expected: State | None = None,
    particulars: Particulars | None = None,
) -> Event:
    """Move a request to a state and write the event.

    `expected` is the state that the person saw; where someone else moved the request first,
    TransitionConflict is raised and nothing changes. `request` is refreshed from the locked row.
    """
    what = particulars or Particulars()
    with transaction.atomic():
        locked = lock(request)
        origin = State(locked.state)
        check_unmoved(locked, expected)
        if to not in TRANSITIONS[origin]:
            raise TransitionRefused(
                f"A request that is {_words(origin)} cannot become {_words(to)}."
            )
        check_move(by, locked, to)
        check_guards(locked, to, what)
        locked.state = to
        locked.save(update_fields=("state",))
        kind = event_of(origin, to)
        if kind is EventKind.HOLD_ENDED:  # whoever asked, and whatever they named: all holds end
            what = replace(what, reason=reason_of_end(locked))
        what = replace(what, state_from=origin, state_to=to)
        event = record(locked, kind, by=by, at=at, particulars=what)
        end_links(locked, to, by=by, at=at)
    request.state = to
    return event


def check_unmoved(locked: ImagingRequest, expected: State | None) -> None:
    """Raise TransitionConflict where the locked request is not in the state that a person saw."""
    if expected is not None and locked.state != expected:
        raise TransitionConflict(
            f"Someone moved this request first: it is now {_words(State(locked.state))}, "
            f"not {_words(expected)}. Look at it again; nothing was changed."
        )


def lock(request: ImagingRequest) -> ImagingRequest:
    """Return the request's locked row; call inside a transaction."""
    rows = ImagingRequest.objects.select_for_update(of=("self",)).select_related("facility")
    return rows.get(pk=request.pk)


def _words(state: State) -> str:
    return state.value.replace("_", " ")
