"""Ending processes: with all that they started, and never somebody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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


def test_what_ends_politely_is_not_killed(tmp_path: Path, signalled: list[int]) -> None:
    child = start([sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / "log")
    stop(child)
    assert (child.returncode, signalled) == (-signal.SIGTERM, [])


def test_what_is_killed_takes_along_all_that_it_started(
    tmp_path: Path, signalled: list[int]
) -> None:
    log = tmp_path / "log"
    code = (
        "import subprocess, sys, time\n"
        "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(one.pid, flush=True)\n"
        "time.sleep(60)"
    )
    child = start([sys.executable, "-c", code], log=log)
    grandchild = int(wait_until(lambda: log.read_text().strip(), "the grandchild"))
    kill(child)
    assert (child.returncode, signalled) == (-signal.SIGKILL, [child.pid])
    wait_until(lambda: not _lives(grandchild), "the grandchild to be dead")


def _lives(pid: int) -> bool:
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    return seen.stdout.strip()[:1] not in ("", "Z")
