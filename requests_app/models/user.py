"""People who sign in, their roles (Django groups) and the facilities they may see."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import QuerySet

from requests_app.models.organization import Facility, Organization
from requests_app.vocabulary import Role


class User(AbstractUser):
    """A person; roles are groups named as in `Role`, scope is organization and facilities."""

    email = models.EmailField(unique=True)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    facilities = models.ManyToManyField(Facility, blank=True, related_name="people")
    sees_all_facilities = models.BooleanField(
        default=False, help_text="Sees every facility of the organization."
    )

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles of an active user; none for one who was switched off."""
        if not self.is_active:
            return frozenset()
        known = {role.value for role in Role}
        names = self.groups.values_list("name", flat=True)
        return frozenset(Role(name) for name in names if name in known)

    def has_role(self, *roles: Role) -> bool:
        """Say whether the user holds at least one of the roles."""
        return bool(self.roles.intersection(roles))

    def visible_facilities(self) -> QuerySet[Facility]:
        """Return the facilities whose requests this user may see as staff."""
        if self.organization_id is None or not self.is_active:
            return Facility.objects.none()
        mine = Facility.objects.filter(organization_id=self.organization_id)
        return mine if self.sees_all_facilities else mine.filter(people=self)

    @cached_property
    def visible_facility_ids(self) -> frozenset[int]:
        """The keys of the visible facilities, asked for once."""
        return frozenset(self.visible_facilities().values_list("pk", flat=True))

    def visible_facility_slugs(self) -> frozenset[str]:
        """Return the slugs of the visible facilities."""
        return frozenset(self.visible_facilities().values_list("slug", flat=True))
