"""Who may read the log, which facilities' entries, and in which zone the times are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from audit.access import record
from audit.models import AuditEntry
from audit.origin import COMMANDED
from audit.proof.entry import Action, EventCode

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponseBase

ROLES = frozenset({"auditor", "administrator"})
ASKS = "requester"
"""The role of an account that belongs to no organization, but asks."""
View = Callable[..., "HttpResponseBase"]
_AS_SUBJECT = Concat(Value("user:"), Cast("pk", CharField()))


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A person who may read the log, cut to the facilities that are theirs to see."""

    facilities: frozenset[str]
    zone: ZoneInfo
    organization_id: int | None = None

    @property
    def sees_all(self) -> bool:
        """True where no entry of others is in the log."""
        return not AuditEntry.objects.exclude(self.sees()).exists()

    def sees(self, path: str = "") -> Q:
        """Return the condition of an entry that is theirs to see, for a query that reaches it so.

        Entries of no facility (sign-ins, imports, uses of this log) are shown to every reader,
        but for those of accounts that are another organization's, and of commands that worked
        for one.
        """
        agents, *named = self._subjects_of_others()
        commands = Q(**{path + "agent__startswith": COMMANDED})
        commands &= ~Q(**{path + "agent": f"{COMMANDED}{self.organization_id}"})
        hidden = Q(**{path + "agent__in": agents}) | commands
        for subjects in (agents, *named):
            # Before commands named the organization only such a subject told of it.
            hidden |= Q(**{path + "agent": "system", path + "subject__in": subjects})
        nowhere = Q(**{path + "facility": ""}) & ~hidden
        return nowhere | Q(**{path + "facility__in": sorted(self.facilities)})

    def accounts_of_others(self) -> QuerySet[Any]:
        """Return the accounts that are another organization's.

        Requesters have none. Where the house holds others than the reader's, a requester is the
        reader's who asked at one of their facilities. Other accounts of none serve the house.
        """
        people = get_user_model().objects
        of_others = ~Q(organization=None) & ~Q(organization=self.organization_id)
        organizations = people.model._meta.get_field("organization").related_model
        if organizations._default_manager.exclude(pk=self.organization_id).exists():
            asked = apps.get_model(settings.AUDIT_ASKED)._default_manager.order_by()
            here = asked.filter(facility__slug__in=self.facilities).exclude(requester=None)
            staff = people.filter(groups__in=Group.objects.exclude(name=ASKS))
            asks = Q(organization=None, is_superuser=False) & ~Q(pk__in=staff.values("pk"))
            of_others |= asks & ~Q(pk__in=here.values("requester"))
        return people.filter(of_others)

    def accounts_called(self, words: str) -> QuerySet[Any]:
        """Return accounts by a part of the name or the email that they have today, as entries do."""
        full = Concat("first_name", Value(" "), "last_name")
        found = get_user_model().objects.annotate(full=full)
        called = found.filter(Q(full__icontains=words) | Q(email__icontains=words))
        ours = called.exclude(pk__in=self.accounts_of_others())
        return ours.values_list(_AS_SUBJECT)

    def _subjects_of_others(self) -> Iterator[QuerySet[Any]]:
        """Give what is another organization's alone, as entries name it: first its accounts."""
        yield self.accounts_of_others().values_list(_AS_SUBJECT)
        for kind, model in settings.AUDIT_OWNED_NAMES.items():
            named = apps.get_model(model)._default_manager.order_by()
            own = named.filter(Q(organization=None) | Q(organization=self.organization_id))
            others = named.exclude(name__in=own.values("name"))
            yield others.values_list(Concat(Value(f"{kind}:"), "name", output_field=CharField()))


def reader_of(request: HttpRequest) -> Reader:
    """Return the signed-in person as a reader of the log."""
    user = cast("Any", request.user)
    first = user.visible_facilities().order_by("slug").first()
    return Reader(
        facilities=user.visible_facility_slugs(),
        zone=ZoneInfo(first.zone if first else "UTC"),
        organization_id=user.organization_id,
    )


def readers(view: View) -> View:
    """Let only auditors and administrators through; visitors sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not set(request.user.groups.values_list("name", flat=True)) & ROLES:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast("View", login_required(guarded))


def look(
    request: HttpRequest, verb: str, at: datetime, **detail: str | int | bool | None
) -> AuditEntry:
    """Record a use of the log (DICOM PS3.15: Audit Log Used)."""
    return record(
        verb=verb,
        code=EventCode.AUDIT_LOG_USED,
        action=Action.READ,
        http_request=request,
        subject="audit log",
        detail=detail,
        at=at,
    )
