"""What doors and pages of figures are called on a page of the log, by the names of their addresses."""

LIVE = "live"
FIGURES: dict[str, str] = {
    "overview": "Overview",
    "measures": "Measures",
    "process": "Process",
    "forecast": "Forecast",
    "cost": "Cost of discs",
    "figure": "Requests behind a number",
    "figures": "Measures",
    "metrics": "Measures",
    "cases": "Requests, one a row",
    "graph": "Steps of requests",
    "without": "Time without each failure",
    "without_codes": "Time without each failure",
    "definitions": "Definitions of measures",
}
"""Pages of figures, and kinds of answers to programs."""
HOUSES: dict[str, str] = {
    "staff": "Work",
    "portal": "Public pages",
    "audit": "Access log",
    "dashboards": "Figures",
    "measures": "Figures",
    "cost": "Figures",
    "process": "Figures",
    "forecast": "Figures",
    "figures": "Figures by program",
    "reports": "Reports",
    "logs": "Imported logs",
    "api": "Requests by program",
    "keys": "Keys for programs",
    "administration": "Administration",
}
"""Parts of the product whose doors were tried."""
BEHIND: dict[str, str] = {
    "staff:step": "a step of a request",
    "staff:new": "a new request",
    "staff:attach": "attach images",
    "staff:attach_stream": "attach images",
    "staff:view": "view images",
    "staff:frame": "view images",
    "staff:originals": "original images",
    "portal:ask": "ask for images",
    "portal:mine": "own requests",
    "portal:withdraw": "withdraw a request",
    "audit:access_log": "",
    "audit:access_log_csv": "file of the list",
    "audit:bundle": "proof bundle",
    "audit:check": "check it now",
    "audit:entry": "an entry",
    "audit:entry_proof": "proof of an entry",
    "audit:review": "record a review",
    "dashboards:part": "part of the overview",
    "dashboards:behind": "requests behind a number",
    "dashboards:behind_csv": "file of the requests behind a number",
    "measures:all": "measures",
    "process:view": "process",
    "forecast:page": "forecast",
    "cost:page": "cost of discs",
    "figures:cases": "requests, one a row",
    "figures:cost": "cost of discs",
    "figures:definitions": "definitions of measures",
    "figures:graph": "steps of requests",
    "figures:metrics": "measures",
    "figures:without": "time without each failure",
    "reports:index": "",
    "reports:download": "take a report",
    "logs:list": "",
    "logs:new": "a new file",
    "logs:draft": "a file before its import",
    "logs:draft_rejected": "rejected rows",
    "logs:rejected": "rejected rows",
    "logs:template": "a template",
    "logs:delete": "delete a log",
    "logs:run": "an import",
    "logs:run_state": "how far an import is",
    "logs:run_cancel": "cancel an import",
    "logs:run_resume": "resume an import",
    "api:transition": "a step of a request",
    "api:events": "what happened to a request",
    "api:docs": "its description",
    "api:schema": "its description for programs",
    "api:link": "send a link",
    "api:hand_over": "hand over a disc",
    "api:arrived": "a delivery arrived",
    "api:failed": "a delivery failed",
    "api:hold": "put on hold",
    "api:release": "end a hold",
    "api:extend": "extend the due date",
    "api:deny": "deny a request",
    "api:noted": "note a failure",
    "api:mended": "mend a failure",
    "keys:list": "",
    "keys:end": "end a key",
    "administration:start": "",
    "administration:switch": "switch an account on or off",
    "administration:invite": "invite a person again",
    "administration:new_person": "a new person",
    "administration:new_facility": "a new facility",
    "administration:add_holiday": "add a holiday",
    "administration:load_holidays": "load the holidays of a year",
    "administration:remove_holiday": "remove a holiday",
    "administration:rules": "clock rules",
    "administration:rule": "a clock rule",
    "administration:withdraw": "withdraw a clock rule",
}
"""What lies behind a door, where the name of its address would be a riddle."""


def door_words(subject: str) -> str:
    """Say which door it was, such as Access log: an entry; a number that was tried stays behind it."""
    door, _, number = subject.partition(" ")
    house, _, name = door.partition(":")
    behind = BEHIND.get(door, name.replace("_", " "))
    return ": ".join(filter(None, (HOUSES[house], " ".join(filter(None, (behind, number))))))


def figures_words(kind: str, source: str) -> str:
    """Say what was looked at, and of what: Cost of discs, live work; a refused look has no source."""
    return with_source(FIGURES[kind], source)


def with_source(words: str, source: str) -> str:
    """Return what was looked at with its source, where an entry holds one."""
    of = "live work" if source == LIVE else f"log {source}"
    return f"{words}, {of}" if source else words
