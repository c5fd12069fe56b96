"""Run everything on one machine: database, broker, web, worker and beat, under one parent."""

import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from project import environment
from project.embedded import postgres, valkey
from project.embedded.lock import instance_lock
from project.embedded.processes import Child, stop, wait_until
from project.embedded.servers import Server, servers
from project.embedded.transcript import Transcript, is_worth_showing


class Supervisor:
    """Starts the parts in order, starts again what dies, and stops all when a store stops."""

    def __init__(self, *, var: Path, base: Path, host: str, port: int, workers: int) -> None:
        self.var, self.base, self.host, self.port, self.workers = var, base, host, port, workers
        self.stores: list[Child] = []
        self.servers: list[Server] = []
        self.preparing = False
        self.stopping = threading.Event()
        self.failed = ""
        self.began = time.monotonic()
        self.transcript = Transcript(var)

    def hear(self, name: str, line: str) -> None:
        """Keep one line of one part, and print it where somebody should see it."""
        self.transcript.keep(name, line)
        if is_worth_showing(name, line, stopping=self.stopping.is_set()):
            self.say(name, line)

    def say(self, name: str, line: str) -> None:
        """Print one line of one part."""
        sys.stdout.write(f"{time.monotonic() - self.began:7.2f} {name:8} {line}\n")
        sys.stdout.flush()

    def run(
        self,
        prepare: Callable[[], None],
        welcome: Callable[[], None],
        restore: Callable[[], object],
    ) -> None:
        """Start all, call `prepare` once the stores run and `welcome` once the web answers.

        `restore` is called before a worker that died is started again. Ends with status 1 where
        it stopped because something died and not because somebody asked.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_soon)
        with instance_lock(self.var, lambda words: self.say("up", words)) as lock:
            try:
                self._start_stores(lock)
                self.preparing = True
                prepare()
                self.preparing = False
                self._start_servers(lock, restore)
                welcome()
                self._watch(lock)
            finally:
                stop([server.child for server in self.servers if server.child], seconds=15)
                stop(self.stores, seconds=30)
                self.say("up", "stopped")
        if self.failed:
            raise SystemExit(f"{self.failed}. Nothing stored is lost: start it again.")

    def _stop_soon(self, *_: object) -> None:
        self.stopping.set()
        if self.preparing:  # it may take minutes, and nothing that it does is half done
            self.preparing = False
            raise SystemExit("Stopped before everything was ready.")

    def _start_stores(self, lock: int) -> None:
        check_port_is_free(self.host, self.port)
        if not environment.text("DATABASE_URL", ""):
            self.stores.append(postgres.start(self.var, keep=(lock,), say=self.hear))
            postgres.make_database(self.var)
            self.say("up", "database ready")
        if not environment.text("BROKER_URL", ""):
            self.stores.insert(0, valkey.start(self.var, keep=(lock,), say=self.hear))
            self.say("up", "broker ready")

    def _start_servers(self, lock: int, restore: Callable[[], object]) -> None:
        self.servers = servers(
            var=self.var, host=self.host, port=self.port, workers=self.workers, restore=restore
        )
        for server in self.servers:
            self._start(server, lock)
        first = self.servers[0].child
        if first is not None:
            wait_until(first, self._web_answers)

    def _start(self, server: Server, lock: int) -> None:
        server.start(keep=(lock,), cwd=self.base, say=self.hear)

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://{self.host}:{self.port}/health", timeout=2
            ) as page:
                return bool(page.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _watch(self, lock: int) -> None:
        while not self.stopping.wait(0.5):
            for child in self.stores:
                if child.process.poll() is not None:
                    self._give_up(f"{child.name} stopped by itself")
                    return
            for server in self.servers:
                self._revive(server, lock, time.monotonic())

    def _give_up(self, why: str) -> None:
        self.say("up", f"{why}; stopping all")
        self.failed = why
        self.stopping.set()

    def _revive(self, server: Server, lock: int, at: float) -> None:
        wait = server.wait_needed(at)
        if wait is not None and server.is_hopeless():
            self._give_up(f"{server.name} stopped {server.failures} times")
            return
        if wait is not None:
            self.say("up", f"{server.name} stopped by itself; started again in {wait:.0f} s")
        if server.is_due(at):
            if server.before_again is not None:
                server.before_again()
            self._start(server, lock)


def check_port_is_free(host: str, port: int) -> None:
    """Refuse a taken port: the web server would share it silently (SO_REUSEPORT)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SystemExit(
                f"Port {port} on {host} is taken. Stop what uses it, or set PORT to another."
            ) from error
