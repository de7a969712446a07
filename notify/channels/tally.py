"""Counts of what leaves no row and somebody should know of, for ``/metrics``: what providers say, and what
readers cost.

They are kept in Redis, because any process may count, and any web process may be asked. While Redis
is away nothing is counted: who waits for a count would wait for nothing that matters more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from redis.exceptions import RedisError

from config import broker

TOO_FAST = "too_fast"
"""A provider answered that we send too fast (HTTP 429); of each provider."""
UNKNOWN_STATUS = "unknown_status"
"""A provider reported a status that we do not know; of each such status."""
RENDERED = "rendered"
"""A document that everybody reads was rendered; of each topic (``kept``)."""

AVOIDED_FOR = 2.0
"""Seconds for which Redis is not asked again after it failed: nobody waits for it twice."""

log = logging.getLogger(__name__)
_avoided_until = 0.0


def add(what: str, which: str) -> None:
    """Count one. Never raises."""
    global _avoided_until  # noqa: PLW0603 - one circuit per process
    if time.monotonic() < _avoided_until:
        return
    try:
        if redis := broker.redis():
            redis.hincrby(_key(), f"{what}:{which}", 1)
    except RedisError as error:
        _avoided_until = time.monotonic() + AVOIDED_FOR
        log.warning("could not count %s: Redis is away (%s)", what, type(error).__name__)


def counts(what: str) -> Iterator[tuple[str, int]]:
    """Each that was counted, and how often since Redis was last empty. Raises RedisError."""
    redis = broker.redis()
    found: dict[bytes, bytes] = redis.hgetall(_key()) if redis else {}  # type: ignore[assignment]
    for field, count in sorted(found.items()):
        counted, _colon, which = field.decode().partition(":")
        if counted == what:
            yield which, int(count)


def _key() -> str:
    return broker.key("tally")
