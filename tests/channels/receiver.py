"""A web server of somebody else's: takes what is posted over a real socket and remembers exactly what came."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True)
class Posted:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


def fine(_posted: Posted) -> web.Response:
    return web.Response(status=204)


@dataclass
class Receiver:
    """Answers each request as ``answer`` says. hold: requests to these paths are never answered."""

    port: int = 0
    received: list[Posted] = field(default_factory=list)
    answer: Callable[[Posted], web.StreamResponse] = fine
    hold: set[str] = field(default_factory=set)
    _end: asyncio.Event = field(default_factory=asyncio.Event)

    def forget(self) -> None:
        """As if nothing had come and nothing been arranged."""
        self.received.clear()
        self.hold.clear()
        self.answer = fine

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, status: int, **headers: str) -> None:
        """From now on everybody is answered so. headers: with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda _posted: web.Response(status=status, headers=named)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        posted = Posted(request.path_qs, headers, await request.read())
        self.received.append(posted)
        if request.path in self.hold:
            await self._end.wait()
        return self.answer(posted)


@contextmanager
def listening(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of every address of this machine's own, until the block is left."""
    receiver = Receiver()
    loop = asyncio.new_event_loop()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)

    async def stop() -> None:
        receiver._end.set()
        await runner.cleanup()

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "0.0.0.0", 0, ssl_context=tls)  # noqa: S104 - 127.0.0.1 and 127.0.0.2
        await site.start()
        receiver.port = runner.addresses[0][1]

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield receiver
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
