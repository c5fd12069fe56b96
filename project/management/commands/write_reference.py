"""Write the generated pages of docs/reference, or check that they are current."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from analytics.api.columns import CASES
from analytics.external_logs.columns import SYNONYMS
from analytics.metrics.catalogue import METRICS
from analytics.metrics.rfi import prompts_of
from audit.pipe import UNWRITTEN
from requests_app.api.docs import calls
from requests_app.failure_codes import FAILURES
from requests_app.imaging.findings import CHECKS
from requests_app.lifecycle.states import mermaid
from requests_app.rfi import in_words

OURS = frozenset({"analytics", "audit", "project", "requests_app"})
MARK = "<!-- Written by `make docs`; change the code, not this page. -->\n\n"


def states_page() -> str:
    """Return the page of the state diagram."""
    return f"# Request states\n\n{MARK}```mermaid\n{mermaid()}\n```\n"


def failures_page() -> str:
    """Return the table of failure codes."""
    rows = [
        f"| {code} | {one.stage} | {one.label} | {one.owner} | "
        f"{'yes' if one.pauses_contract_clock else 'no'} | {'yes' if one.enabled else 'no'} | "
        f"{in_words(one.rfi)} |"
        for code, one in FAILURES.items()
    ]
    titles = ("code", "stage", "what", "whose", "pauses the contract clock", "ships enabled")
    head = f"| {' | '.join((*titles, 'evidence for'))} |\n{'|---' * (len(titles) + 1)}|\n"
    return f"# Failure codes\n\n{MARK}{head}" + "\n".join(rows) + "\n"


def checks_page() -> str:
    """Return the seven checks of usability."""
    rows = [f"| {code} | {text} |" for code, text in CHECKS.items()]
    return (
        f"# Usability checks\n\n{MARK}| check | what it asks |\n|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def metrics_page() -> str:
    """Return every measure as it is declared."""
    parts = [f"# Measures\n\n{MARK}".rstrip()]
    for metric in METRICS:
        left_out = ", ".join(metric.excluded) or "nobody"
        lines = [
            f"## {metric.label} (`{metric.key}`)",
            f"{metric.question} {metric.why_it_matters}",
            f"* unit: {metric.unit}; better is {metric.better}"
            + (f"; target {metric.target:g}" if metric.target is not None else ""),
            f"* numerator: {metric.numerator}",
            f"* denominator: {metric.denominator}",
            f"* left out, and counted: {left_out}",
            f"* evidence for: {in_words(prompts_of(metric))}; owner: {metric.owner}",
        ]
        lines += [f"* caveat: {metric.caveat}"] if metric.caveat else []
        if metric.noted:
            lines += [f"* not computed where nobody notes {' or '.join(metric.noted)}"]
        parts.append("\n".join([lines[0], "", lines[1], "", *lines[2:]]))
    return "\n\n".join([*parts, *worked_examples()]) + "\n"


def worked_examples() -> Iterator[str]:
    """Yield the tables that the tests work out (`tests/spec`), by theme."""
    for page in sorted((settings.BASE_DIR / "tests" / "spec").glob("*.md")):
        yield f"## Worked examples: {page.stem}\n\n{page.read_text().strip()}"


def columns_page() -> str:
    """Return the headers that an imported log is understood by."""
    rows = [f"| {field} | {', '.join(names)} |" for field, names in SYNONYMS.items()]
    head = "| field | headers seen for it |\n|---|---|\n"
    return f"# Columns of a log\n\n{MARK}{head}" + "\n".join(rows) + "\n"


def cases_page() -> str:
    """Return the columns of a request as programs get it."""
    rows = [f"| `{name}` | {one.unit} | {one.holds} |" for name, one in CASES.items()]
    told = (
        "What `/api/analytics/cases/` answers of each request. A column that the source has nothing "
        "for is left out. `staff_group` knows live work alone.\n\n"
    )
    head = "| column | unit | what it holds |\n|---|---|---|\n"
    return f"# Columns of a request\n\n{MARK}{told}{head}" + "\n".join(rows) + "\n"


def api_page() -> str:
    """Return every call of the API with its fields."""
    rows = [
        f"| {call.method} `{call.path}` | {call.does} | "
        + "; ".join(
            f"`{one.name}`{' (needed)' if one.is_needed else ''}{f': {one.holds}' * bool(one.holds)}"
            for one in call.fields
        )
        + " |"
        for call in calls()
    ]
    head = "| call | what it does | fields |\n|---|---|---|\n"
    told = (
        "`expected` is the state that the caller saw: 409 answers where somebody moved the request "
        "first, 422 where something is missing. [States](request-states.md), "
        "[failure codes](failure-codes.md), [how to call](../how-to/take-figures-by-program.md).\n\n"
    )
    return f"# Calls of the API\n\n{MARK}{told}{head}" + "\n".join(rows) + "\n"


def commands_page() -> str:
    """Return every command of ours with what it does and how it ends."""
    ours = sorted(name for name, app in get_commands().items() if app in OURS)
    rows = []
    for name in ours:
        command = load_command_class(get_commands()[name], name)
        rows.append(f"| `{name}` | {command.help} | {' '.join((command.__doc__ or '').split())} |")
    head = "| command | what it does | how it ends |\n|---|---|---|\n"
    told = (
        "`.venv/bin/python manage.py NAME --help` lists the options. Exit status 0 is done, 1 is "
        "findings (the answer says which), 2 is misuse: a sentence on standard error says what "
        f"would be right. Where there is no room for an answer, as on a full disk, it is {UNWRITTEN}; "
        "where an import was cancelled from the keyboard 130. `--json` prints one JSON object on "
        "standard output and nothing else.\n\n"
    )
    return f"# Commands\n\n{MARK}{told}{head}" + "\n".join(rows) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "request-states.md": states_page,
    "failure-codes.md": failures_page,
    "usability.md": checks_page,
    "metrics.md": metrics_page,
    "log-columns.md": columns_page,
    "api.md": api_page,
    "case-columns.md": cases_page,
    "commands.md": commands_page,
}


class Command(BaseCommand):
    """Exit status 0 when written; with --check 1 where a page is out of date; 2 for misuse."""

    help = "Write docs/reference from the code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--check", action="store_true", help="write nothing; fail if stale")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        folder = settings.BASE_DIR / "docs" / "reference"
        stale = []
        for name, page in PAGES.items():
            path, text = folder / name, page()
            if path.exists() and path.read_text() == text:
                continue
            stale.append(name)
            if not options["check"]:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.stdout.write(f"{len(stale)} pages {'stale' if options['check'] else 'written'}")
        if stale and options["check"]:
            sys.exit(1)
