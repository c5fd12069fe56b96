"""Who the patient is: found by record number and a second identifier, or left open."""

from datetime import datetime

from django.db import transaction

from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import Event, ImagingRequest, Patient, User
from requests_app.refusals import Incomplete
from requests_app.vocabulary import EventKind, Touch


def verify_identity(
    request: ImagingRequest, *, record_number: str, by: User | None, at: datetime
) -> Event:
    """Tie the request to a patient of the organization after two identifiers agree.

    A new record number makes a new patient from what the requester wrote; a known one must
    agree in birth date, or nothing changes.
    """
    number = record_number.strip()
    if not number:
        raise Incomplete("Give the medical record number of the patient.", field="record_number")
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        patient, is_new = _patient(locked, number)
        if not is_new and not _agree(patient, locked):
            raise Incomplete(
                "That record number belongs to a patient with another name or birth date. "
                "Check the number with the requester.",
                field="record_number",
            )
        locked.patient = patient
        locked.identity_verified = True
        locked.save(update_fields=("patient", "identity_verified"))
        event = record(
            locked,
            EventKind.MANUAL_TOUCH,
            by=by,
            at=at,
            particulars=Particulars(touch=Touch.RECONCILE, note="Identity verified"),
        )
    request.patient, request.identity_verified = patient, True
    return event


def _agree(patient: Patient, request: ImagingRequest) -> bool:
    same_name = patient.family_name.casefold() == request.patient_family_name.casefold()
    dates = (patient.birth_date, request.patient_birth_date)
    return same_name and (None in dates or dates[0] == dates[1])


def _patient(request: ImagingRequest, number: str) -> tuple[Patient, bool]:
    """Return the patient of a record number, and whether it is new to us."""
    return Patient.objects.get_or_create(
        organization=request.facility.organization,
        medical_record_number=number,
        defaults={
            "family_name": request.patient_family_name,
            "given_name": request.patient_given_name,
            "birth_date": request.patient_birth_date,
        },
    )
