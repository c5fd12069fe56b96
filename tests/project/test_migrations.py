"""A migration says what was, so it reads nothing of the code as it is now."""

import ast
from pathlib import Path

import pytest

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
