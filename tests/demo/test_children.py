"""Ending processes: with all that they started, and never somebody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from notify.demo.children import Child, kill, start, stop
from tests.simulator_fixture import wait_until

WAITS = [sys.executable, "-c", "input()"]
"""Ends at once: nobody writes to it."""


@pytest.fixture
def signalled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The process groups that were sent a signal."""
    groups: list[int] = []
    to_group = os.killpg

    def note(group: int, number: int) -> None:
        groups.append(group)
        to_group(group, number)

    monkeypatch.setattr(os, "killpg", note)
    return groups


def test_what_was_waited_for_is_left_alone_since_its_number_may_be_anothers(
    tmp_path: Path, signalled: list[int]
) -> None:
    child = Child(WAITS, tmp_path / "log", ready=lambda _child: True)
    child.start()
    child.process.wait()
    child.kill()
    stop(child.process)
    assert signalled == []


def test_what_ends_politely_is_not_killed(tmp_path: Path) -> None:
    child = start([sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / "log")
    stop(child)
    assert child.returncode == -signal.SIGTERM


PARENT = (
    "import subprocess, sys, time\n"
    "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(one.pid, flush=True)\n"
    "time.sleep(60)"
)
"""Starts another process, and says its number."""


@pytest.mark.parametrize(("end", "by"), [(kill, signal.SIGKILL), (stop, signal.SIGTERM)])
def test_whatever_ends_takes_along_all_that_it_started(
    tmp_path: Path, end: Callable[[subprocess.Popen[bytes]], None], by: signal.Signals
) -> None:
    log = tmp_path / "log"
    child = start([sys.executable, "-c", PARENT], log=log)
    grandchild = int(wait_until(lambda: log.read_text().strip(), "the grandchild"))
    end(child)
    assert child.returncode == -by
    wait_until(lambda: not _lives(grandchild), "the grandchild to be dead")


def _lives(pid: int) -> bool:
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    return seen.stdout.strip()[:1] not in ("", "Z")
