"""Who may do what at which address: every door, every method, every role, with the exact answer.

A door that is not declared here fails the test. Methods that a door does not take answer 405 to
who may pass it, and 405 or their usual refusal to others.
"""

from dataclasses import dataclass, field

from address_book import ANONYMOUS, STRANGER

from requests_app.vocabulary import Role

WORKERS = frozenset({Role.RELEASE_STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR})
DECIDERS = frozenset({Role.SUPERVISOR, Role.HIM_DIRECTOR, Role.ADMINISTRATOR})
LOOKERS = WORKERS | {Role.HIM_DIRECTOR}
SEERS = LOOKERS | {Role.AUDITOR, Role.ANALYST}
FIGURES = (SEERS - {Role.RELEASE_STAFF}) | {STRANGER}
IMPORTERS = FIGURES - {Role.AUDITOR}
AUDITORS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
KEEPERS = frozenset({Role.ADMINISTRATOR})
EVERYBODY = frozenset({ANONYMOUS, STRANGER, *Role})
SIGNED_IN = EVERYBODY - {ANONYMOUS}
SIGN_IN = 302
"""What a visitor gets at a door for accounts: the way to the sign-in page."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who passes and what they get by method; what the others get."""

    opens_to: frozenset[str]
    answers: dict[str, int]
    refusal: int = 403
    visitor: int = SIGN_IN
    others: dict[str, int] = field(default_factory=dict)
    """Answers of single people that differ from their group's."""


def _door(opens_to: frozenset[str], refusal: int = 403, **answers: int) -> Door:
    return Door(opens_to=opens_to, answers=answers, refusal=refusal)


def _about(opens_to: frozenset[str], **answers: int) -> Door:
    """A door to one thing of Northfield: for staff of another facility it is not there."""
    return Door(opens_to=opens_to, answers=answers, others={STRANGER: 404})


def _api(opens_to: frozenset[str], refusal: int = 404, **answers: int) -> Door:
    return Door(opens_to=opens_to, answers=answers, refusal=refusal, visitor=401)


def _move(answer: int) -> Door:
    """A step on a request of Northfield: others than its staff do not know that it is there."""
    others = {STRANGER: 404, Role.REQUESTER: 404}
    return Door(opens_to=WORKERS, answers={"POST": answer}, visitor=401, others=others)


def _decision(answer: int) -> Door:
    """A denial is decided by who may: not by release staff, but by the director."""
    others = {STRANGER: 404, Role.REQUESTER: 404}
    return Door(opens_to=DECIDERS, answers={"POST": answer}, visitor=401, others=others)


DOORS: dict[str, Door] = {
    "health": _door(EVERYBODY, GET=200, POST=200),
    # Pages of the account library. A visitor to one that needs an account is sent to sign in;
    # somebody who is signed in is sent on from those that are for visitors.
    "account_login": _door(frozenset({ANONYMOUS}), 302, GET=200, POST=200),
    "account_logout": _door(SIGNED_IN, GET=200),
    "account_inactive": _door(EVERYBODY, GET=200),
    "account_change_password": _door(SIGNED_IN, GET=200, POST=200),
    "account_set_password": _door(SIGNED_IN, GET=302, POST=302),
    "account_reset_password": _door(EVERYBODY, GET=200, POST=200),
    "account_reset_password_done": _door(EVERYBODY, GET=200),
    "account_reset_password_from_key": _door(EVERYBODY, GET=200, POST=200),
    "account_reset_password_from_key_done": _door(EVERYBODY, GET=200),
    "keys:list": _door(SIGNED_IN - {Role.REQUESTER}, GET=200, POST=422),
    "keys:end": _door(SIGNED_IN, POST=404),  # nobody's own
    "staff:queue": _door(SEERS | {STRANGER}, GET=200, POST=302),
    "staff:outside_images": _door(SEERS | {STRANGER}, GET=200, POST=302),
    "staff:deliveries": _door(SEERS | {STRANGER}, GET=200),
    "staff:new": _door(WORKERS | {STRANGER}, GET=200, POST=422),
    "staff:request": _about(SEERS, GET=200),
    "staff:step": _about(WORKERS, POST=302),
    "staff:attach": _about(WORKERS, POST=409),
    "staff:attach_stream": _about(WORKERS, POST=409),
    "staff:view": _about(LOOKERS, GET=200),
    "staff:frame": _about(LOOKERS, GET=404),  # the request has no images yet
    "staff:originals": _about(LOOKERS, GET=200),
    "api:schema": _api(SIGNED_IN, GET=200),
    "api:docs": _door(SIGNED_IN, GET=200),
    "api:requests": _api(SIGNED_IN, GET=200, POST=400),
    "api:request": _api(SEERS, GET=200),
    "api:events": _api(SEERS, GET=200),
    "api:deliveries": _api(SEERS, GET=200),
    "api:transition": _move(422),  # not complete yet
    "api:link": _move(400),
    "api:hand_over": _move(400),
    "api:arrived": _move(409),
    "api:failed": _move(400),
    "api:hold": _move(400),
    "api:release": _move(409),
    "api:extend": _move(400),
    "api:deny": _decision(400),
    "api:noted": _move(400),
    "api:mended": _move(400),
    "figures:definitions": _api(FIGURES, 403, GET=200),
    "figures:metrics": _api(FIGURES, 403, GET=200),
    "figures:graph": _api(FIGURES, 403, GET=200),
    "figures:cases": _api(FIGURES, 403, GET=200),
    "figures:cost": _api(FIGURES, 403, GET=200),
    "figures:without": _api(FIGURES, 403, GET=200),
    "figures:forecast": _api(FIGURES, 403, GET=200),
    "dashboards:overview": _door(FIGURES, GET=200),
    "dashboards:part _dash-layout": _door(FIGURES, GET=200),
    "dashboards:part _dash-dependencies": _door(FIGURES, GET=200),
    "dashboards:part _dash-update-component": _door(FIGURES, POST=200),
    "dashboards:behind": _door(FIGURES, GET=200),
    "dashboards:behind_csv": _door(FIGURES, GET=200),
    "dashboards:part none": _door(FIGURES, GET=404),
    "process:view": _door(FIGURES, GET=200),
    "measures:all": _door(FIGURES, GET=200),
    "forecast:page": _door(FIGURES, GET=200),
    "cost:page": _door(FIGURES, GET=200),
    "logs:list": _door(IMPORTERS, GET=200),
    "logs:new": _door(IMPORTERS, GET=200, POST=422),
    "logs:draft": _door(IMPORTERS, GET=404, POST=404),  # somebody else's
    "logs:template": _door(IMPORTERS, GET=404),
    "logs:draft_rejected": _door(IMPORTERS, GET=404),
    "logs:rejected": _door(IMPORTERS, GET=200),
    "logs:run": _door(IMPORTERS, GET=404),
    "logs:run_state": _door(IMPORTERS, GET=404),
    "logs:run_cancel": _door(IMPORTERS, POST=404),
    "logs:run_resume": _door(IMPORTERS, POST=404),
    "logs:delete": _door(IMPORTERS, POST=404),  # the sample is kept: this one is not there
    "reports:index": _door(FIGURES, GET=200),
    "reports:download": _door(FIGURES, GET=200),
    "audit:access_log": _door(AUDITORS, GET=200),
    "audit:access_log_csv": _door(AUDITORS, GET=200),
    "audit:bundle": _door(AUDITORS, POST=200),
    "audit:check": _door(AUDITORS, POST=302),
    "audit:review": _door(AUDITORS, POST=302),
    "audit:entry": _door(AUDITORS, GET=200),
    "audit:entry_proof": _door(AUDITORS, POST=200),
    "administration:start": _door(KEEPERS, GET=302),
    "administration:people": _door(KEEPERS, GET=200),
    "administration:new_person": _door(KEEPERS, GET=200, POST=422),
    "administration:person": _door(KEEPERS, GET=404, POST=404),  # nobody has that number
    "administration:switch": _door(KEEPERS, POST=404),
    "administration:invite": _door(KEEPERS, POST=404),
    "administration:facilities": _door(KEEPERS, GET=200),
    "administration:new_facility": _door(KEEPERS, GET=200, POST=422),
    "administration:facility": _door(KEEPERS, GET=200, POST=422),
    "administration:holidays": _door(KEEPERS, GET=200),
    "administration:add_holiday": _door(KEEPERS, POST=422),
    "administration:load_holidays": _door(KEEPERS, POST=422),
    "administration:remove_holiday": _door(KEEPERS, POST=404),
    "administration:rules": _door(KEEPERS, GET=200),
    "administration:rule": _door(KEEPERS, GET=200, POST=422),
    "administration:withdraw": _door(KEEPERS, POST=404),
    "portal:start": _door(EVERYBODY, GET=302),
    "portal:ask": _door(EVERYBODY, GET=200, POST=422),
    "portal:tracking": _door(EVERYBODY, GET=404),  # an unknown token, as below
    "portal:mine": _door(SIGNED_IN, GET=200),
    "portal:withdraw": _door(SIGNED_IN, POST=404),  # nobody's own
    "portal:share": _door(EVERYBODY, GET=404, POST=404),
    "portal:shared": _door(EVERYBODY, GET=404),
    "portal:shared_frame": _door(EVERYBODY, GET=404),
    "portal:shared_originals": _door(EVERYBODY, GET=404),
}

TELLS_NOTHING = {
    *("dashboards:part none", "portal:tracking", "portal:share"),
    *("portal:shared", "portal:shared_frame", "portal:shared_originals"),
}
"""Doors behind which nothing is a person's: what is not there is no try."""


def is_refused(key: str, who: str, status: int) -> bool:
    """Say whether an answer tells that a door was closed, or nothing of this person's behind it."""
    has_no_images = key == "staff:frame" and who in DOORS[key].opens_to
    missed = status == 404 and key not in TELLS_NOTHING and not has_no_images
    return who != ANONYMOUS and (status == 403 or missed)


def expected(door: Door, who: str, method: str) -> frozenset[int]:
    """Return the answers that are right."""
    if who in door.opens_to:
        return frozenset({door.answers.get(method, 405)})
    usual = door.others.get(who, door.visitor if who == ANONYMOUS else door.refusal)
    return frozenset({usual}) if method in door.answers else frozenset({usual, 405})
