"""The sandboxed child: reads paths on standard input, answers verdicts on standard output."""

import json
import resource
import sys
import warnings
from dataclasses import asdict
from pathlib import Path

from requests_app.imaging.usability import judge

LARGEST_FILE = 2 * 1024**3


def main(memory: int) -> None:
    """Judge files until the input ends, under a limit of memory (bytes)."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(1000)
    warnings.simplefilter("ignore")
    answers = sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        path = Path(json.loads(line))
        verdict = judge(path, path.read_bytes())
        answers.write(json.dumps(asdict(verdict)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
