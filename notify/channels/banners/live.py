"""The line on which open pages hear that banners have changed: Server-Sent Events, as an ASGI application.

A process of its own, because ten thousand pages that wait would hold ten thousand threads of the web
server; here each costs some kilobytes. It knows no database and no words, only the name of the latest
change (``bell``), which is the same for everybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError

from notify.channels.banners import bell

EVERY = 20.0
"""Seconds after which the latest name is said again: whoever hears nothing for longer knows that the
line is broken, and proxies keep it open."""
TOGETHER = 0.5
"""Seconds in which several changes are told as one."""
PATIENCE = 1.0
"""Seconds that one page may keep all others waiting before it is dropped."""
REDIS_PATIENCE = 2.0
"""Seconds after which a silent Redis is asked whether it is there, and again for its answer."""
MOST = 12_000
"""Pages at once: whoever comes then asks by itself, and connections are left for those who only read."""
TURN = 100
"""Pages that are told before anybody else gets a turn."""

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),
]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)


class Line:
    """The ASGI application. redis_url, channel: where the bell is rung."""

    def __init__(self, redis_url: str, channel: str) -> None:
        self._redis_url = redis_url
        self._channel = channel
        self._latest = ""
        """The latest change; "" while we cannot hear the bell, and therefore must not seem to."""
        self._rung = asyncio.Event()
        self._pages: dict[asyncio.Task[Any], Send] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection, or the process's own life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"] == "/healthz":
            await _answer(send, 200, b"ok\n")
        elif scope["path"] != bell.PATH:
            await _answer(send, 404, b"")
        elif scope["method"] != "GET":
            await _answer(send, 405, b"")
        elif not self._latest or len(self._pages) >= MOST:
            await _answer(send, 503, b"")
        else:
            await self._stay(receive, send)

    async def _stay(self, receive: Receive, send: Send) -> None:
        """Keep a page on the line until it leaves, or is dropped."""
        page = asyncio.current_task()
        if page is None:
            raise RuntimeError("An ASGI server runs each connection as a task.")
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        self._pages[page] = send
        try:
            await send(_said(b"retry: 5000\n" + self._words()))
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            await send({"type": "http.response.body", "body": b""})
        finally:
            del self._pages[page]

    # --- the process's life ---------------------------------------------------------------------

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._tell())]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _listen(self) -> None:
        """Hear the bell for ever. While Redis is away there is nobody on the line: they ask instead."""
        while True:
            try:
                async for change in _changes(self._redis_url, self._channel):
                    self._latest = change
                    self._rung.set()
            except (RedisError, OSError) as error:
                log.warning("the bell of banners cannot be heard: %s", error)
            self._latest = ""
            for page in self._pages:
                page.cancel()
            await asyncio.sleep(1)

    async def _tell(self) -> None:
        """Tell everybody of each change, and now and then that there was none."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._rung.wait()
            self._rung.clear()
            if self._latest:
                await self._tell_all(_said(self._words()))
            await asyncio.sleep(TOGETHER)

    async def _tell_all(self, said: Message) -> None:
        for number, (page, send) in enumerate(tuple(self._pages.items())):
            try:
                async with asyncio.timeout(PATIENCE):
                    await send(said)
            except TimeoutError:
                page.cancel()
            if number % TURN == 0:
                await asyncio.sleep(0)

    def _words(self) -> bytes:
        return f"data: {self._latest}\n\n".encode()


async def _changes(redis_url: str, channel: str) -> AsyncIterator[str]:
    """The name of each change; first one of our own, for what we may have missed. Raises RedisError."""
    async with (
        # Not tried again behind our back: meanwhile pages would believe that they hear everything.
        Redis.from_url(
            redis_url, socket_connect_timeout=REDIS_PATIENCE, retry=Retry(NoBackoff(), 0)
        ) as redis,
        redis.pubsub() as subscription,
    ):
        await subscription.subscribe(channel)
        yield bell.name()
        asked = False
        while True:
            message = await subscription.get_message(
                ignore_subscribe_messages=True, timeout=REDIS_PATIENCE
            )
            if message is None:
                if asked:
                    raise Disconnected("Redis does not answer.")
                await subscription.ping()
            elif message["type"] == "message":
                yield message["data"].decode()
            asked = message is None


def _said(words: bytes) -> Message:
    return {"type": "http.response.body", "body": words, "more_body": True}


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
