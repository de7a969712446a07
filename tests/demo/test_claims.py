"""Two demos at once keep out of each other's way, and one that was killed leaves nothing for long."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notify.demo.children import ROOT, DidNotStart, free_port, start, stop, wait_until_ready
from notify.demo.claims import folder_in


@contextmanager
def another(code: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of the demo's that runs ``code``, and the line that it prints; it waits to be killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{code}\nprint(found, flush=True)\ninput()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_a_port_that_another_demo_has_found_is_not_found_again() -> None:
    code = "from notify.demo.children import free_port\nfound = free_port()"
    with another(code) as (process, said):
        taken = int(said)  # nobody listens there yet
        assert free_port(taken) != taken
        process.kill()
        process.wait()
        assert free_port(taken) == taken


def test_who_answers_after_the_child_has_died_is_somebody_else(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    child = start([sys.executable, "-c", "print('address already in use')"], log=log)
    child.wait()
    try:
        with pytest.raises(DidNotStart, match="web did not start:\naddress already in use"):
            wait_until_ready(child, lambda: True, log)
    finally:
        stop(child)


def test_the_folder_of_a_demo_that_was_killed_goes_with_the_next_and_no_other(
    tmp_path: Path,
) -> None:
    code = (
        "from pathlib import Path\nfrom notify.demo.claims import folder_in\n"
        f"held = folder_in(Path({str(tmp_path)!r}))\nfound = held.__enter__()"
    )
    with another(code) as (process, said), another(code) as (_alive, running):
        process.kill()
        process.wait()
        assert Path(said).exists()
        with folder_in(tmp_path) as ours:
            assert not Path(said).exists()
            assert Path(running).exists()
            assert ours.exists()
        assert not ours.exists()
