"""Run Discless on one machine until Ctrl-C."""

import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from project.embedded.queue import restore_unacknowledged
from project.embedded.supervisor import Supervisor
from requests_app.models import Organization
from requests_app.notices.files import folder_of_mail


class Command(BaseCommand):
    """Exit status 0 when stopped by a signal, 1 where a part cannot be started, 2 for misuse."""

    help = "Run everything on one machine: database, broker, web, worker and beat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument(
            "--demo", action="store_true", help="Make a year of demonstration data at first start."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        check_place(options["host"], options["port"], options["workers"])
        address = f"http://{options['host']}:{options['port']}/"
        supervisor = Supervisor(
            var=settings.VAR,
            base=settings.BASE_DIR,
            host=options["host"],
            port=options["port"],
            workers=options["workers"],
        )

        def prepare() -> None:
            # WhiteNoise warns of a missing folder; it stays empty where finders serve.
            settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            restore_unacknowledged()
            if options["demo"]:
                call_command("demonstrate", "--quiet-logins")

        def welcome() -> None:
            supervisor.say("up", f"READY at {address} (Ctrl-C stops it)")
            if where := folder_of_mail():
                supervisor.say("up", f"No mail server is set: mail is kept as files in {where}")
            if options["demo"]:
                call_command("demonstrate", "--logins")
            elif not Organization.objects.exists():
                supervisor.say("up", "Nobody can sign in yet: stop this and run manage.py set_up")

        supervisor.run(prepare, welcome, restore_unacknowledged)


def check_place(host: str, port: int, workers: int) -> None:
    """Refuse what no server can listen on, before anything is started."""
    if not 1 <= port <= 65535:
        raise CommandError(f"{port} is no port; choose one from 1 to 65535.", returncode=2)
    if workers < 1:
        raise CommandError("The web needs at least one worker.", returncode=2)
    try:
        socket.getaddrinfo(host, port, socket.AF_INET)
    except (OSError, UnicodeError) as error:
        raise CommandError(f"This machine knows no host {host!r}.", returncode=2) from error
