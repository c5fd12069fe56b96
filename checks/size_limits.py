"""Files stay below 300 lines, functions below 40."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("project", "requests_app", "analytics", "audit")
FILE_LINES, FUNCTION_LINES = 300, 40


def complaints(path: Path) -> Iterator[str]:
    """Yield what is too long in one file."""
    text = path.read_text()
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{path}: {lines} lines; split it by noun (limit {FILE_LINES})"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines (limit {FUNCTION_LINES})"


def main() -> int:
    """Print complaints; return 1 if there are any."""
    files = [path for room in ROOMS for path in sorted(Path(room).rglob("*.py"))]
    found = [line for path in files if "migrations" not in path.parts for line in complaints(path)]
    print("\n".join(found) or f"{len(files)} files within limits")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
