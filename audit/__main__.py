"""`python3 -m audit verify bundle.zip`: check an export with nothing but Python."""

import argparse
import io
import json
import sys
from dataclasses import asdict
from pathlib import Path

from audit.pipe import quiet_when_nobody_reads
from audit.proof.bundle import holds_nothing_of_ours
from audit.proof.inclusion import verify_entry_file
from audit.proof.verify import Verdict, verify_file


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m audit")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", help="check an exported audit log")
    check.add_argument("file", type=Path, metavar="bundle.zip")
    check.add_argument("--previous", type=Path, help="an earlier bundle that this one must extend")
    one = commands.add_parser("verify-entry", help="check the proof of one entry")
    one.add_argument("file", type=Path, metavar="entry.json")
    for command in (check, one):
        command.add_argument("--key", help="the verifier key that you were given on another way")
        command.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def main(words: list[str] | None = None) -> int:
    """Return 0 when nothing was altered, 1 with findings, 2 for misuse."""
    options = _parser().parse_args(words)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    for path in filter(None, (options.file, getattr(options, "previous", None))):
        if not path.is_file():
            print(f"There is no file {path}.", file=sys.stderr)
            return 2
        if options.command == "verify" and holds_nothing_of_ours(path):
            print(
                f"{path} is no bundle of an audit log: it holds none of its parts.", file=sys.stderr
            )
            return 2
    if options.command == "verify-entry":
        verdict = verify_entry_file(options.file, key=options.key)
        sound = f"The entry is in the signed log of {verdict.size:,} entries, as it was written."
    else:
        verdict = verify_file(options.file, key=options.key, previous=options.previous)
        sound = f"No alteration found in {verdict.entries:,} entries."
    _say(verdict, sound, as_json=options.json)
    return 0 if verdict.is_sound else 1


def _say(verdict: Verdict, sound: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(verdict) | {"sound": verdict.is_sound}))
    elif verdict.is_sound:
        print(f"{sound}\nRoot {verdict.root}\nSigned by {verdict.key}")
    else:
        print("\n".join(verdict.findings))


if __name__ == "__main__":
    with quiet_when_nobody_reads():
        status = main()
    sys.exit(status)
