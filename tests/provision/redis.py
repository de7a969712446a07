"""A real Redis or Valkey: the one that the developer names, or an empty one of our own."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from notify.demo.broker import NoBroker, binary, own_broker
from tests.provision import Missing


@contextlib.contextmanager
def started(*options: str) -> Iterator[str]:
    """The URL of an empty server that lives as long as the block. Raises Missing."""
    try:
        binary()
    except NoBroker as missing:
        raise Missing(str(missing)) from missing
    with (
        tempfile.TemporaryDirectory(prefix="notify-redis-") as folder,
        own_broker(Path(folder), *options) as url,
    ):
        yield url


@contextlib.contextmanager
def available(given: str) -> Iterator[str]:
    """The URL of the server that the developer gave, or of one of our own when that is empty."""
    if given:
        yield given
    else:
        with started() as url:
            yield url
