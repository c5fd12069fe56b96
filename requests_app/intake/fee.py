"""What a copy costs, where a fee is charged at all (45 CFR 164.524(c)(4))."""

from datetime import datetime

from django.db import transaction

from requests_app.lifecycle.effort import touch
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import Event, ImagingRequest, User
from requests_app.refusals import Incomplete, TransitionRefused
from requests_app.vocabulary import Touch

MOST = 1_000_000  # cents; more is a slip of the finger


def charge_fee(request: ImagingRequest, cents: int, *, by: User | None, at: datetime) -> Event:
    """Charge a fee, or change it until it is paid; 0 takes it back."""
    if not 0 <= cents <= MOST:
        raise Incomplete("A fee lies between 0 and 10,000 dollars.", field="amount")
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if not locked.is_open or locked.fee_paid_on is not None:
            raise TransitionRefused("The fee of this request can be changed no more.")
        locked.fee_cents = cents or None
        locked.save(update_fields=("fee_cents",))
        note = f"Fee of ${cents / 100:.2f} charged" if cents else "No fee charged"
        return touch(locked, Touch.RECONCILE, by=by, at=at, note=note)


def pay_fee(request: ImagingRequest, *, by: User | None, at: datetime) -> Event:
    """Record that the fee was paid."""
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        if not locked.owes_fee:
            raise TransitionRefused("No fee of this request is unpaid.")
        locked.fee_paid_on = locked.facility.local_day(at)
        locked.save(update_fields=("fee_paid_on",))
        return touch(locked, Touch.RECONCILE, by=by, at=at, note="Fee paid")
