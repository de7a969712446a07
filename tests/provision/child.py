"""Children that never outlive the tests, and the waiting for them to answer."""

import contextlib
import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

START_SECONDS = 30.0
STOP_SECONDS = 10.0
PR_SET_PDEATHSIG = 1  # prctl(2)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def die_with_parent() -> None:
    """Run in the child before exec: the kernel stops it when the tests die, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def running(
    command: Sequence[str], *, log: Path, answers: Callable[[], bool], stop: int = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; enter the block when ``answers()`` is true.

    Raises RuntimeError with the end of its log when it exits or is silent for START_SECONDS.
    """
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # a Ctrl-C reaches pytest first, which then stops the server
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads run yet that could hold a lock
        )
    try:
        wait_until(answers, child, log)
        yield child
    finally:
        child.send_signal(stop)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until(answers: Callable[[], bool], child: subprocess.Popen[bytes], log: Path) -> None:
    """Return as soon as the child answers; raise RuntimeError if it never will."""
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if child.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{child.args!r} did not start:\n{tail}")
        time.sleep(0.02)


def accepts(port: int) -> bool:
    """Whether something accepts TCP connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
