"""Connections to Redis for who has little time."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings
from redis import Redis, RedisError

from config import broker


def mine() -> Redis:
    """This thread's connection."""
    found = broker.redis()
    assert found is not None
    return found


def name_of(client: Redis) -> int:
    return int(client.client_id())


def test_a_thread_keeps_its_connection_and_shares_it_with_nobody(redis: Redis) -> None:
    ours = name_of(mine())
    with ThreadPoolExecutor(1) as elsewhere:
        theirs = elsewhere.submit(lambda: name_of(mine())).result()

    assert ours == name_of(mine()) != theirs


def test_a_connection_that_was_closed_is_made_again(redis: Redis) -> None:
    before = name_of(mine())
    redis.client_kill_filter(_id=str(before))

    assert name_of(mine()) != before


def test_who_hangs_is_not_waited_for(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        with pytest.raises(RedisError):
            mine().ping()
    assert time.monotonic() - began < 10 * broker.PATIENCE


def test_where_the_broker_is_no_redis_there_is_none(settings: Settings) -> None:
    settings.REDIS_URL = "memory://"

    assert broker.redis() is None


def test_installations_that_share_a_redis_share_no_key(settings: Settings) -> None:
    settings.REDIS_KEY_PREFIX = "ours:"

    assert broker.key("callbacks") == "ours:callbacks"
