"""Redis for who has little time: a callback, a scrape. Celery and the SMS channel's event loop have their own."""

from __future__ import annotations

import threading
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.retry import Retry

PATIENCE = 0.25
"""Seconds that anybody waits for a connection, and again for an answer."""


def redis() -> Redis | None:
    """A connection of this thread's own; None where the broker is no Redis.

    To borrow one from a pool for each command costs as much as the command. Raises RedisError when
    nobody answers; so does every command, and the next one connects again.
    """
    pool = _pool()
    if pool is None:
        return None
    client = _mine.client
    if client is None or client.connection_pool is not pool:
        client = _mine.client = Redis(connection_pool=pool, single_connection_client=True)
    return client


def key(name: str) -> str:
    """The name of something of ours in a Redis that several installations may share."""
    return f"{settings.REDIS_KEY_PREFIX}{name}"


class _Mine(threading.local):
    client: Redis | None = None


_mine = _Mine()


@lru_cache(maxsize=1)
def _pool() -> ConnectionPool | None:
    if not settings.REDIS_URL.startswith(("redis:", "rediss:", "unix:")):
        return None
    # Tried once more only where a kept connection proves closed, which costs no waiting.
    retry = Retry(NoBackoff(), 1, supported_errors=(Disconnected,))
    return ConnectionPool.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=retry,
    )


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == "REDIS_URL":
        _pool.cache_clear()


setting_changed.connect(_forget)
