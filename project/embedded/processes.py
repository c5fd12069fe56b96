"""Child processes that never outlive us: death signals, inherited lock, ordered stop."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, kw_only=True)
class Child:
    """One running child and the signal that stops it in order."""

    name: str
    process: subprocess.Popen[str]
    stop_signal: signal.Signals


def before_exec(death_signal: int, *, as_ordinary_user: bool) -> Callable[[], None]:
    """Return what a child does before exec.

    PostgreSQL refuses to run as root, so root enters a user namespace in which it is uid 1000;
    the kernel uid stays, so no file changes hands. The death signal comes after that change,
    which would clear it.
    """
    parent = os.getpid()

    def prepare() -> None:
        if as_ordinary_user and os.geteuid() == 0:
            if _LIBC.unshare(_CLONE_NEWUSER):
                os._exit(97)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text("65534 0 1")
            Path("/proc/self/gid_map").write_text("65534 0 1")
        die_with_parent(death_signal)
        if os.getppid() != parent:
            os._exit(98)

    return prepare


def die_with_parent(death_signal: int) -> None:
    """Ask the kernel to signal this process when its parent dies."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, death_signal)


def run_once(
    argv: Sequence[str | Path],
    *,
    as_ordinary_user: bool = False,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a short command to its end; a failure stops with its own words."""
    done = subprocess.run(
        [str(word) for word in argv],
        check=False,
        text=True,
        capture_output=True,
        env=dict(env) if env is not None else None,
        preexec_fn=before_exec(signal.SIGKILL, as_ordinary_user=as_ordinary_user),
    )
    if done.returncode:
        raise SystemExit(f"{Path(str(argv[0])).name} failed: {done.stderr.strip() or done.stdout}")
    return done.stdout


def spawn(
    name: str,
    argv: Sequence[str | Path],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    death_signal: signal.Signals | None = None,
    as_ordinary_user: bool = False,
    keep: Sequence[int] = (),
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    say: Callable[[str, str], None] | None = None,
) -> Child:
    """Start a child in its own session, so that Ctrl-C reaches only the supervisor.

    `death_signal` comes when the parent dies; it is the stop signal where it is left out.
    """
    process = subprocess.Popen(
        [str(word) for word in argv],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if say else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=before_exec(death_signal or stop_signal, as_ordinary_user=as_ordinary_user),
        pass_fds=tuple(keep),
        env=dict(env) if env is not None else None,
    )
    if say:
        threading.Thread(target=_relay, args=(name, process, say), daemon=True).start()
    return Child(name=name, process=process, stop_signal=stop_signal)


def _relay(name: str, process: "subprocess.Popen[str]", say: Callable[[str, str], None]) -> None:
    if process.stdout is None:
        return
    with process.stdout as lines:  # a part that is started again must not leave its pipe open
        for line in lines:
            say(name, line.rstrip())


def wait_until(child: Child, is_ready: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait until a child answers; stop with a sentence if it dies or takes too long."""
    end = time.monotonic() + seconds
    while not is_ready():
        if child.process.poll() is not None:
            raise SystemExit(f"{child.name} stopped with status {child.process.returncode}.")
        if time.monotonic() > end:
            raise SystemExit(f"{child.name} did not answer within {seconds:.0f} s.")
        time.sleep(0.05)


def stop(children: Sequence[Child], *, seconds: float) -> None:
    """Stop children in order given, gently, then for good, with whatever they left behind."""
    for child in children:
        if child.process.poll() is None:
            child.process.send_signal(child.stop_signal)
    end = time.monotonic() + seconds
    for child in children:
        try:
            child.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{child.name} did not stop in time; killed.\n")
        sweep(child)
        child.process.wait()


def sweep(child: Child) -> None:
    """Kill what is left of a child's session: a server's workers would keep port and lock."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, signal.SIGKILL)
