"""The real parts start, are what was asked for, and leave nothing behind."""

import asyncio
import contextlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
from redis import Redis

from notify.demo.children import accepts
from tests.provision import Missing, postgres, redis, skip_for
from tests.provision.chromium import Look, outside_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOOKED = (
    """() => [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, navigator.language]"""
)


def test_redis_answers(redis_url: str) -> None:
    with contextlib.closing(Redis.from_url(redis_url)) as client:
        assert client.ping()


def test_redis_is_gone_with_its_block() -> None:
    try:
        with redis.started() as url:
            port = urlsplit(url).port or 0
            assert accepts(port)
            with contextlib.closing(Redis.from_url(url)) as client:
                assert client.dbsize() == 0
    except Missing as missing:
        skip_for(missing)
    assert not accepts(port)


@pytest.mark.postgres
def test_postgres_is_gone_with_its_block() -> None:
    with postgres.started() as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
        port = urlsplit(url).port or 0
    assert not accepts(port)


@pytest.mark.parametrize(
    ("page", "seen"),
    [
        (Look(width=320), [320, False, "sv-SE"]),
        (Look(width=1280, theme="dark", language="en"), [1280, True, "en-GB"]),
    ],
    indirect=["page"],
)
def test_a_page_is_looked_at_as_asked(page: "Page", seen: list[object]) -> None:
    assert page.evaluate(LOOKED) == seen


async def answer() -> int:
    return 42


def test_a_browser_does_not_keep_the_next_test_from_running_a_loop() -> None:
    assert asyncio.run(answer()) == 42


def test_a_browser_test_may_run_a_loop_between_its_looks(page: "Page") -> None:
    with outside_playwright():
        assert asyncio.run(answer()) == 42
    assert page.evaluate("() => 1 + 1") == 2
