"""The demo as a person starts it: what it prints, and that nothing of it is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from notify.demo.children import ROOT
from tests.simulator_fixture import wait_until

pytestmark = [
    pytest.mark.story,
    pytest.mark.skipif(
        bool(os.environ.get("TEST_DATABASE_URL")), reason="the demo brings its own database"
    ),
]
PATIENCE = 120.0
MARK = "DEMO_UNDER_TEST"


@dataclass(frozen=True)
class Demo:
    """A demo that runs, and everything that it started: all of it carries our mark."""

    process: subprocess.Popen[str]
    output: Path
    mark: str

    def said(self) -> str:
        """What it has printed so far."""
        return self.output.read_text()

    def folders(self) -> set[Path]:
        """Where its processes keep their files."""
        found = (re.search(rb"STATIC_ROOT=([^\0]+)/static\0", one) for one in self._environments())
        return {Path(os.fsdecode(one[1])) for one in found if one}

    def processes(self) -> int:
        """How many processes there are of it."""
        return sum(1 for _one in self._environments())

    def _environments(self) -> Iterator[bytes]:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                environment = (process / "environ").read_bytes()
            except OSError:  # it has just ended, or is somebody else's
                continue
            if self.mark.encode() in environment:
                yield environment


@pytest.fixture
def start(tmp_path: Path) -> Iterator[list[Demo]]:
    """Takes note of demos that were started, and ends those that still run."""
    started: list[Demo] = []
    yield started
    for demo in started:
        if demo.process.poll() is None:
            demo.process.send_signal(signal.SIGTERM)
            demo.process.wait(PATIENCE)


def run(started: list[Demo], folder: Path, *options: str) -> Demo:
    """Start it as a person does, with nothing of the tests' own settings."""
    mark = uuid.uuid4().hex
    ours = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    output = folder / "output.txt"
    with output.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "notify.demo", "--residents", "8", *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=ours | {MARK: mark, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
    demo = Demo(process, output, mark)
    started.append(demo)
    return demo


def wait_until_it_serves(demo: Demo) -> Path:
    """Its folder, as soon as it has processes that say where it is."""
    wait_until(lambda: demo.folders() or demo.process.poll() is not None, "its folder", PATIENCE)
    [folder] = demo.folders() or pytest.fail(demo.said())
    return folder


def press_ctrl_c(demo: Demo) -> None:
    """What a terminal does: the signal goes to the whole process group."""
    os.killpg(demo.process.pid, signal.SIGINT)


def assert_nothing_is_left(demo: Demo, folder: Path) -> None:
    assert demo.processes() == 0, "it left processes behind"
    assert not folder.exists(), "it left its files behind"


def assert_the_key_opens_drafts(said: str) -> None:
    """What is printed for the API works as it stands there."""
    web = re.findall(r"(http://\S+)/api/v1/docs/", said)[0]
    key = re.findall(r"ntf_\S+", said)[0]
    drafts = requests.get(
        f"{web}/api/v1/alerts/?state=draft",
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
    )
    assert drafts.status_code == 200


@pytest.mark.parametrize("count", ["0", "3", "96", "-1", "many"])
def test_a_number_of_residents_that_makes_no_story_is_refused(count: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "notify.demo", "--residents", count],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 2
    assert "at least 4 and at most 95" in done.stderr


def test_once_checks_every_channel_and_leaves_nothing_behind(
    start: list[Demo], tmp_path: Path
) -> None:
    demo = run(start, tmp_path, "--once")
    folder = wait_until_it_serves(demo)
    assert demo.process.wait(PATIENCE) == 0, demo.said()
    for channel in ("sms", "feeds", "banners"):
        assert re.search(rf"^ok +{channel} ", demo.said(), re.MULTILINE), demo.said()
    assert "FAILED" not in demo.said()
    assert_nothing_is_left(demo, folder)


def test_it_stays_until_ctrl_c_and_then_leaves_nothing_behind(
    start: list[Demo], tmp_path: Path
) -> None:
    demo = run(start, tmp_path)
    folder = wait_until_it_serves(demo)
    wait_until(
        lambda: "Ctrl-C" in demo.said() or demo.process.poll() is not None, "it to be up", PATIENCE
    )
    assert demo.process.poll() is None, demo.said()
    assert "/console/" in demo.said()
    assert_the_key_opens_drafts(demo.said())
    press_ctrl_c(demo)
    assert demo.process.wait(PATIENCE) == 0, demo.said()
    assert "Stopping …" in demo.said()
    assert_nothing_is_left(demo, folder)


def test_ctrl_c_while_it_starts_leaves_nothing_behind(start: list[Demo], tmp_path: Path) -> None:
    demo = run(start, tmp_path)
    folder = wait_until_it_serves(demo)
    press_ctrl_c(demo)
    assert demo.process.wait(PATIENCE) == 130, demo.said()
    assert_nothing_is_left(demo, folder)
