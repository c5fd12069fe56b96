"""`python -m audit verify bundle.zip`: check an export with nothing but Python."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from audit.proof.verify import verify_file


def main(words: list[str] | None = None) -> int:
    """Return 0 when nothing was altered, 1 with findings, 2 for misuse."""
    parser = argparse.ArgumentParser(prog="python -m audit")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", help="check an exported audit log")
    check.add_argument("bundle", type=Path)
    check.add_argument("--key", help="the verifier key that you were given on another way")
    check.add_argument("--previous", type=Path, help="an earlier bundle that this one must extend")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(words)
    for path in filter(None, (options.bundle, options.previous)):
        if not path.is_file():
            print(f"There is no file {path}.", file=sys.stderr)
            return 2
    verdict = verify_file(options.bundle, key=options.key, previous=options.previous)
    if options.json:
        print(json.dumps(asdict(verdict) | {"sound": verdict.is_sound}))
    elif verdict.is_sound:
        print(f"No alteration found in {verdict.entries} entries.")
        print(f"Root {verdict.root}\nSigned by {verdict.key}")
    else:
        print("\n".join(verdict.findings))
    return 0 if verdict.is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
