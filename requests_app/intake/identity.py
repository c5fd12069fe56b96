"""Who the patient is: found by record number and a second identifier, or left open."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from requests_app.lifecycle.journal import Particulars, record
from requests_app.lifecycle.permissions import check_work
from requests_app.lifecycle.transition import lock
from requests_app.models import Event, ImagingRequest, Patient, User
from requests_app.refusals import Incomplete
from requests_app.vocabulary import EventKind, Touch

OLDEST = 130  # years; nobody is known to have lived so long


def check_birth(born: date | None, today: date) -> None:
    """Raise ValidationError for a birth ahead or too long ago; one check for every door."""
    if born is not None and born > today:
        raise ValidationError("A date of birth cannot lie ahead.", code="birth_date")
    if born is not None and today.year - born.year > OLDEST:
        raise ValidationError(
            f"That birth is more than {OLDEST} years ago. Check the year.", code="birth_date"
        )


def verify_identity(
    request: ImagingRequest,
    *,
    record_number: str,
    by: User | None,
    at: datetime,
    birth_date: date | None = None,
) -> Event:
    """Tie the request to a patient of the organization after two identifiers agree.

    A new record number makes a new patient from what the requester wrote; a known one must
    agree in name and birth date, or nothing changes. `birth_date` is what staff learned where
    the request does not say it: a missing date agrees with nothing.
    """
    number = record_number.strip()
    if not number:
        raise Incomplete("Give the medical record number of the patient.", field="record_number")
    with transaction.atomic():
        locked = lock(request)
        check_work(by, locked)
        _check_learned(birth_date, locked.facility.local_day(at))
        patient = _agreed_patient(locked, number, birth_date)
        locked.patient = patient
        locked.identity_verified = True
        locked.save(update_fields=("patient", "patient_birth_date", "identity_verified"))
        event = record(
            locked,
            EventKind.MANUAL_TOUCH,
            by=by,
            at=at,
            particulars=Particulars(touch=Touch.RECONCILE, note="Identity verified"),
        )
    request.patient, request.identity_verified = patient, True
    request.patient_birth_date = locked.patient_birth_date
    return event


def _check_learned(birth_date: date | None, today: date) -> None:
    try:
        check_birth(birth_date, today)
    except ValidationError as error:
        raise Incomplete(error.messages[0], field="birth_date") from error


def _agreed_patient(locked: ImagingRequest, number: str, birth_date: date | None) -> Patient:
    """Return the patient of a number whose name and birth date agree with the request."""
    locked.patient_birth_date = locked.patient_birth_date or birth_date
    if locked.patient_birth_date is None:
        raise Incomplete(
            "Give the patient's birth date: two identifiers must agree.", field="birth_date"
        )
    patient, is_new = _patient(locked, number)
    if not is_new and not _agree(patient, locked):
        raise Incomplete(
            "That record number belongs to a patient with another name or birth date, or with "
            "none on record. Check the number with the requester.",
            field="record_number",
        )
    return patient


def _agree(patient: Patient, request: ImagingRequest) -> bool:
    same_name = patient.family_name.casefold() == request.patient_family_name.casefold()
    born = patient.birth_date
    return same_name and born is not None and born == request.patient_birth_date


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
