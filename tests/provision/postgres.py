"""A real PostgreSQL in a temporary folder, gone when the block ends."""

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from notify.demo.children import Child, free_port, stop
from tests.provision import Missing

INSTALL = "PostgreSQL is missing. Install it: apt-get install postgresql"
# A crash loses nothing that anybody wants to keep, and the tests are twice as fast.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60"]
FAST_SHUTDOWN = signal.SIGINT
"""PostgreSQL then drops its clients instead of waiting for them."""


def executable() -> Path:
    """The path of postgres, with initdb and pg_isready beside it. Raises Missing when there is none."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if found := shutil.which("initdb"):
        candidates.append(Path(found).resolve().parent)
    for folder in reversed(candidates):
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_isready")):
            return folder / "postgres"
    raise Missing(INSTALL)


def unprivileged() -> str:
    """The user to run as: PostgreSQL refuses root. Raises Missing when there is nobody else."""
    if os.geteuid() != 0:
        return getpass.getuser()
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise Missing("PostgreSQL refuses to run as root. Add a user for it: adduser --system postgres")


def as_user(user: str, command: Sequence[str]) -> list[str]:
    """The command, stepped down from root to this user without a shell or a password."""
    if os.geteuid() != 0:
        return [*command]
    account = pwd.getpwnam(user)
    identity = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    # The parent-death signal is lost when the user changes, so it is asked for again.
    return ["setpriv", *identity, "--pdeathsig=TERM", *command]


@contextlib.contextmanager
def started() -> Iterator[str]:
    """The URL of an empty database that lives as long as the block. Raises Missing."""
    with server(*FAST) as (child, url):
        child.start()
        try:
            child.wait()
            yield url
        finally:
            stop(child.process, politely=FAST_SHUTDOWN)


@contextlib.contextmanager
def server(*options: str) -> Iterator[tuple[Child, str]]:
    """An empty server that is yet to be started, and its URL; its files are gone after the block.

    options: as in postgresql.conf. Whoever starts it stops it. Raises Missing.
    """
    program, user, port = executable(), unprivileged(), free_port()
    with tempfile.TemporaryDirectory(prefix="notify-postgres-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        data = folder / "data"
        initdb = [
            str(program.with_name("initdb")),
            "-D",
            str(data),
            "-U",
            "notify",
            "--no-sync",
            "-A",
            "trust",
        ]
        initdb += ["-E", "UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(
            as_user(user, initdb), cwd=folder, capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
        command = [str(program), "-D", str(data), "-h", "127.0.0.1", "-p", str(port)]
        command += ["-k", str(folder), *(word for option in options for word in ("-c", option))]
        ready = [str(program.with_name("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(port)]

        def answers(_child: Child) -> bool:
            return subprocess.run(ready, check=False).returncode == 0

        child = Child(as_user(user, command), folder / "log", answers)
        yield child, f"postgres://notify@127.0.0.1:{port}/postgres"
