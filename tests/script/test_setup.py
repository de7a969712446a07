"""Set-up says in a sentence what is wrong, wherever it is called from."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

TOOLS = ("bash", "cat", "cut", "dirname", "flock", "grep", "id", "mkdir", "rm", "sha256sum", "tail")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what set-up needs, in a folder with spaces."""
    folder = tmp_path / "a fresh clone"
    shutil.copytree(settings.BASE_DIR / "script", folder / "script")
    for lock in settings.BASE_DIR.glob("requirements*.txt"):
        shutil.copy(lock, folder)
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the system's small tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (folder / tool).symlink_to(found)
    return folder


def setup(project: Path, path: Path | str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("bash") or "bash", str(project / "script" / "setup"), *arguments],
        cwd="/",
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_set_that_does_not_exist_is_refused(project: Path, bare: Path) -> None:
    ended = setup(project, bare, "everything")
    assert (ended.returncode, ended.stderr) == (1, "Usage: script/setup [runtime|demo|dev]\n")


def test_without_python_it_says_what_to_install(project: Path, bare: Path) -> None:
    ended = setup(project, bare)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Python 3.11 or newer is needed")
    assert "apt-get install python3" in ended.stderr


def test_a_python_that_is_too_old_or_broken_is_passed_over(project: Path, bare: Path) -> None:
    (bare / "python3").write_text("#!/bin/sh\nexit 1\n")
    (bare / "python3").chmod(0o755)
    ended = setup(project, bare)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Python 3.11 or newer is needed")


def test_nothing_is_done_when_the_lock_has_not_changed(project: Path, bare: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(shutil.which("true") or "/bin/true")
    lock = (project / "requirements-dev.txt").read_bytes()
    checksum = subprocess.run(["sha256sum"], input=lock, capture_output=True, check=True)
    digest = checksum.stdout.split()[0].decode()
    (project / ".venv" / ".lock-stamp").write_text(f"dev {digest} {project}\n")
    for wanted in ("runtime", "demo", "dev"):
        ended = setup(project, bare, wanted)
        assert (ended.returncode, ended.stderr) == (0, ""), wanted
    assert not (project / ".boot" / "setup.log").exists()
