"""Processes that never outlive the one that started them, and the waiting for them to answer."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from notify.demo.claims import claim_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 30.0
PORTS_TRIED = 20
PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that the kernel sends a child when its parent dies."""


class DidNotStart(Exception):
    """A child exited or stayed silent; ``str()`` names it and holds the end of its log."""


def free_port(*preferred: int) -> int:
    """The first of ``preferred`` that nobody listens on at 127.0.0.1, else any that is free.

    No other process that asks this way gets it as long as we live.
    """
    for port in (*preferred, *[0] * PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                free: int = probe.getsockname()[1]
                if claim_port(free):
                    return free
    raise DidNotStart("No TCP port is free on 127.0.0.1.")


def accepts(port: int) -> bool:
    """Whether something accepts TCP connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass(slots=True)
class Child:
    """A server that can be killed, and started again as it was.

    ready: whether it serves by now. log: where its output goes, of all its lives.
    """

    command: Sequence[str]
    log: Path
    ready: Callable[[Child], bool]
    environment: Mapping[str, str] | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _born_at: int = field(default=0, init=False)

    def start(self) -> None:
        """Start it, without waiting for it."""
        self._born_at = self.log.stat().st_size if self.log.exists() else 0
        self._process = start(self.command, log=self.log, environment=self.environment)

    def wait(self) -> None:
        """Return when it is ready. Raises DidNotStart."""
        wait_until_ready(self.process, lambda: self.ready(self), self.log)

    def said(self, words: str) -> bool:
        """Whether it has written ``words`` to its log since it was started last."""
        with self.log.open("rb") as log:
            log.seek(self._born_at)
            return words.encode() in log.read()

    def kill(self) -> None:
        """End it and all that it started at once, as the kernel does when memory runs out."""
        kill(self.process)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Its process, dead or alive. Raises DidNotStart before the first start."""
        if self._process is None:
            raise DidNotStart(f"{self.log.stem} was never started.")
        return self._process


@contextlib.contextmanager
def alive(*children: Child) -> Iterator[None]:
    """Start them side by side; the block is entered when all are ready. Raises DidNotStart."""
    started: list[Child] = []
    try:
        for child in children:
            child.start()
            started.append(child)
        for child in children:
            child.wait()
        yield
    finally:
        stop(*(child.process for child in started))


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
    stop_signal: int = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; the block is entered when ``ready()`` says so.

    stop_signal: its polite way of being told to end. Raises DidNotStart when it exits before, or
    says nothing for START_SECONDS.
    """
    child = start(command, log=log, environment=environment)
    try:
        wait_until_ready(child, ready, log)
        yield child
    finally:
        stop(child, politely=stop_signal)


def start(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a process whose output goes to ``log``, and which the kernel ends if we die."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            # Ctrl-C reaches us alone, and we stop the children in order.
            start_new_session=True,
            cwd=ROOT,
            preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509 - forks before any thread
        )


def _die_with_parent(parent: int) -> Callable[[], None]:
    if sys.platform != "linux":
        return lambda: None
    # Loaded before the fork: the child of a fork should allocate as little as possible.
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def wait_until_ready(child: subprocess.Popen[bytes], ready: Callable[[], bool], log: Path) -> None:
    """Return as soon as ``ready()``. Raises DidNotStart, with the end of ``log``, when it never is.

    Looks at the child last: what answers after it has died is somebody else's.
    """
    deadline = time.monotonic() + START_SECONDS
    while not ready() or child.poll() is not None:
        if child.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:]
            raise DidNotStart(f"{log.stem} did not start:\n{tail}")
        time.sleep(0.05)


def stop(*children: subprocess.Popen[bytes], politely: int = signal.SIGTERM) -> None:
    """End processes and all that they started: politely and side by side, then by force."""
    living = [child for child in children if child.poll() is None]
    for child in living:
        child.send_signal(politely)
    for child in living:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
        # What it left behind too: its number was its own a moment ago.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def kill(child: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started by force.

    Not one that was waited for: its number may be another's by now, and so that of its group.
    """
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
