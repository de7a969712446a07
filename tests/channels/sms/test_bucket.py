"""The shared bucket in a real Redis, and what each process does without one."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import pytest
from pytest_django import Settings
from redis import Redis as PlainRedis

from notify.channels.sms import bucket as buckets
from notify.channels.sms.bucket import AHEAD, CREDIT, Bucket, Grant, open_redis
from tests.provision import redis as provided

T = TypeVar("T")
Use = Callable[..., Awaitable[T]]


@pytest.fixture
def on_redis(redis_url: str, settings: Settings) -> str:
    """The settings name a real Redis; the value is a sender that nobody used yet."""
    settings.REDIS_URL = redis_url
    return uuid.uuid4().hex


@asynccontextmanager
async def opened(sender: str, per_second: float, processes: int = 1) -> AsyncIterator[Bucket]:
    """A bucket as a worker has it."""
    redis = open_redis()
    yield Bucket(redis, sender, per_second, processes)
    if redis is not None:
        await redis.aclose()


def with_bucket(use: Use[T], sender: str, per_second: float, processes: int = 1) -> T:
    async def run() -> T:
        async with opened(sender, per_second, processes) as bucket:
            return await use(bucket)

    return asyncio.run(run())


async def until_it_is_full(bucket: Bucket, *, urgent: bool = False, segments: int = 1) -> int:
    """Reserve until told to wait; returns how many segments were granted."""
    taken = 0
    while (await bucket.reserve(segments, urgent=urgent)).wait is None:
        taken += segments
    return taken


def test_no_more_is_reserved_than_fits_ahead(on_redis: str) -> None:
    async def use(bucket: Bucket) -> tuple[int, float]:
        began = time.monotonic()
        return await until_it_is_full(bucket), time.monotonic() - began

    taken, seconds = with_bucket(use, on_redis, 1000)
    assert 1000 * AHEAD <= taken <= 1000 * (AHEAD + seconds) + 1


def test_two_workers_share_one_bucket(on_redis: str) -> None:
    async def use(bucket: Bucket) -> Grant:
        await bucket.reserve(100, urgent=False)
        async with opened(on_redis, 10) as other:
            return await other.reserve(1, urgent=False)

    wait = with_bucket(use, on_redis, 10).wait
    assert wait is not None
    assert 5 < wait <= 10


def test_another_sender_has_a_bucket_of_its_own(on_redis: str) -> None:
    async def use(bucket: Bucket) -> Grant:
        await bucket.reserve(100, urgent=False)
        async with opened(f"{on_redis}2", 10) as other:
            return await other.reserve(1, urgent=False)

    assert with_bucket(use, on_redis, 10).wait is None


def test_a_pause_is_made_up_for_but_not_a_long_one(
    on_redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "CREDIT", 0.0)

    async def starts(bucket: Bucket) -> float:
        await bucket.reserve(1, urgent=False)
        wait = (await bucket.reserve(1, urgent=False)).wait or 0.0
        await asyncio.sleep(wait + AHEAD * 2)
        monkeypatch.setattr(buckets, "CREDIT", CREDIT)
        return (await bucket.reserve(0, urgent=False)).starts_in

    assert -CREDIT <= with_bucket(starts, on_redis, 5) <= -AHEAD + 0.01


def test_while_urgent_ones_ask_routine_ones_get_a_small_share(on_redis: str) -> None:
    async def use(bucket: Bucket) -> tuple[float | None, float | None, float | None]:
        await bucket.reserve(0, urgent=True)
        first = await bucket.reserve(10, urgent=False)
        second = await bucket.reserve(10, urgent=False)
        return first.wait, second.wait, (await bucket.reserve(10, urgent=True)).wait

    first, second, urgent = with_bucket(use, on_redis, 1000)
    assert first is None, "routine never stands still"
    assert second is not None
    assert second > 0.05, "10 segments at a tenth of 1000 a second are 100 ms"
    assert urgent is None, "urgent ones go on"


def test_without_urgent_ones_routine_ones_have_all(on_redis: str) -> None:
    async def use(bucket: Bucket) -> list[float | None]:
        return [(await bucket.reserve(10, urgent=False)).wait for _ in range(5)]

    assert with_bucket(use, on_redis, 1000) == [None] * 5


def test_who_holds_holds_everybody(on_redis: str) -> None:
    async def use(bucket: Bucket) -> list[float | None]:
        await bucket.hold(7)
        async with opened(on_redis, 1000) as other:
            return [(await other.reserve(1, urgent=one)).wait for one in (True, False)]

    for wait in with_bucket(use, on_redis, 1000):
        assert wait is not None
        assert 5 < wait <= 7


def test_nothing_is_left_in_redis_for_ever(on_redis: str, settings: Settings) -> None:
    settings.REDIS_KEY_PREFIX = f"{on_redis}:"

    async def use(bucket: Bucket) -> None:
        await bucket.reserve(1, urgent=True)
        await bucket.hold(1)

    with_bucket(use, "+46701740699", 1000)
    with PlainRedis.from_url(settings.REDIS_URL) as redis:
        keys: Any = redis.keys("*")
        [key] = [one.decode() for one in keys if one.decode().startswith(on_redis)]
        assert "46701740699" not in key
        assert 0 < int(str(redis.ttl(key))) <= 62


def test_a_redis_that_forgot_everything_starts_anew(on_redis: str, settings: Settings) -> None:
    async def use(bucket: Bucket) -> Grant:
        await bucket.reserve(100, urgent=False)
        with PlainRedis.from_url(settings.REDIS_URL) as redis:
            redis.flushdb()
            redis.script_flush()
        return await bucket.reserve(1, urgent=False)

    assert with_bucket(use, on_redis, 10).wait is None


# --- Redis is away ----------------------------------------------------------------------------


@contextmanager
def nobody(settings: Settings) -> Iterator[None]:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    yield


@contextmanager
def frozen(settings: Settings) -> Iterator[None]:
    with provided.started() as url:
        settings.REDIS_URL = url
        with PlainRedis.from_url(url) as redis:
            info: Any = redis.info()
        os.kill(info["process_id"], signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(info["process_id"], signal.SIGCONT)


@pytest.mark.parametrize("away", [nobody, frozen])
def test_without_redis_each_keeps_to_its_share(
    away: Callable[[Settings], Any], redis_url: str, settings: Settings
) -> None:
    async def use(bucket: Bucket) -> tuple[int, float, float]:
        began = time.monotonic()
        await bucket.reserve(1, urgent=False)
        lost = time.monotonic() - began
        taken = 1 + await until_it_is_full(bucket)
        return taken, lost, time.monotonic() - began

    with away(settings):
        taken, lost, seconds = with_bucket(use, "x", 1000, processes=4)
    assert lost < buckets.REDIS_SECONDS + 1
    assert 250 * AHEAD <= taken <= 250 * (AHEAD + seconds) + 1


def test_a_redis_that_is_back_is_asked_again(
    redis_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "REDIS_SECONDS", 0.1)
    monkeypatch.setattr(buckets, "ASK_REDIS_AGAIN", 0.0)

    async def use(bucket: Bucket) -> float | None:
        await bucket.reserve(100, urgent=False)
        return (await bucket.reserve(1, urgent=False)).wait

    with provided.started() as url:
        settings.REDIS_URL = url
        with PlainRedis.from_url(url) as redis:
            info: Any = redis.info()

        async def story(bucket: Bucket) -> tuple[float | None, float | None]:
            os.kill(info["process_id"], signal.SIGSTOP)
            alone = await use(bucket)
            os.kill(info["process_id"], signal.SIGCONT)
            await asyncio.sleep(0.05)
            return alone, (await bucket.reserve(1, urgent=False)).wait

        alone, together = with_bucket(story, "x", 10)
    assert alone is not None
    assert alone > 1
    assert together is None, "Redis knows of no reservation"


def test_a_hold_is_kept_without_redis(settings: Settings) -> None:
    async def use(bucket: Bucket) -> float | None:
        await bucket.hold(7)
        assert bucket.held
        return (await bucket.reserve(1, urgent=True)).wait

    with nobody(settings):
        wait = with_bucket(use, "x", 1000)
    assert wait is not None
    assert 5 < wait <= 7


def test_a_broker_that_is_no_redis_is_none(settings: Settings) -> None:
    settings.REDIS_URL = "memory://"
    assert open_redis() is None
