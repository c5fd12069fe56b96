"""Who may do what at which address: the declared answers, by pattern, method and role.

An address that is not declared here fails the test. `SIGN_IN` is a redirect to the sign-in page.
"""

from dataclasses import dataclass

from requests_app.vocabulary import Role

ANONYMOUS, STRANGER = "anonymous", "staff of another facility"
WORKERS = frozenset({Role.RELEASE_STAFF, Role.SUPERVISOR, Role.ADMINISTRATOR})
LOOKERS = WORKERS | {Role.HIM_DIRECTOR}
SEERS = LOOKERS | {Role.AUDITOR, Role.ANALYST}
EVERYBODY = frozenset({ANONYMOUS, STRANGER, *Role})
SIGNED_IN = EVERYBODY - {ANONYMOUS}


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who passes; `elsewhere` says that the thing behind it is another facility's for a stranger."""

    opens_to: frozenset[str]
    methods: tuple[str, ...] = ("GET",)
    elsewhere: bool = False


def _door(roles: frozenset[str], *methods: str, elsewhere: bool = False) -> Door:
    return Door(opens_to=roles, methods=methods or ("GET",), elsewhere=elsewhere)


STAFFS_OWN = SEERS | {STRANGER}
DOORS: dict[str, Door] = {
    "staff:queue": _door(STAFFS_OWN, "GET", "POST"),
    "staff:outside_images": _door(STAFFS_OWN, "GET", "POST"),
    "staff:deliveries": _door(STAFFS_OWN),
    "staff:new": _door(WORKERS | {STRANGER}, "GET", "POST"),
    "staff:request": _door(SEERS, elsewhere=True),
    "staff:step": _door(SEERS, "POST", elsewhere=True),
    "staff:attach": _door(WORKERS, "POST", elsewhere=True),
    "staff:attach_stream": _door(WORKERS, "POST", elsewhere=True),
    "staff:view": _door(LOOKERS, elsewhere=True),
    "staff:frame": _door(LOOKERS, elsewhere=True),
    "staff:originals": _door(LOOKERS, elsewhere=True),
    "api:docs": _door(SIGNED_IN),
    "portal:start": _door(EVERYBODY),
    "portal:ask": _door(EVERYBODY, "GET", "POST"),
    "portal:tracking": _door(EVERYBODY),
    "portal:mine": _door(SIGNED_IN),
    "portal:share": _door(EVERYBODY, "GET", "POST"),
    "portal:shared": _door(EVERYBODY),
    "portal:shared_frame": _door(EVERYBODY),
    "portal:shared_originals": _door(EVERYBODY),
}
"""Doors whose every answer is declared."""

ELSEWHERE_TESTED = ("account", "dashboards", "reports", "logs", "audit", "api", "health")
"""Rooms visited by every role too, for crashes and for letting visitors in."""

OPEN_TO_VISITORS = frozenset(
    {
        "health",
        "account_login",
        "account_logout",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_confirm_email",
        "account_email_verification_sent",
        "account_confirm_login_code",
        "account_reauthenticate",
    }
)
"""Addresses outside the declared doors that answer 200 to a visitor."""
