"""People of an organization: invite, change, switch off; one administrator always stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from audit.proof.entry import Action
from requests_app.house.ledger import Keeper, lock_house
from requests_app.house.places import free_slug
from requests_app.models import AccessKey, Facility, User
from requests_app.refusals import Incomplete, NotAllowed
from requests_app.vocabulary import Role

WORK_WITHIN_FACILITIES = frozenset(
    {Role.RELEASE_STAFF, Role.SUPERVISOR, Role.HIM_DIRECTOR, Role.AUDITOR, Role.ANALYST}
)
"""Roles whose requests, figures and log entries are those of the facilities that are given."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """What a person is in the organization."""

    first_name: str = ""
    last_name: str = ""
    roles: frozenset[Role]
    facilities: tuple[Facility, ...] = ()
    sees_all_facilities: bool = False

    @property
    def sees_nothing(self) -> bool:
        """Say whether a role works within facilities, and there is none to work in."""
        has_one = self.sees_all_facilities or bool(self.facilities)
        return not has_one and bool(self.roles & WORK_WITHIN_FACILITIES)


@transaction.atomic
def invite(keeper: Keeper, email: str, post: Post, *, password: str | None = None) -> User:
    """Make an account; without a password nobody can sign in until one is chosen by link."""
    lock_house(keeper)
    if User.objects.filter(email__iexact=email).exists():
        raise Incomplete("This email has an account already. Each person has one.", field="email")
    _check_post(keeper, post)
    person = _account(keeper, email, post, password)
    _give(person, post)
    keeper.note("person.invited", Action.CREATE, f"user:{person.pk}", detail=_told(post))
    return person


def _account(keeper: Keeper, email: str, post: Post, password: str | None) -> User:
    """Write the account; names and emails are unique over all houses, and only ours is locked."""
    taken = set(User.objects.values_list("username", flat=True))
    try:
        with transaction.atomic():
            return User.objects.create_user(
                free_slug(email.partition("@")[0], taken),
                email=email,
                password=password,
                organization=keeper.organization,
                first_name=post.first_name,
                last_name=post.last_name,
                sees_all_facilities=post.sees_all_facilities,
            )
    except IntegrityError as error:
        raise Incomplete(
            "Another account took this name at the same moment. Send it once more.", field="email"
        ) from error


@transaction.atomic
def change_person(keeper: Keeper, person: User, post: Post) -> None:
    """Give a person other roles, facilities or another name."""
    lock_house(keeper)
    _check_own(keeper, person)
    _check_post(keeper, post)
    if Role.ADMINISTRATOR not in post.roles:
        _check_one_stays(keeper, person)
    person.first_name, person.last_name = post.first_name, post.last_name
    person.sees_all_facilities = post.sees_all_facilities
    person.save(update_fields=("first_name", "last_name", "sees_all_facilities"))
    before = ", ".join(sorted(person.groups.values_list("name", flat=True)))
    _give(person, post)
    detail = {"roles_before": before, **_told(post)}
    keeper.note("person.changed", Action.UPDATE, f"user:{person.pk}", detail=detail)


@transaction.atomic
def switch(keeper: Keeper, person: User, *, on: bool) -> None:
    """Switch an account off, which ends its sessions and access keys, or on again."""
    lock_house(keeper)
    _check_own(keeper, person)
    if not on:
        _check_one_stays(keeper, person)
    person.is_active = on
    person.save(update_fields=("is_active",))
    if not on:
        _end_sessions(person)
        AccessKey.objects.filter(person=person, ended_at=None).update(ended_at=keeper.at)
    verb = "person.switched_on" if on else "person.switched_off"
    keeper.note(verb, Action.UPDATE, f"user:{person.pk}")


def _end_sessions(person: User) -> None:
    """Remove the person's sessions: they must not come back when the account does."""
    theirs = str(person.pk)
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == theirs:
            session.delete()


def _check_own(keeper: Keeper, person: User) -> None:
    if person.organization_id != keeper.organization.pk:
        raise NotAllowed("This person belongs to another organization.")


def _check_post(keeper: Keeper, post: Post) -> None:
    if not post.roles:
        raise Incomplete("Choose at least one role.", field="roles")
    if any(one.organization_id != keeper.organization.pk for one in post.facilities):
        raise NotAllowed("A facility belongs to another organization.")


def _check_one_stays(keeper: Keeper, leaving: User) -> None:
    others = User.objects.filter(
        organization=keeper.organization, is_active=True, groups__name=Role.ADMINISTRATOR.value
    ).exclude(pk=leaving.pk)
    is_one = leaving.is_active and leaving.groups.filter(name=Role.ADMINISTRATOR.value).exists()
    if is_one and not others.exists():
        raise Incomplete(
            "This is the last administrator. Make somebody else one first.", field="roles"
        )


def _give(person: User, post: Post) -> None:
    person.groups.set(_groups(post.roles))
    person.facilities.set(post.facilities)


def _groups(roles: Iterable[Role]) -> list[Group]:
    return [Group.objects.get_or_create(name=role.value)[0] for role in roles]


def _told(post: Post) -> dict[str, str | int | bool | None]:
    return {
        "roles": ", ".join(sorted(post.roles)),
        "facilities": ", ".join(one.slug for one in post.facilities),
        "sees_all_facilities": post.sees_all_facilities,
    }
