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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 30.0
PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that the kernel sends a child when its parent dies."""


class DidNotStart(Exception):
    """A child exited or stayed silent; ``str()`` names it and holds the end of its log."""


def free_port(*preferred: int) -> int:
    """The first of ``preferred`` that nobody listens on at 127.0.0.1, else any that is free."""
    for port in (*preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                free: int = probe.getsockname()[1]
                return free
    raise DidNotStart("No TCP port is free on 127.0.0.1.")


def accepts(port: int) -> bool:
    """Whether something accepts TCP connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


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
    """Return as soon as ``ready()``. Raises DidNotStart, with the end of ``log``, when it never is."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:]
            raise DidNotStart(f"{log.stem} did not start:\n{tail}")
        time.sleep(0.05)


def stop(*children: subprocess.Popen[bytes], politely: int = signal.SIGTERM) -> None:
    """End processes and all that they started: politely and side by side, then by force."""
    for child in children:
        if child.poll() is None:
            child.send_signal(politely)
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
