"""Run every check, print all failures, and fail at the end if any failed."""

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str]] = {
    "ruff": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "imports": [str(BIN / "lint-imports")],
    "sizes": [sys.executable, "checks/size_limits.py"],
    "templates": [sys.executable, "checks/templates.py"],
    "types": [str(BIN / "mypy"), "project", "requests_app", "analytics", "audit"],
    "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    "reference": [sys.executable, "manage.py", "write_reference", "--check"],
}


def main() -> int:
    """Return the number of failed checks."""
    failed = []
    for name, command in CHECKS.items():
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}")
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
