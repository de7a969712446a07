"""What a demo has to itself while it runs: locks of the kernel, which end with it, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PREFIX = "demo-"
_LOCK = "running.lock"


def claim_port(port: int) -> bool:
    """Take a port for as long as this process lives; False if another of our processes has it.

    A free port is found before the server that is to listen on it has started: two demos that look
    at the same moment would otherwise both find it free, and the one take the other's server for
    its own.
    """
    try:
        # One byte of one file for each port (fcntl(2)).
        fcntl.lockf(_ports(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


@cache
def _ports() -> int:
    """Open until the process ends, for closing it would give up every port."""
    path = Path(tempfile.gettempdir()) / f"notify-ports-{os.getuid()}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


@contextlib.contextmanager
def folder_in(state: Path) -> Iterator[Path]:
    """An empty folder for one run, gone afterwards; those of runs that were killed go now."""
    with _locked(state / "demo.lock"):
        _remove_leftovers(state)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=state))
        lock = _lock(folder / _LOCK)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _remove_leftovers(state: Path) -> None:
    for folder in state.glob(f"{PREFIX}*/"):
        lock = _lock(folder / _LOCK)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone with that file, after waiting for whoever has it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock(path: Path) -> int | None:
    """The file, locked, until it is closed; None if somebody alive has it."""
    opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        return None
    return opened
