"""Who changes the house, and the entry that goes with every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from audit.access import SYSTEM, record, system_for
from audit.origin import of_command
from audit.proof.entry import Action, Agent, EventCode
from requests_app.models import Organization


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Somebody who may change the house of one organization, at one moment."""

    organization: Organization
    at: datetime
    agent: Agent = SYSTEM

    def note(
        self,
        verb: str,
        action: Action,
        subject: str,
        *,
        facility: str = "",
        detail: Mapping[str, str | int | bool | None] | None = None,
    ) -> None:
        """Write the entry of a change; to be called in the transaction of that change."""
        is_command = self.agent is SYSTEM
        whose = {**of_command(), "organization": self.organization.slug} if is_command else {}
        record(
            verb=verb,
            code=EventCode.SECURITY_ALERT,
            action=action,
            agent=system_for(self.organization.pk) if is_command else self.agent,
            subject=subject,
            facility=facility,
            detail={**(detail or {}), **whose},
            at=self.at,
        )


def lock_house(keeper: Keeper) -> None:
    """Let one change at a time through: two administrators who remove each other leave none."""
    Organization.objects.select_for_update().get(pk=keeper.organization.pk)
