#!/usr/bin/env python
"""Run a management command; one that needs the database finds it running."""

import os
import sys


def main() -> None:
    """Start the embedded database for the length of the command where none runs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    from django.core.management import execute_from_command_line

    from audit.pipe import quiet_when_nobody_reads
    from project.embedded.session import database_for_command, told_plainly

    command = sys.argv[1:]
    with quiet_when_nobody_reads(), told_plainly(command), database_for_command(command):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
