"""Who may bring logs: asked at the door, and again before what the worker read is stored."""

from __future__ import annotations

from requests_app.models import User
from requests_app.refusals import NotAllowed
from requests_app.vocabulary import Role

READERS = (Role.ANALYST, Role.HIM_DIRECTOR, Role.SUPERVISOR, Role.ADMINISTRATOR)


def check_asker(key: int, organization_id: int | None) -> None:
    """Raise NotAllowed unless an account, as it is now, may bring logs of an organization."""
    person = User.objects.get(pk=key)
    if not person.has_role(*READERS) or person.organization_id != organization_id:
        raise NotAllowed(
            "Whoever asked for this import may not bring logs here any more. "
            "Somebody who may can choose the file again."
        )
