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
from project.embedded.processes import Child, spawn, stop, wait_until


class Supervisor:
    """Starts the parts in order, watches them, and stops all when one stops."""

    def __init__(self, *, var: Path, base: Path, host: str, port: int, workers: int) -> None:
        self.var, self.base, self.host, self.port, self.workers = var, base, host, port, workers
        self.stores: list[Child] = []
        self.servers: list[Child] = []
        self.stopping = threading.Event()
        self.began = time.monotonic()

    def say(self, name: str, line: str) -> None:
        """Print one line of one part."""
        sys.stdout.write(f"{time.monotonic() - self.began:7.2f} {name:8} {line}\n")
        sys.stdout.flush()

    def run(self, prepare: Callable[[], None], welcome: Callable[[], None]) -> None:
        """Start all, call `prepare` once the stores run and `welcome` once the web answers."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        with instance_lock(self.var, lambda words: self.say("up", words)) as lock:
            try:
                self._start_stores(lock)
                prepare()
                self._start_servers(lock)
                welcome()
                self._watch()
            finally:
                stop(self.servers, seconds=15)
                stop(self.stores, seconds=30)
                self.say("up", "stopped")

    def _start_stores(self, lock: int) -> None:
        check_port_is_free(self.host, self.port)
        if not environment.text("DATABASE_URL", ""):
            self.stores.append(postgres.start(self.var, keep=(lock,), say=self.say))
            postgres.make_database(self.var)
            self.say("up", "database ready")
        if not environment.text("BROKER_URL", ""):
            self.stores.insert(0, valkey.start(self.var, keep=(lock,), say=self.say))
            self.say("up", "broker ready")

    def _start_servers(self, lock: int) -> None:
        python = sys.executable
        web = [python, "-m", "granian", "--interface", "asginl", "--host", self.host]
        web += ["--port", str(self.port), "--workers", str(self.workers), "--no-ws"]
        celery = [python, "-m", "celery", "-A", "project.celery"]
        worker = [*celery, "worker", "-c", "2", "-l", "warning"]
        worker += ["--without-mingle", "--without-gossip"]
        beat = [*celery, "beat", "-l", "warning", "-s", str(self.var / "beat"), "--pidfile="]
        plan = {"web": [*web, "project.asgi:application"], "worker": worker, "beat": beat}
        for name, argv in plan.items():
            child = spawn(name, argv, keep=(lock,), say=self.say, cwd=self.base)
            self.servers.append(child)
        wait_until(self.servers[0], self._web_answers)

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://{self.host}:{self.port}/health", timeout=2
            ) as page:
                return bool(page.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _watch(self) -> None:
        while not self.stopping.wait(0.5):
            for child in [*self.stores, *self.servers]:
                if child.process.poll() is not None:
                    self.say("up", f"{child.name} stopped by itself; stopping all")
                    self.stopping.set()


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
