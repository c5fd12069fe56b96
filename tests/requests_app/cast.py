"""The cast of the tests: two hospitals' facilities, people of every role, one request."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from requests_app.house.rules import seed_rules
from requests_app.intake.completeness import complete
from requests_app.intake.identity import verify_identity
from requests_app.intake.submit import Submission, submit
from requests_app.lifecycle.transition import transition
from requests_app.models import Facility, ImagingRequest, Organization, User
from requests_app.vocabulary import LegalBasis, RequesterType, Role, State

AT = datetime(2026, 11, 9, 15, tzinfo=UTC)
PASSWORD = "a long enough password"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Insiders of Northfield, and an outsider of Lakeside in the same organization."""

    northfield: Facility
    lakeside: Facility
    people: dict[Role, User]
    outsider: User


def person(name: str, role: Role, *facilities: Facility) -> User:
    """Return an account with one role and some facilities."""
    user = User.objects.create_user(
        name,
        f"{name}@example.org",
        PASSWORD,
        organization=facilities[0].organization if facilities else None,
    )
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    user.facilities.set(facilities)
    return User.objects.get(pk=user.pk)


def make_cast() -> Cast:
    """Return the cast, freshly stored, in as few statements as there are tables."""
    seed_rules()
    house = Organization.objects.create(name="Example Health", slug="example-health")
    places = Facility.objects.bulk_create(
        Facility(organization=house, name=name, short_name=short, slug=short.lower())
        for name, short in (("Northfield General", "Northfield"), ("Lakeside Clinic", "Lakeside"))
    )
    roles = {role.value: role for role in Role} | {"outsider": Role.RELEASE_STAFF}
    Group.objects.bulk_create([Group(name=role.value) for role in Role], ignore_conflicts=True)
    groups = {group.name: group for group in Group.objects.all()}
    users = User.objects.bulk_create(
        User(
            username=name,
            email=f"{name}@example.org",
            password=make_password(PASSWORD),
            organization=house,
        )
        for name in roles
    )
    User.groups.through.objects.bulk_create(
        User.groups.through(user=user, group=groups[roles[user.username].value]) for user in users
    )
    User.facilities.through.objects.bulk_create(
        User.facilities.through(user=user, facility=places[user.username == "outsider"])
        for user in users
    )
    people = {user.username: user for user in User.objects.filter(pk__in=[u.pk for u in users])}
    outsider = people.pop("outsider")
    by_role = {role: people[role.value] for role in Role}
    return Cast(northfield=places[0], lakeside=places[1], people=by_role, outsider=outsider)


def file_request(facility: Facility, *, at: datetime = AT, **said: object) -> ImagingRequest:
    """Return a received request."""
    words: dict[str, object] = {
        "requester_type": RequesterType.PATIENT,
        "legal_basis": LegalBasis.PATIENT_ACCESS,
        "requester_name": "Sample Patient 0417",
        "recipient_name": "Sample Patient 0417",
        "recipient_email": "patient0417@example.org",
        "patient_family_name": "Patient",
        "patient_given_name": "Sample",
        "patient_birth_date": date(1958, 4, 27),
        "scope": "CT abdomen",
        **said,
    }
    return submit(Submission(facility=facility, **words), by=None, at=at, logged_at=at).request  # type: ignore[arg-type]


def approve_request(facility: Facility, **said: object) -> ImagingRequest:
    """Return a request that takes images."""
    request = file_request(facility, **said)  # type: ignore[arg-type]
    verify_identity(request, record_number="MRN-0417", by=None, at=AT)
    complete(request, by=None, at=AT)
    transition(request, to=State.APPROVED, by=None, at=AT)
    return request
