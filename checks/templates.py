"""Templates hold no inline script or style: the content security policy forbids both."""

import re
import sys
from pathlib import Path

FORBIDDEN = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son[a-z]+=", re.I
)


def main() -> int:
    """Print offending lines; return 1 if there are any."""
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for room in ("project", "requests_app", "analytics", "audit")
        for path in sorted(Path(room).rglob("*.html"))
        if "static" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]
    print("\n".join(found) or "no inline script or style")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
