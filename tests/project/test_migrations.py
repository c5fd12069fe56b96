"""A migration says what was, so it reads nothing of the code as it is now."""

import ast
import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import timezone

from analytics.models import ImportRun, SavedMapping
from requests_app.vocabulary import Role
from tests.requests_app.cast import person

HOUSE = Path(__file__).parents[2]
OURS = ("project", "analytics", "requests_app", "audit")
MIGRATIONS = sorted(path for room in OURS for path in (HOUSE / room).glob("migrations/0*.py"))


def imported(path: Path) -> set[str]:
    """Return the packages that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]} {path.stem}")
def test_a_migration_imports_nothing_of_ours(path: Path) -> None:
    assert not imported(path) & set(OURS)


@pytest.mark.django_db
def test_a_kept_zone_that_nobody_may_have_said_is_blanked() -> None:
    for zone in ("UTC", "America/Chicago", ""):
        said = {"layout": "requests", "zone": zone}
        SavedMapping.objects.create(signature=f"of {zone}", mapping=said, used_at=timezone.now())
    importlib.import_module("analytics.migrations.0009_zones_nobody_said").blank(apps, None)
    kept = {one.signature: one.mapping for one in SavedMapping.objects.all()}
    assert {name: mapping["zone"] for name, mapping in kept.items()} == {
        "of UTC": "",
        "of America/Chicago": "America/Chicago",
        "of ": "",
    }
    assert {mapping["layout"] for mapping in kept.values()} == {"requests"}


@pytest.mark.django_db
def test_texts_that_may_name_somebody_leave_kept_mappings_and_imports_that_are_over() -> None:
    values = {"completed_at": {"Ann Example": "closed"}, "channel": {"Desk": "physical_cd"}}
    SavedMapping.objects.create(signature="a", mapping={"values": values}, used_at=timezone.now())
    words = {"name": "log", "mapping": {"values": values}, "asked_at": timezone.now()}
    analyst = person("asks", Role.ANALYST)
    for state in ("waiting", "done"):
        ImportRun.objects.create(asked_by=analyst, draft="0" * 32, state=state, **words)
    importlib.import_module("analytics.migrations.0011_texts_that_may_name").forget(apps, None)
    assert SavedMapping.objects.get().mapping == {"values": {"channel": {"Desk": "physical_cd"}}}
    kept = dict(ImportRun.objects.values_list("state", "mapping"))
    assert kept == {"waiting": {"values": values}, "done": {}}


@pytest.mark.django_db
def test_what_was_said_of_a_file_leaves_imports_that_ended_without_their_log() -> None:
    said = {"values": {"completed_at": {"Ann Example": "closed"}}}
    words = {"name": "log", "mapping": said, "asked_at": timezone.now()}
    analyst = person("asks", Role.ANALYST)
    for state in ImportRun.State.values:
        ImportRun.objects.create(asked_by=analyst, draft="0" * 32, state=state, **words)
    name = "analytics.migrations.0013_what_was_said_goes_with_a_run"
    importlib.import_module(name).forget(apps, None)
    kept = dict(ImportRun.objects.values_list("state", "mapping"))
    assert {state for state, mapping in kept.items() if mapping} == {"waiting", "running"}
