"""What the log's verbs, roles and purposes are called on a page."""

from audit.doors import FIGURES, HOUSES, door_words, figures_words
from audit.origin import COMMANDED

VERBS: dict[str, str] = {
    "request.drafted": "Drafted",
    "request.received": "Received",
    "request.logged": "Logged",
    "request.hold_started": "Put on hold",
    "request.hold_ended": "Ended the hold",
    "request.complete": "Marked complete",
    "request.approved": "Approved",
    "request.search_started": "Began the search",
    "request.located": "Found the images",
    "request.images_received": "Received images",
    "request.images_unusable": "Found images not usable",
    "request.images_usable": "Found images usable",
    "request.images_removed": "Removed a study",
    "request.prepared": "Made ready",
    "request.sent": "Sent",
    "request.available": "Made available",
    "request.first_opened": "Opened for the first time",
    "request.downloaded": "Downloaded",
    "request.confirmed_usable": "Confirmed usable",
    "request.delivery_failed": "Recorded a failed delivery",
    "request.redelivery_ready": "Made ready to send again",
    "request.link_revoked": "Revoked the link",
    "request.failure_noted": "Noted a failure",
    "request.failure_recovered": "Recovered from a failure",
    "request.manual_touch": "Handled by hand",
    "request.assigned": "Assigned",
    "request.extended": "Extended the due date",
    "request.denied": "Denied",
    "request.withdrawn": "Withdrew",
    "request.not_found": "Found no images",
    "request.duplicate": "Marked as a duplicate",
    "request.closed": "Closed",
    "request.viewed": "Looked at",
    "request.tracked": "Looked at its progress",
    "requests.listed": "Listed requests",
    "study.viewed": "Viewed images",
    "study.downloaded": "Took the originals",
    "session.opened": "Signed in",
    "session.closed": "Signed out",
    "session.refused": "Tried to sign in",
    "session.throttled": "Tried to sign in too often",
    "password.changed": "Changed the password",
    "door.refused": "Tried a closed door",
    "api.figures_read": "Read figures by program",
    "api.figures_exported": "Took figures by program",
    "key.issued": "Made a key for a program",
    "key.used": "Used a key for the first time that day",
    "key.refused": "Called with a key that opens nothing",
    "key.ended": "Ended a key",
    "keys.viewed": "Looked at own keys",
    "administration.viewed": "Looked at the administration",
    "person.invited": "Invited a person",
    "person.changed": "Changed a person",
    "person.switched_on": "Switched an account on",
    "person.switched_off": "Switched an account off",
    "facility.added": "Added a facility",
    "facility.changed": "Changed a facility",
    "holiday.added": "Added a holiday",
    "holiday.removed": "Removed a holiday",
    "holidays.loaded": "Loaded the holidays of a year",
    "rule.published": "Put a clock rule in force",
    "rule.withdrawn": "Withdrew a clock rule",
    "bench.saved": "Saved for a bench",
    "dashboard.viewed": "Looked at figures",
    "figure.opened": "Looked at the requests behind a number",
    "figure.exported": "Took the requests behind a number",
    "report.exported": "Exported a report",
    "figures.published": "Published figures for a docket",
    "log.imported": "Imported a log",
    "log.import_started": "Started an import",
    "log.import_watched": "Looked how far an import is",
    "log.import_cancelled": "Cancelled an import",
    "log.import_resumed": "Resumed an import",
    "log.previewed": "Previewed a log",
    "logs.listed": "Listed imported logs",
    "log.deleted": "Deleted a log",
    "log.template_taken": "Took a template",
    "log.rejected_taken": "Took rejected rows",
    "log.viewed": "Looked at the access log",
    "log.entry_viewed": "Looked at an entry",
    "log.proof_exported": "Took the proof of an entry",
    "log.checked": "Checked the access log",
    "log.exported": "Exported the log",
    "log.reviewed": "Reviewed the access log",
}
KINDS: tuple[tuple[str, str], ...] = (
    ("request.viewed", "Looked at a request"),
    ("request.", "Anything with a request"),
    ("requests.", "Listed requests"),
    ("study.", "Saw or took images"),
    ("session.", "Sign-ins"),
    ("door.", "Tried a closed door"),
    ("report.", "Exported a report"),
    ("dashboard.", "Looked at figures"),
    ("figure.", "Requests behind a number"),
    ("api.", "Figures by program"),
    ("key", "Keys for programs"),
    ("log", "Logs: looked, imported, exported"),
    ("person.", "People: invited, changed"),
    ("facility.", "Facilities: added, changed"),
    ("holiday", "Holidays: added, removed"),
    ("rule.", "Clock rules: published, withdrawn"),
    ("administration.", "Looked at the administration"),
)
"""What the filter "did" offers: the beginning of a verb and its name."""
_SPELLED: dict[str, str] = {"him_director": "HIM director"}
_ALONE: dict[str, str] = {
    "audit log": "The access log",
    "log:all": "Imported logs",
}
_LISTS: dict[str, str] = {
    "own": "Own requests",
    "outbound": "The queue",
    "inbound": "Outside images",
    "deliveries": "Deliveries",
    "api": "Requests, by program",
}
_AS_NAMED = frozenset({"log", "docket", "facility"})
"""Kinds of subjects whose names somebody chose: they are shown as they are spelled."""
_BY_COMMAND = ("report.", "figures.", "log.", "person.", "facility.", "holiday", "rule.")
"""Beginnings of verbs that the system never does by itself: a command of the server did."""


def verb_words(verb: str) -> str:
    """Say what was done; a verb that has no words yet is spelled out."""
    return VERBS.get(verb) or verb.replace(".", " ").replace("_", " ").capitalize()


def in_words(code: str) -> str:
    """Say a role or a purpose: release_staff becomes Release staff."""
    return _SPELLED.get(code) or code.replace("_", " ").capitalize()


def is_by_command(agent: str, verb: str) -> bool:
    """Say whether nobody was signed in, and a command of the server did it."""
    return (agent == "system" or agent.startswith(COMMANDED)) and verb.startswith(_BY_COMMAND)


def account_of(subject: str) -> str:
    """Return the number of the account that an entry tells of; nothing for any other subject."""
    head, _, number = subject.rpartition("user:")
    return number if head in ("", "administration:") and number.isdecimal() else ""


def subject_words(subject: str, *, name: str = "", is_door: bool = False) -> str:
    """Say what it was done to: request:R-004817 becomes R-004817, an account its person's name."""
    if number := account_of(subject):
        return name or f"Account {number}"
    kind, _, rest = subject.partition(":")
    if rest and kind in HOUSES and (is_door or kind == "administration"):
        return door_words(subject)
    if kind in FIGURES:
        return figures_words(kind, rest)
    if not rest or kind == "account" or subject in _ALONE:
        return _ALONE.get(subject, in_words(kind))
    if kind in ("list", "request"):
        return rest if kind == "request" else _LISTS.get(rest, in_words(rest))
    return f"{in_words(kind)} {rest if kind in _AS_NAMED else rest.replace('_', ' ')}"
