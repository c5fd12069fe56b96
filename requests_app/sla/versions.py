"""The versions of a rule at a facility, each with the days of receipt that it holds for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from requests_app.models import Facility, Policy
from requests_app.sla.policy import in_force
from requests_app.sla.rules import Rule

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Version:
    """A rule and the days of receipt for which it is in force, both included; None is open."""

    since: date | None
    until: date | None
    rule: Rule


def versions(rows: Iterable[Policy], facility: Facility, key: str) -> list[Version]:
    """Return the versions of a rule that are switched on at a facility, in order of their days.

    Versions of the same settings that follow each other are one.
    """
    own = [row for row in rows if row.key == key]
    ends = [row.effective_to + _A_DAY for row in own if row.effective_to is not None]
    turns = sorted({*ends, *(row.effective_from for row in own if row.effective_from is not None)})
    found: list[Version] = []
    for since, following in zip([None, *turns], [*turns, None], strict=True):
        rule = in_force(own, facility, since or date.min).get(key)
        if rule is None or not rule.enabled:
            continue
        until = following - _A_DAY if following is not None else None
        last = found[-1] if found else None
        follows = last is not None and since is not None and last.until == since - _A_DAY
        if last is not None and follows and last.rule.policy == rule.policy:
            found[-1] = replace(last, until=until)
        else:
            found.append(Version(since=since, until=until, rule=rule))
    return found
